package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// KnownClient is a program that signs: an SDK, or a tool. What is known of it is
// data (clients.json).
type KnownClient struct {
	ID       string       `json:"id"` // that of its adapter, where there is one
	Name     string       `json:"name"`
	Dialects []Dialect    `json:"dialects"` // of the services it is made for; none: for another one
	Agents   []string     `json:"agents"`   // what its User-Agent holds in front of its version
	Words    []string     `json:"words,omitempty"`
	Logs     []LogFormat  `json:"logs,omitempty"`
	Sent     []SentFormat `json:"sent,omitempty"`
	Debug    Advice       `json:"debug"` // how it is made to say what it signs
	Fixes    []ClientFix  `json:"fixes,omitempty"`
}

// Advice is what to do, and where that is known from.
type Advice struct {
	Text   string `json:"text"`
	Source string `json:"source"`
}

// ClientFix is what to do about a cause, in the words of a client.
type ClientFix struct {
	Cause  string `json:"cause"`
	Text   string `json:"text"`
	Source string `json:"source"`
}

// LogFormat is how a client logs what it signs.
type LogFormat struct {
	Text      string `json:"text"`                // what stands in front of it
	Canonical bool   `json:"canonical,omitempty"` // it is the canonical request, not the string to sign
	Escaped   bool   `json:"escaped,omitempty"`   // line feeds are printed as \n
	Ends      string `json:"ends,omitempty"`      // what is printed right behind it
	Fence     string `json:"fence,omitempty"`     // a line that stands before and behind it
	Until     string `json:"until,omitempty"`     // how the line behind it begins
	Service   bool   `json:"service,omitempty"`   // it is that of the service: what the client signed stands elsewhere
}

// SentFormat is how a client logs the request that it sends: what stands in
// front of its method, its URL or path, its parameters and its headers.
type SentFormat struct {
	Text    string `json:"text"`
	URL     string `json:"url"`
	Params  string `json:"params,omitempty"`
	Headers string `json:"headers"`
}

// LogMarker is a log format and the client that has it.
type LogMarker struct {
	Client string
	LogFormat
}

type clientsFile struct {
	Schema  string        `json:"$schema"`
	Clients []KnownClient `json:"clients"`
}

var knownClients = mustLoad[clientsFile]("clients.json")

// Clients returns every client that is known. The list is shared: do not change
// it.
func Clients() []KnownClient { return knownClients.Clients }

// ClientByID returns the client with an id such as oss2.
func ClientByID(id string) (KnownClient, bool) {
	for i := range knownClients.Clients {
		if knownClients.Clients[i].ID == id {
			return knownClients.Clients[i], true
		}
	}
	return KnownClient{}, false
}

// Fix returns what to do about a cause in the words of the client, if it has any
// for it.
func (c Client) Fix(causeID string) (Advice, bool) {
	known, _ := ClientByID(c.ID)
	for _, fix := range known.Fixes {
		if fix.Cause == causeID {
			return Advice{fix.Text, fix.Source}, true
		}
	}
	return Advice{}, false
}

// Debug returns how to make the client say what it signs.
func (c Client) Debug() (Advice, bool) {
	known, ok := ClientByID(c.ID)
	return known.Debug, ok && known.Debug.Text != ""
}

// dialect is the service that the client is made for, "" where it is made for
// several or none.
func (c Client) dialect() Dialect {
	if known, ok := ClientByID(c.ID); ok && len(known.Dialects) == 1 {
		return known.Dialects[0]
	}
	return ""
}

// signsItself reports whether the client is an SDK of one of the services: what
// lies between the string and the signature is its own work then.
func (c Client) signsItself() bool {
	known, ok := ClientByID(c.ID)
	return ok && len(known.Dialects) > 0
}

// logsWhatItSigns reports whether the client can be made to log what it signs.
func (c Client) logsWhatItSigns() bool {
	known, _ := ClientByID(c.ID)
	return len(known.Logs) > 0
}

// RecogniseClient tells the client by its User-Agent.
func RecogniseClient(userAgent string) (Client, bool) {
	for i := range knownClients.Clients {
		known := &knownClients.Clients[i]
		for _, agent := range known.Agents {
			if at := strings.Index(userAgent, agent); at >= 0 {
				return Client{ID: known.ID, Version: versionAt(userAgent[at+len(agent):]), From: "its User-Agent"}, true
			}
		}
	}
	return Client{}, false
}

// ClientsIn finds the clients that a text names: by a User-Agent that stands in
// it, or by words that no other program prints. They are in the order in which
// the text names them last.
func ClientsIn(text string) []Client {
	type named struct {
		Client
		at int
	}
	var list []named
	for i := range knownClients.Clients {
		known := &knownClients.Clients[i]
		last := named{at: -1}
		for _, word := range known.Words {
			if at := lastIndex(text, word); at > last.at {
				last = named{Client{ID: known.ID, From: "the words of its log or exception"}, at}
			}
		}
		for _, agent := range known.Agents {
			if at := lastIndex(text, agent); at >= 0 {
				last = named{Client{ID: known.ID, Version: versionAt(text[at+len(agent):]), From: "its User-Agent"}, max(at, last.at)}
			}
		}
		if last.at >= 0 {
			list = append(list, last)
		}
	}
	slices.SortStableFunc(list, func(a, b named) int { return cmp.Compare(a.at, b.at) })
	clients := make([]Client, len(list))
	for i := range list {
		clients[i] = list[i].Client
	}
	return clients
}

// lastIndex is [strings.LastIndex] for a long text in which a word is rare: to
// search forward is many times faster.
func lastIndex(text, word string) int {
	last := -1
	for from := 0; ; from = last + len(word) {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return last
		}
		last = from + at
	}
}

// versionAt reads the version that text begins with.
func versionAt(text string) string {
	text = strings.TrimPrefix(text[:min(len(text), 40)], "v")
	end := strings.IndexFunc(text, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || strings.ContainsRune(".-+_", r))
	})
	if end < 0 {
		end = len(text)
	}
	return text[:end]
}

// LogMarkers returns the log formats of all clients.
func LogMarkers() []LogMarker {
	var markers []LogMarker
	for _, known := range knownClients.Clients {
		for _, format := range known.Logs {
			markers = append(markers, LogMarker{known.ID, format})
		}
	}
	return markers
}

// SentFormats returns how clients log what they send.
func SentFormats() []SentFormat {
	var formats []SentFormat
	for _, known := range knownClients.Clients {
		formats = append(formats, known.Sent...)
	}
	return formats
}
