package signature

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/countersign/countersign/wire"
)

// Carrier says where in a request the signature travels.
type Carrier string

// The carriers.
const (
	InHeader Carrier = "header" // the Authorization header
	InQuery  Carrier = "query"  // a presigned URL
	InForm   Carrier = "form"   // the fields of a browser upload (POST policy)
)

// Addressing says how a request names its bucket.
type Addressing string

// The ways to name a bucket.
const (
	VirtualHost Addressing = "virtual-host" // bucket.endpoint/key
	PathStyle   Addressing = "path"         // endpoint/bucket/key
	CNAME       Addressing = "cname"        // a custom domain that stands for the bucket
)

// Credentials are an access key and, for temporary credentials, its token.
// They print as the access key id alone.
type Credentials struct {
	AccessKeyID     string `json:"accessKeyId"`
	AccessKeySecret string `json:"accessKeySecret"`
	SecurityToken   string `json:"securityToken,omitempty"`
}

// String keeps the secret and the token out of logs.
func (c Credentials) String() string { return c.AccessKeyID + ":[secret]" }

// GoString does the same for %#v.
func (c Credentials) GoString() string { return "Credentials{" + c.String() + "}" }

// Input is what a signer is given. Request is complete but for the
// authentication itself, which a signer adds: the Authorization header or the
// parameters or fields of the scheme, and the security token, which stands in
// Credentials alone.
type Input struct {
	Request           *wire.Request
	Bucket            string
	Key               string // decoded
	Addressing        Addressing
	Credentials       Credentials
	Region            string // V4: without the prefix "oss-"
	Product           string // V4: "oss" when empty
	Time              time.Time
	Expires           int64    // as the scheme's parameter defines it: unix seconds; V4: seconds after Time
	AdditionalHeaders []string // OSS V2 and V4, header names to sign beyond the default ones; OBS V4: SignedHeaders beyond host and x-amz-*
	Policy            string   // form: the policy JSON, byte for byte
}

// Clone returns a copy that shares nothing with in that can be changed.
func (in *Input) Clone() *Input {
	c := *in
	if in.Request != nil {
		c.Request = in.Request.Clone(0)
	}
	c.AdditionalHeaders = slices.Clone(in.AdditionalHeaders)
	return &c
}

// inputJSON is the published JSON form of [Input].
type inputJSON struct {
	Request           *wire.Request   `json:"request"`
	Bucket            wire.Bytes      `json:"bucket"`
	Key               wire.Bytes      `json:"key"`
	Addressing        Addressing      `json:"addressing"`
	Credentials       credentialsJSON `json:"credentials"`
	Region            string          `json:"region,omitempty"`
	Product           string          `json:"product,omitempty"`
	Time              string          `json:"time"`
	Expires           int64           `json:"expires,omitempty"`
	AdditionalHeaders []string        `json:"additionalHeaders,omitempty"`
	Policy            wire.Bytes      `json:"policy,omitempty"`
}

type credentialsJSON struct {
	AccessKeyID     wire.Bytes `json:"accessKeyId"`
	AccessKeySecret concealed  `json:"accessKeySecret"`
	SecurityToken   concealed  `json:"securityToken,omitempty"`
}

// concealed is a byte string whose text no error repeats.
type concealed wire.Bytes

func (c concealed) MarshalJSON() ([]byte, error) { return wire.Bytes(c).MarshalJSON() }

func (c *concealed) UnmarshalJSON(data []byte) error {
	if err := (*wire.Bytes)(c).UnmarshalJSON(data); err != nil {
		return fmt.Errorf(`accessKeySecret and securityToken are each a byte string: a JSON string or {"hex":"…"}`)
	}
	return nil
}

// MarshalJSON implements [json.Marshaler].
func (in Input) MarshalJSON() ([]byte, error) {
	out := inputJSON{
		Request: in.Request, Bucket: wire.Bytes(in.Bucket), Key: wire.Bytes(in.Key), Addressing: in.Addressing,
		Credentials: credentialsJSON{
			wire.Bytes(in.Credentials.AccessKeyID), concealed(in.Credentials.AccessKeySecret), concealed(in.Credentials.SecurityToken),
		},
		Region: in.Region, Product: in.Product, Expires: in.Expires,
		AdditionalHeaders: in.AdditionalHeaders, Policy: wire.Bytes(in.Policy),
	}
	if !in.Time.IsZero() {
		out.Time = in.Time.UTC().Format(time.RFC3339)
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (in *Input) UnmarshalJSON(data []byte) error {
	var raw inputJSON
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	*in = Input{
		Request: raw.Request, Bucket: string(raw.Bucket), Key: string(raw.Key), Addressing: raw.Addressing,
		Credentials: Credentials{
			string(raw.Credentials.AccessKeyID), string(raw.Credentials.AccessKeySecret), string(raw.Credentials.SecurityToken),
		},
		Region: raw.Region, Product: raw.Product, Expires: raw.Expires,
		AdditionalHeaders: raw.AdditionalHeaders, Policy: string(raw.Policy),
	}
	if raw.Time != "" {
		t, err := time.Parse(time.RFC3339, raw.Time)
		if err != nil {
			return fmt.Errorf("input: time must be like 2022-12-28T10:27:41Z: %w", err)
		}
		in.Time = t.UTC()
	}
	return nil
}
