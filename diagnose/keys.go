package diagnose

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// signingKey is a key that a signer may have used, and the mistakes that lead
// to it. For V4 it is the derived one, with the lines of the string to sign that
// stand in front of the hash.
type signingKey struct {
	key      []byte
	prefix   string
	mistakes []made
}

// secretForms are the secrets a signer may have used in the place of one.
func (c *inquiry) secretForms() []signingKey {
	secret := c.Credentials.AccessKeySecret
	list := []signingKey{{key: []byte(secret)}}
	add := func(key, name, detail string) {
		for _, had := range list {
			if string(had.key) == key {
				return
			}
		}
		list = append(list, signingKey{key: []byte(key), mistakes: []made{did(name, detail)}})
	}
	for _, end := range []struct{ text, name string }{
		{"\n", "a line feed behind it"}, {"\r\n", "CR LF behind it"}, {" ", "a blank behind it"}, {"\r", "CR behind it"}, {"\t", "a tab behind it"},
	} { // a zero byte would be no other key: HMAC fills keys up with them
		add(secret+end.text, "secret-blanks", end.name)
	}
	add(" "+secret, "secret-blanks", "a blank in front of it")
	add("\ufeff"+secret, "secret-blanks", "a byte order mark in front of it")
	add(strings.TrimSpace(secret), "secret-blanks", "without the blanks around it")
	for _, quote := range []string{`"`, "'"} {
		add(quote+secret+quote, "secret-blanks", "with quotes around it")
		add(strings.Trim(secret, quote), "secret-blanks", "without the quotes around it")
	}
	add(c.Credentials.AccessKeyID, "secret-is-key-id", "")
	add(c.doc.AccessKeyID, "secret-is-key-id", "")
	if c.Credentials.SecurityToken != "" {
		add(c.Credentials.SecurityToken, "secret-is-token", "")
	}
	add(wire.UnescapeQuery(secret), "secret-encoded", "URL-decoded")
	add(wire.EscapeValue(secret), "secret-encoded", "URL-encoded")
	add(strings.ReplaceAll(secret, "+", " "), "secret-encoded", "a plus sign became a blank")
	if raw, err := base64.StdEncoding.DecodeString(secret); err == nil {
		add(string(raw), "secret-encoded", "Base64-decoded")
	}
	add(base64.StdEncoding.EncodeToString([]byte(secret)), "secret-encoded", "Base64-encoded")
	add(hex.EncodeToString([]byte(secret)), "secret-encoded", "in hexadecimal")
	add(strings.ReplaceAll(secret, `\`, ""), "secret-encoded", "without its backslashes")
	add(strings.ToLower(secret), "secret-case", "lower case")
	add(strings.ToUpper(secret), "secret-case", "upper case")
	for n := len(secret) - 1; n >= 1 && len(secret) <= 256; n-- {
		add(secret[:n], "secret-cut", fmt.Sprintf("%d of %d characters", n, len(secret)))
	}
	for n := 1; n <= 4 && n < len(secret); n++ {
		add(secret[n:], "secret-cut", fmt.Sprintf("without its first %d characters", n))
	}
	return list
}

// derivedKeys are the keys of V4 that a signer may have derived.
func (c *inquiry) derivedKeys(line stringV4) []signingKey {
	n := c.names()
	scope, terminator, ok := scopeOf(line.scope)
	if !ok {
		return nil
	}
	secret := []byte(c.Credentials.AccessKeySecret)
	derive := func(prefix string, secret []byte, s signature.Scope, terminator string) []byte {
		key := append([]byte(prefix), secret...)
		for _, part := range []string{s.Date, s.Region, s.Product, terminator} {
			key = hmacOf(sha256.New, key, []byte(part))
		}
		return key
	}
	lines := func(s signature.Scope, at, terminator string) string {
		return line.algorithm + "\n" + at + "\n" + s.Date + "/" + s.Region + "/" + s.Product + "/" + terminator + "\n"
	}
	own := lines(scope, line.time, terminator)
	var list []signingKey
	add := func(key []byte, prefix string, all ...made) {
		list = append(list, signingKey{key, prefix, all})
	}
	for _, form := range c.secretForms() {
		add(derive(n.KeyPrefix, form.key, scope, terminator), own, form.mistakes...)
	}
	for _, prefix := range []string{"AWS4", "aliyun_v4", "", "OSS4", "OBS4", "aliyun_v4_request"} {
		if prefix != n.KeyPrefix {
			add(derive(prefix, secret, scope, terminator), own, did("key-prefix", fmt.Sprintf("%q", prefix)))
		}
	}
	add(secret, own, did("key-not-derived", "the secret itself is the key"))
	add(derive("", secret, scope, terminator)[:0:0], own, did("key-not-derived", "no key at all"))
	for _, term := range []string{"aws4_request", "aliyun_v4_request"} {
		if term != terminator {
			add(derive(n.KeyPrefix, secret, scope, term), own, did("key-not-derived", term+" at its end"))
		}
	}
	add(hexKey(derive(n.KeyPrefix, secret, scope, terminator)), own, did("key-not-derived", "its hexadecimal form is the key"))
	for _, other := range c.otherScopes(scope) {
		add(derive(n.KeyPrefix, secret, other.scope, terminator), own, other.mistake)
		add(derive(n.KeyPrefix, secret, other.scope, terminator), lines(other.scope, line.time, terminator), other.mistake)
		add(derive(n.KeyPrefix, secret, scope, terminator), lines(other.scope, line.time, terminator), other.mistake)
	}
	for _, at := range c.dateForms(line.time) {
		add(derive(n.KeyPrefix, secret, scope, terminator), lines(scope, at.text, terminator), did("time-other", fmt.Sprintf("signed %q, arrived %q", at.text, line.time)))
	}
	return list
}

func hexKey(key []byte) []byte { return []byte(hex.EncodeToString(key)) }

type otherScope struct {
	scope   signature.Scope
	mistake made
}

// otherScopes are the scopes a signer may have meant.
func (c *inquiry) otherScopes(scope signature.Scope) []otherScope {
	var list []otherScope
	add := func(s signature.Scope, name string) {
		if s != scope {
			list = append(list, otherScope{s, did(name, fmt.Sprintf("%s/%s/%s in the place of %s/%s/%s", s.Date, s.Region, s.Product, scope.Date, scope.Region, scope.Product))})
		}
	}
	regions := []string{"oss-" + scope.Region, strings.TrimPrefix(scope.Region, "oss-"), strings.TrimSuffix(scope.Region, "-internal"), scope.Region + "-internal", "us-east-1", "cn-hangzhou", ""}
	for _, host := range []string{c.doc.HostID, c.hostOfRequest()} {
		if endpoint, ok := signature.KnownEndpoint(hostname(host)); ok {
			label, rest, _ := strings.Cut(endpoint, ".")
			region, _, _ := strings.Cut(rest, ".")
			regions = append(regions, label, strings.TrimSuffix(strings.TrimPrefix(label, "oss-"), "-internal"), region)
		}
	}
	for _, region := range regions {
		s := scope
		s.Region = region
		add(s, "scope-region")
	}
	for _, product := range []string{"oss", "s3", "obs", "oss-cloudbox", ""} {
		s := scope
		s.Product = product
		add(s, "scope-product")
	}
	if day, err := time.Parse("20060102", scope.Date); err == nil {
		for _, shift := range []int{-1, 1} {
			s := scope
			s.Date = day.AddDate(0, 0, shift).Format("20060102")
			add(s, "scope-day")
		}
	}
	return list
}

func hmacOf(algorithm func() hash.Hash, key, text []byte) []byte {
	mac := hmac.New(algorithm, key)
	mac.Write(text)
	return mac.Sum(nil)
}

func sumOf(algorithm func() hash.Hash, text []byte) []byte {
	h := algorithm()
	h.Write(text)
	return h.Sum(nil)
}

// lastStep is another way from key and string to sign to the digest.
type lastStep struct {
	name, detail string
	digest       func(key, text []byte) []byte
}

// lastSteps are the mistakes with the hash function.
var lastSteps = []lastStep{
	{"hash-other", "HMAC-SHA256", func(key, text []byte) []byte { return hmacOf(sha256.New, key, text) }},
	{"hash-other", "HMAC-SHA1", func(key, text []byte) []byte { return hmacOf(sha1.New, key, text) }},
	{"hash-other", "HMAC-MD5", func(key, text []byte) []byte { return hmacOf(md5.New, key, text) }},
	{"hash-other", "HMAC-SHA512", func(key, text []byte) []byte { return hmacOf(sha512.New, key, text) }},
	{"hmac-exchanged", "", func(key, text []byte) []byte { return hmacOf(sha1.New, text, key) }},
	{"hmac-exchanged", "", func(key, text []byte) []byte { return hmacOf(sha256.New, text, key) }},
	{"hmac-missing", "SHA-1 of the string", func(_, text []byte) []byte { return sumOf(sha1.New, text) }},
	{"hmac-missing", "SHA-256 of the string", func(_, text []byte) []byte { return sumOf(sha256.New, text) }},
	{"hmac-missing", "SHA-1 of key and string", func(key, text []byte) []byte { return sumOf(sha1.New, joined(key, text)) }},
	{"hmac-missing", "SHA-1 of string and key", func(key, text []byte) []byte { return sumOf(sha1.New, joined(text, key)) }},
	{"hmac-missing", "SHA-256 of key and string", func(key, text []byte) []byte { return sumOf(sha256.New, joined(key, text)) }},
	{"text-encoding", "UTF-16", func(key, text []byte) []byte { return hmacOf(sha1.New, key, asUTF16(text)) }},
	{"text-encoding", "UTF-16", func(key, text []byte) []byte { return hmacOf(sha256.New, key, asUTF16(text)) }},
	{"text-encoding", "Base64 of the string", func(key, text []byte) []byte {
		return hmacOf(sha1.New, key, []byte(base64.StdEncoding.EncodeToString(text)))
	}},
}

func joined(a, b []byte) []byte { return append(append([]byte{}, a...), b...) }

func asUTF16(text []byte) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}
