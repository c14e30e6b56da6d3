package signature

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/countersign/countersign/wire"
)

// Browser uploads (POST policy). All schemes sign the Base64 text of the
// policy and nothing else.

// EncodePolicy is the policy field of a form: the Base64 text of the policy.
func EncodePolicy(policy string) string { return base64.StdEncoding.EncodeToString([]byte(policy)) }

// policyAlone is the string to sign of every form: the policy field as sent.
func policyAlone(s *Signing, dst []byte) ([]byte, error) { return append(dst, s.Policy...), nil }

// formFields lists the fields as name=value joined by &, percent-encoded.
func formFields(s *Signing, dst []byte) ([]byte, error) {
	start := len(dst)
	for _, f := range s.Form {
		if len(dst) > start {
			dst = append(dst, '&')
		}
		dst = append(wire.AppendEscaped(dst, f[0], unreserved), '=')
		dst = wire.AppendEscaped(dst, f[1], unreserved)
	}
	dst = append(append(dst, '&'), s.Profile.Names.SignatureField...)
	return wire.AppendEscaped(append(dst, '='), string(s.Bytes(SignatureValue)), unreserved), nil
}

// FormFields reads the fields of a multipart/form-data or urlencoded body, in
// order, up to and with the field "file", which must be the last. Values are
// bytes as sent. A body of another type has none.
func FormFields(req *wire.Request) ([][2]string, error) {
	contentType, _ := req.Header("Content-Type")
	kind, rest, _ := strings.Cut(contentType, ";")
	switch kind = wire.TrimBlanks(kind); {
	case wire.EqualFold(kind, "multipart/form-data"):
		boundary := parameterOf(rest, "boundary")
		if boundary == "" {
			return nil, fmt.Errorf("header Content-Type: multipart/form-data without a boundary")
		}
		return multipartFields(req.Body, boundary)
	case wire.EqualFold(kind, "application/x-www-form-urlencoded"):
		var fields [][2]string
		for _, p := range wire.AppendParams(nil, req.Body) {
			fields = append(fields, [2]string{wire.UnescapeQuery(p.Name), wire.UnescapeQuery(p.Value)})
		}
		return fields, nil
	}
	return nil, nil
}

// multipartFields does not use mime/multipart: that trims and decodes part
// headers, and the policy must stay the bytes that were sent.
func multipartFields(body, boundary string) ([][2]string, error) {
	var fields [][2]string
	delimiter := "--" + boundary
	parts := strings.Split("\r\n"+body, "\r\n"+delimiter)
	for number, part := range parts[1:] {
		if strings.HasPrefix(part, "--") {
			return fields, nil
		}
		part = strings.TrimPrefix(strings.TrimLeft(part, " \t"), "\r\n")
		head, value, ok := strings.Cut(part, "\r\n\r\n")
		if !ok {
			return nil, fmt.Errorf("form part %d: no empty line between its headers and its value", number+1)
		}
		name, ok := fieldName(head)
		if !ok {
			return nil, fmt.Errorf("form part %d: no Content-Disposition with a name", number+1)
		}
		fields = append(fields, [2]string{name, value})
		if name == "file" { // what follows it is ignored
			return fields, nil
		}
	}
	return nil, fmt.Errorf("form: the closing boundary --%s-- is missing", boundary)
}

func fieldName(head string) (string, bool) {
	for _, line := range strings.Split(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		if !wire.EqualFold(wire.TrimBlanks(name), "Content-Disposition") {
			continue
		}
		_, rest, _ := strings.Cut(value, ";")
		if field := parameterOf(rest, "name"); field != "" {
			return field, true
		}
	}
	return "", false
}

// parameterOf reads one parameter of a header value such as
// ` name="key"; filename="x"`.
func parameterOf(params, name string) string {
	for params != "" {
		key, rest, ok := strings.Cut(params, "=")
		if !ok {
			return ""
		}
		key = wire.TrimBlanks(strings.TrimLeft(key, "; \t"))
		var value string
		if rest = strings.TrimLeft(rest, " \t"); strings.HasPrefix(rest, `"`) {
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				return ""
			}
			value, params = rest[1:1+end], rest[end+2:]
		} else {
			value, params, _ = strings.Cut(rest, ";")
			value = wire.TrimBlanks(value)
		}
		if wire.EqualFold(key, name) {
			return value
		}
	}
	return ""
}
