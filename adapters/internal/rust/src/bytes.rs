//! The byte strings of the protocol.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Refusal, unsupported};

/// Any bytes: in JSON a string, or `{"hex":"…"}` for what is not UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// Returns the text, or says that a Rust string cannot hold it.
    pub fn text(&self) -> Result<&str, Refusal> {
        std::str::from_utf8(&self.0)
            .map_err(|_| unsupported("the SDK takes a Rust string here, which is always UTF-8"))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Json {
    Text(String),
    Hex { hex: String },
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Json::deserialize(from)? {
            Json::Text(text) => text.into_bytes(),
            Json::Hex { hex } => (0..hex.len())
                .step_by(2)
                .map(|i| {
                    hex.get(i..i + 2)
                        .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                })
                .collect::<Option<_>>()
                .ok_or_else(|| D::Error::custom("not hexadecimal"))?,
        }))
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => text.serialize(to),
            Err(_) => {
                let hex = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
                Json::Hex { hex }.serialize(to)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn text_and_hex_are_read_and_written() {
        for (json, bytes) in [
            (r#""é""#, "é".as_bytes()),
            (r#"{"hex":"e9ff"}"#, &[0xe9, 0xff]),
        ] {
            let read: Bytes = serde_json::from_str(json).unwrap();
            assert_eq!(read.0, bytes);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
        assert!(serde_json::from_str::<Bytes>(r#"{"hex":"e"}"#).is_err());
    }
}
