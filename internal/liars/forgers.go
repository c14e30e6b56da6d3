package liars

import (
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// forgers sign by the rules, and what they give back is not what they were
// asked to sign: a suite that looks at one half of the answer passes them.
var forgers = []Liar{
	forger("drops-header", "loses a header and signs the rest: a client that knows only its own headers", signing(dropHeader)),
	forger("drops-parameter", "loses a parameter and signs the rest", signing(dropParameter)),
	forger("drops-token", "signs with temporary credentials and forgets their token", signing(func(q *subject.SignQuestion) {
		q.Input.Credentials.SecurityToken = ""
	})),
	forger("drops-additional-headers", "signs none of the headers its caller chose", signing(func(q *subject.SignQuestion) {
		q.Input.AdditionalHeaders = nil
	})),
	forger("other-method", "signs and sends a DELETE whatever it was given", signing(func(q *subject.SignQuestion) {
		q.Input.Request.Method = "DELETE"
	})),
	forger("other-key", "signs and sends the request for another object", signing(func(q *subject.SignQuestion) { otherKey(q.Input) })),
	forger("other-host", "signs for the host it was given and sends to another", signing(func(q *subject.SignQuestion) {
		q.Input.Request.SetHeader("Host", "elsewhere.example")
	})),
	forger("other-body", "signs and sends another body", signing(func(q *subject.SignQuestion) {
		q.Input.Request.Body += "\nand more"
	})),
	forger("other-region", "signs for another region: one that was never configured", signing(func(q *subject.SignQuestion) {
		q.Input.Region = "us-east-1"
	})),
	forger("other-expiry", "signs a URL that lives longer than it was asked for", signing(func(q *subject.SignQuestion) {
		q.Input.Expires *= 2
	})),
	forger("other-policy", "signs a policy without the conditions of its caller", signing(func(q *subject.SignQuestion) {
		if q.Input.Policy != "" {
			q.Input.Policy = `{"expiration":"2038-01-19T03:14:07Z","conditions":[]}`
		}
	})),
	forger("other-scheme", "signs with the scheme it has, not with the one it was asked for", signing(func(q *subject.SignQuestion) {
		q.Scheme = map[string]string{"oss-v1": "oss-v2", "oss-v2": "oss-v1", "oss-v4": "oss-v1", "obs-v2": "obs-aws-v2", "obs-aws-v2": "obs-v2", "obs-v4": "obs-v2"}[q.Scheme]
	})),
	forger("other-carrier", "signs in a header what it was asked to sign in a URL or a form, and the other way round", otherCarrier),
	forger("forged-carrier", "reports the right stages and sends another signature", forgedCarrier),
	forger("unsigned-request", "reports the right stages and sends no signature at all", unsignedRequest),
	forger("ill-fitting-request", "reports the right signature on a request it does not fit", illFitting),
}

func forger(name, about string, answer func(q *subject.SignQuestion) *subject.Observation) Liar {
	return Liar{Name: name, About: about, Serve: answering(name, answer)}
}

// signing answers rightly to a question that change has changed.
func signing(change func(q *subject.SignQuestion)) func(q *subject.SignQuestion) *subject.Observation {
	return func(q *subject.SignQuestion) *subject.Observation {
		in := *q.Input
		in.Request = in.Request.Clone(1)
		changed := *q
		changed.Input = &in
		change(&changed)
		return truth(&changed)
	}
}

// dropHeader loses the last header that a signature covers, but for those of
// the authentication itself.
func dropHeader(q *subject.SignQuestion) {
	headers := q.Input.Request.Headers
	for i := len(headers) - 1; i >= 0; i-- {
		name := strings.ToLower(headers[i].Name)
		vendor := strings.HasPrefix(name, "x-oss-") || strings.HasPrefix(name, "x-obs-") || strings.HasPrefix(name, "x-amz-")
		own := strings.HasSuffix(name, "-date") || strings.HasSuffix(name, "-content-sha256")
		if vendor && !own || name == "content-type" || name == "content-md5" {
			q.Input.Request.Headers = append(headers[:i], headers[i+1:]...)
			return
		}
	}
}

func dropParameter(q *subject.SignQuestion) {
	t := wire.SplitTarget(q.Input.Request.Target)
	_, t.Query, t.HasQuery = strings.Cut(t.Query, "&")
	q.Input.Request.Target = t.String()
}

func otherKey(in *signature.Input) {
	t := wire.SplitTarget(in.Request.Target)
	t.Path += "-other"
	in.Request.Target = t.String()
	in.Key += "-other"
}

func otherCarrier(q *subject.SignQuestion) *subject.Observation {
	carrier := signature.InHeader
	if q.Carrier == signature.InHeader {
		carrier = signature.InQuery
	}
	o := signing(func(q *subject.SignQuestion) {
		q.Carrier = carrier
		if q.Input.Expires == 0 {
			q.Input.Expires = 3600
		}
	})(q)
	if url := wire.SplitTarget(string(o.URL)); o.URL != "" {
		o.Request, o.URL = q.Input.Request.Clone(0), ""
		o.Request.Target = wire.Target{Path: url.Path, Query: url.Query, HasQuery: url.HasQuery}.String()
	}
	return o
}

// forgedCarrier replaces the signature wherever it travels: its last letters,
// so that it stays one by its looks.
func forgedCarrier(q *subject.SignQuestion) *subject.Observation {
	o := truth(q)
	value, _ := o.Stage(signature.SignatureValue)
	forged := strings.Repeat("A", len(value)-1) + value[len(value)-1:]
	for i := range o.Stages { // what travels is said by what is returned
		if o.Stages[i].Stage.Parsed() {
			o.Stages = o.Stages[:i]
			break
		}
	}
	if o.Request != nil {
		authorization, _ := o.Request.Header("Authorization")
		o.Request.SetHeader("Authorization", strings.Replace(authorization, value, forged, 1))
	}
	o.URL = wire.Bytes(strings.Replace(string(o.URL), wire.EscapeValue(value), wire.EscapeValue(forged), 1))
	for i := range o.Form {
		if string(o.Form[i][1]) == value {
			o.Form[i][1] = wire.Bytes(forged)
		}
	}
	return o
}

// unsignedRequest gives back the request as it came, with the stages of the
// right one.
func unsignedRequest(q *subject.SignQuestion) *subject.Observation {
	o := truth(q)
	o.URL, o.Form = "", nil
	o.Request = q.Input.Request
	return o
}

// illFitting gives back the authentication of the request it was asked about
// on another one.
func illFitting(q *subject.SignQuestion) *subject.Observation {
	o := truth(q)
	if o.Request != nil {
		o.Request.Method = "DELETE"
	}
	o.URL = wire.Bytes(strings.Replace(string(o.URL), "?", "-other?", 1))
	for i := range o.Form {
		if o.Form[i][0] == "policy" {
			o.Form[i][1] = "e30=" // {}
		}
	}
	return o
}
