//! What an operation is given, from which options take what they can express.

use std::collections::HashMap;
use std::str::FromStr;

use countersign_adapter::{Operation, Pairs, Refusal, unsupported};

/// The headers, parameters and metadata of an operation that no option has
/// taken yet.
pub struct Given {
    headers: HashMap<String, String>,
    parameters: HashMap<String, String>,
    metadata: HashMap<String, String>,
}

impl Given {
    pub fn new(op: &Operation) -> Result<Self, Refusal> {
        Ok(Self {
            headers: map(&op.headers, str::to_ascii_lowercase)?,
            parameters: map(&op.query, str::to_owned)?,
            metadata: map(&op.metadata, str::to_owned)?,
        })
    }

    /// Takes a header, if the service has the option for it.
    pub fn header(&mut self, offered: bool, name: &str) -> Option<String> {
        if offered {
            self.headers.remove(name)
        } else {
            None
        }
    }

    /// Takes a parameter, if the service has the option for it.
    pub fn parameter(&mut self, offered: bool, name: &str) -> Option<String> {
        if offered {
            self.parameters.remove(name)
        } else {
            None
        }
    }

    /// Takes the metadata, if the service has the option for it.
    pub fn metadata(&mut self, offered: bool) -> Option<HashMap<String, String>> {
        if !offered || self.metadata.is_empty() {
            return None;
        }
        Some(std::mem::take(&mut self.metadata))
    }

    /// Says what no option can express, if there is any.
    pub fn done(&self) -> Result<(), Refusal> {
        let mut rest: Vec<_> = self
            .headers
            .keys()
            .map(|name| format!("header {name}"))
            .collect();
        rest.extend(
            self.parameters
                .keys()
                .map(|name| format!("parameter {name}")),
        );
        rest.extend(self.metadata.keys().map(|name| format!("metadata {name}")));
        rest.sort();
        match rest.first() {
            None => Ok(()),
            Some(name) => Err(unsupported(format!(
                "OpenDAL has no option for the {name} here"
            ))),
        }
    }
}

fn map(pairs: &Pairs, key: fn(&str) -> String) -> Result<HashMap<String, String>, Refusal> {
    let mut map = HashMap::new();
    for (name, value) in pairs {
        if map
            .insert(key(name.text()?), value.text()?.to_owned())
            .is_some()
        {
            return Err(unsupported("an option of OpenDAL has one value"));
        }
    }
    Ok(map)
}

/// Reads the value of an option that is no text.
pub fn parse<T: FromStr>(value: Option<String>) -> Result<Option<T>, Refusal> {
    value
        .map(|text| {
            text.parse()
                .map_err(|_| unsupported(format!("no option has the value {text:?}")))
        })
        .transpose()
}
