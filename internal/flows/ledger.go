package flows

import (
	"encoding/xml"
	"strings"
	"sync"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/wire"
)

// ledger is a store that notes its answers, by bucket.
type ledger struct {
	*objects.Store
	mu      sync.Mutex
	answers map[string][]noted
}

// noted is an answer of the store.
type noted struct {
	operation string
	endpoint.Response
}

// newLedger returns one in which every bucket exists and is empty.
func newLedger() *ledger {
	return &ledger{Store: objects.New(objects.Options{}), answers: map[string][]noted{}}
}

// Answer implements [endpoint.Backend].
func (l *ledger) Answer(t *endpoint.Task) endpoint.Response {
	r := l.Store.Answer(t)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[t.Bucket()] = append(l.answers[t.Bucket()], noted{t.Operation(), r})
	return r
}

// take returns the answers since it was last asked.
func (l *ledger) take(bucket string) []noted {
	l.mu.Lock()
	defer l.mu.Unlock()
	answers := l.answers[bucket]
	delete(l.answers, bucket)
	return answers
}

// document is what an answer tells of a list, and the text of all its elements.
type document struct {
	Listing
	texts map[string]string
}

// read reads a document of the server. Names are decoded where it says that they
// are encoded.
func read(body string) document {
	d := document{texts: map[string]string{}}
	dec := xml.NewDecoder(strings.NewReader(body))
	var path []string
	text := ""
	for {
		token, err := dec.Token()
		if err != nil {
			return d
		}
		switch token := token.(type) {
		case xml.StartElement:
			path, text = append(path, token.Name.Local), ""
		case xml.CharData:
			text += string(token)
		case xml.EndElement:
			d.note(path, text)
			path, text = path[:len(path)-1], ""
		}
	}
}

func (d *document) note(path []string, text string) {
	name, parent := path[len(path)-1], ""
	if len(path) > 1 {
		parent = path[len(path)-2]
	}
	if d.texts["EncodingType"] == "url" {
		text = wire.UnescapeQuery(text)
	}
	d.texts[name] = text
	switch parent + "/" + name {
	case "Contents/Key", "Version/Key", "Upload/Key", "Part/PartNumber":
		d.Entries = append(d.Entries, wire.Bytes(text))
	case "CommonPrefixes/Prefix":
		d.Prefixes = append(d.Prefixes, wire.Bytes(text))
	}
	d.More = d.More || name == "IsTruncated" && text == "true"
}
