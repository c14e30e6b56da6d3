// Package keys knows the access keys of a server, and what each of them may do.
//
// It guarantees that a key with a policy may do what a statement allows and none
// denies, and nothing else, that every object a request touches is judged (the
// source of a copy, each key of a deletion), that a temporary key is worth
// nothing once its token has expired, and that no error quotes the file it is
// about.
package keys

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"time"

	"github.com/countersign/countersign/signature"
)

// Ring is a set of access keys. It does not change, and may be used
// concurrently.
type Ring struct{ keys map[string]*key }

// key is one access key of the file.
type key struct {
	AccessKeyID     string       `json:"accessKeyId"`
	AccessKeySecret string       `json:"accessKeySecret"`
	SecurityToken   string       `json:"securityToken"`
	Expiration      *time.Time   `json:"expiration"`
	Policy          *[]statement `json:"policy"`
}

// Of returns a ring with one key, which may do everything.
func Of(c signature.Credentials) *Ring {
	return &Ring{keys: map[string]*key{c.AccessKeyID: {AccessKeyID: c.AccessKeyID, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken}}}
}

// ErrFile is returned, wrapped, for what is no file of keys.
var ErrFile = errors.New("not a file of access keys")

// IsFile reports whether data looks like a file of keys, rather than the
// credentials of one.
func IsFile(data []byte) bool {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return false
	}
	_, ok := members["keys"]
	return ok
}

// Parse reads a file of keys as the schema "credentials" describes it.
func Parse(data []byte) (*Ring, error) {
	var file struct {
		Schema string `json:"$schema"`
		Keys   []*key `json:"keys"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFile, unquoted(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something stands behind the object", ErrFile)
	}
	if len(file.Keys) == 0 {
		return nil, fmt.Errorf(`%w: "keys" lists none`, ErrFile)
	}
	r := &Ring{keys: map[string]*key{}}
	for i, k := range file.Keys {
		if err := k.check(); err != nil {
			return nil, fmt.Errorf("%w: key %d: %w", ErrFile, i+1, err)
		}
		if _, twice := r.keys[k.AccessKeyID]; twice {
			return nil, fmt.Errorf("%w: key %d has the id of an earlier one", ErrFile, i+1)
		}
		r.keys[k.AccessKeyID] = k
	}
	return r, nil
}

// unquoted says what is wrong with JSON without what stands there: it may be a
// secret.
func unquoted(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("the member %s is of another type, want %s", kind.Field, kind.Type)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the JSON ends too early"
	}
	return "a member that the schema does not have, or a time that is none"
}

func (k *key) check() error {
	switch {
	case k == nil, k.AccessKeyID == "", k.AccessKeySecret == "":
		return errors.New("accessKeyId and accessKeySecret must be given")
	case k.Expiration != nil && k.SecurityToken == "":
		return errors.New("an expiration is that of a securityToken")
	case k.Policy == nil:
		return nil
	}
	for i := range *k.Policy {
		if err := (*k.Policy)[i].check(); err != nil {
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	return nil
}

// Secret finds the credentials of an access key id, as [signature.Verifier]
// asks for them.
func (r *Ring) Secret(id string) (signature.Credentials, bool) {
	k, ok := r.keys[id]
	if !ok {
		return signature.Credentials{}, false
	}
	return signature.Credentials{AccessKeyID: k.AccessKeyID, AccessKeySecret: k.AccessKeySecret, SecurityToken: k.SecurityToken}, true
}

// Secrets returns everything in the ring that must not be shown.
func (r *Ring) Secrets() []string {
	var out []string
	for _, k := range r.keys {
		out = append(out, k.AccessKeySecret, k.SecurityToken)
	}
	return out
}

// Len returns the number of keys.
func (r *Ring) Len() int { return len(r.keys) }

// statement is one line of a policy.
type statement struct {
	Effect   string    `json:"effect"`
	Actions  *[]string `json:"actions"`
	Buckets  *[]string `json:"buckets"`
	Prefixes *[]string `json:"prefixes"`
}

var (
	actionWord   = regexp.MustCompile(`^(read|write|[A-Z][A-Za-z0-9]+)$`)
	bucketWord   = regexp.MustCompile(`^[a-z0-9.*-]+$`)
	prefixWord   = regexp.MustCompile(`(?s)^.`)
	statementHas = []struct {
		name string
		list func(*statement) *[]string
		word *regexp.Regexp
	}{
		{"actions", func(s *statement) *[]string { return s.Actions }, actionWord},
		{"buckets", func(s *statement) *[]string { return s.Buckets }, bucketWord},
		{"prefixes", func(s *statement) *[]string { return s.Prefixes }, prefixWord},
	}
)

func (s *statement) check() error {
	if s.Effect != "allow" && s.Effect != "deny" {
		return errors.New("the effect is allow or deny")
	}
	for _, part := range statementHas {
		list := part.list(s)
		if list == nil {
			continue
		}
		if len(*list) == 0 {
			return fmt.Errorf("%s is empty: leave it out, or name one", part.name)
		}
		for _, word := range *list {
			if !part.word.MatchString(word) {
				return fmt.Errorf("%s: one of them is none, see the schema", part.name)
			}
		}
	}
	return nil
}

// matchBucket compares a name with a pattern of the file.
func matchBucket(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
