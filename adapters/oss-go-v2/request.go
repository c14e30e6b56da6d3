package main

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

const metaPrefix = "x-oss-meta-"

// fill puts an operation into a request of the SDK: each header and parameter
// into the field the SDK has for it, as its tag `input:"header,Content-Type"`
// says, and what has no field into the common ones.
func fill(request any, op *vectors.Operation) error {
	headers, err := mapOf("", op.Headers)
	if err != nil {
		return err
	}
	meta, err := mapOf("", op.Metadata)
	if err != nil {
		return err
	}
	query, err := parameters(op)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(request).Elem()
	for i := range v.NumField() {
		field := v.Field(i)
		kind, rest, _ := strings.Cut(v.Type().Field(i).Tag.Get("input"), ",")
		name, _, _ := strings.Cut(rest, ",")
		switch kind {
		case "host":
			set(field, string(op.Bucket))
		case "path":
			set(field, string(op.Key))
		case "query":
			move(field, query, func(given string) bool { return given == name })
		case "header":
			if name == metaPrefix && len(meta) > 0 {
				field.Set(reflect.ValueOf(meta))
				meta = nil
			}
			move(field, headers, func(given string) bool { return wire.EqualFold(given, name) })
		case "body":
			if field.Type() == reflect.TypeFor[io.Reader]() {
				field.Set(reflect.ValueOf(strings.NewReader(string(op.Body))))
			}
		}
	}
	for name, value := range meta {
		headers[metaPrefix+name] = value
	}
	common := v.FieldByName("RequestCommon").Addr().Interface().(*oss.RequestCommon)
	common.Headers, common.Parameters = headers, query
	return nil
}

// move moves one value to its field. It stays where it is if the field cannot
// hold it, or would not send it: the SDK takes a zero for "not set".
func move(field reflect.Value, from map[string]string, matches func(name string) bool) {
	for name, value := range from {
		if matches(name) && set(field, value) && !field.IsZero() {
			delete(from, name)
			return
		}
	}
}

// set reports whether a field of that kind can hold the value.
func set(field reflect.Value, text string) bool {
	switch field.Kind() {
	case reflect.Pointer:
		value := reflect.New(field.Type().Elem())
		if !set(value.Elem(), text) {
			return false
		}
		field.Set(value)
	case reflect.String:
		field.SetString(text)
	case reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return false
		}
		field.SetInt(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return false
		}
		field.SetBool(b)
	default:
		return false
	}
	return true
}

// parameters are the query parameters of an operation, upload and part too.
func parameters(op *vectors.Operation) (map[string]string, error) {
	query, err := mapOf("", op.Query)
	if err != nil {
		return nil, err
	}
	if op.UploadID != "" {
		query["uploadId"] = string(op.UploadID)
	}
	if op.PartNumber != 0 && op.Name != "CompleteMultipartUpload" {
		query["partNumber"] = strconv.Itoa(op.PartNumber)
	}
	return query, nil
}

func mapOf(prefix string, pairs [][2]wire.Bytes) (map[string]string, error) {
	m := make(map[string]string, len(pairs))
	for _, p := range pairs {
		name := prefix + string(p[0])
		if _, repeated := m[name]; repeated {
			return nil, fmt.Errorf("%w: the SDK keeps headers and parameters in maps, %s cannot be repeated", subject.ErrUnsupported, name)
		}
		m[name] = string(p[1])
	}
	return m, nil
}
