package vectors

import (
	"fmt"
	"maps"
	"strings"
	"testing/fstest"
)

// soundFiles is a small set of vectors without a fault, in canonical form.
var soundFiles = map[string]string{
	"tombstones.json": `{"$schema":"schema/tombstones.schema.json","withdrawn":[
		{"id":"oss-v1/header/basics/gone","since":"0.1.0","why":"It tested the clock of the tester."}]}`,
	"requirements/oss-v1.json": `{"$schema":"../schema/requirements.schema.json","requirements":[
		{"id":"OSS1-DATE-01","level":"should","rule":"The fourth line is the Date header.","source":"31951","status":"documented"},
		{"id":"OSS1-DATE-02","level":"must","rule":"The x-oss-date header wins over Date.","source":"31951","status":"contested","evidence":"A and B differ."}]}`,
	"requirements/oss-v4.json": `{"$schema":"../schema/requirements.schema.json","requirements":[
		{"id":"OSS4-DATE-01","level":"must","rule":"The time is that of x-oss-date.","source":"EC 502","status":"documented"}]}`,
	"requirements/operations.json": `{"$schema":"../schema/requirements.schema.json","requirements":[
		{"id":"OP-KEY-01","level":"must","rule":"The key arrives as it was given.","source":"past faults","status":"inferred"}]}`,
	"operations/names.json": `{"$schema":"../schema/operation-names.schema.json","operations":[
		{"name":"ListBuckets","method":"GET","level":"service","dialects":["oss","obs"]},
		{"name":"PostObject","method":"POST","level":"bucket","dialects":["oss"]},
		{"name":"GetObject","method":"GET","level":"object","subresources":[],"dialects":["oss"]}]}`,
	"operations/keys.json": `{"$schema":"../schema/operation-file.schema.json","theme":"keys","cases":[
		{"id":"operations/keys/plus","title":"Plus","why":"A plus sign in a key must not become a blank.","requirements":["OP-KEY-01","OSS1-DATE-01"],
		"level":"must","since":"0.1.0","source":{"kind":"own","ref":"us"},"profiles":["oss-*/header"],"addressing":"virtual-host",
		"credentials":{"accessKeyId":"ak","accessKeySecret":"sk"},"operation":{"name":"GetObject","bucket":"b","key":"a+b"}}]}`,
	"errata/oss.json": `{"$schema":"../schema/errata.schema.json","errata":[
		{"id":"wrong-bucket","source":{"kind":"document","ref":"003"},"printed":{"stringToSign":"a","stringToSignBytes":"62"},
		"correct":{"stringToSign":"GET\n\n\nWed, 24 May 2023 02:12:30 GMT\n/b/photos/\u00e9t\u00e9.jpg"},
		"defect":"They differ.","evidence":"The bytes decode to b.","vector":"oss-v1/header/basics/get-object"},
		{"id":"unknown-value","source":{"kind":"document","ref":"003"},"printed":{"signature":"a"},"correct":null,"defect":"It is wrong.","evidence":"No secret."}]}`,
	"oss-v1/header/basics.json": `{"$schema":"../../schema/vector-file.schema.json","scheme":"oss-v1","carrier":"header","theme":"basics","cases":[` +
		soundCase + `,
		{"id":"oss-v1/header/basics/get-object-late","title":"Too late","why":"A replayed request must not be served for ever.","requirements":["OSS1-DATE-01"],
		"level":"may","since":"0.1.0","source":{"kind":"own","ref":"us"},"provenance":"derived",` + soundInput + `,
		"expect":{"rejected":{"class":"skewed","status":403,"code":"RequestTimeTooSkewed","ec":"0002-00000504"},"control":"oss-v1/header/basics/get-object",
		"tamper":[{"when":"after-signing","op":"add-header","target":"X-A","value":"1"}],"receivedAfter":901}}]}`,
	"oss-v1/form/basics.json": `{"$schema":"../../schema/vector-file.schema.json","scheme":"oss-v1","carrier":"form","theme":"basics","cases":[
		{"id":"oss-v1/form/basics/post","title":"Post","why":"A form must be accepted by its own server.","requirements":["OSS1-DATE-02"],
		"level":"must","flags":["policy"],"since":"0.1.0","source":{"kind":"document","ref":"page","id":"oss-001"},"provenance":"published",
		"input":{"request":{"transport":"https","method":"POST","target":"/","headers":[["Host","b.oss-cn-hangzhou.aliyuncs.com"]],"body":""},
		"bucket":"b","key":"k","addressing":"virtual-host","credentials":{"accessKeyId":"ak","accessKeySecret":"sk"},"time":"2023-05-24T02:12:30Z","policy":"{}"},
		"expect":{"stages":{"signature":"c2ln"}},"alternatives":[{"reading":"other","stages":{"signature":"b3RoZXI="}}]}]}`,
}

const soundCase = `{"id":"oss-v1/header/basics/get-object","title":"Get an object","why":"Every download would be refused.","requirements":["OSS1-DATE-01"],
	"level":"should","since":"0.1.0","source":{"kind":"own","ref":"us"},"provenance":"derived",` + soundInput + `,
	"expect":{"stages":{"stringToSign":"GET\n\n\nWed, 24 May 2023 02:12:30 GMT\n/b/photos/\u00e9t\u00e9.jpg",
	"stringToSignBytes":"47 45 54 0A 0A 0A 57 65 64 2C 20 32 34 20 4D 61 79 20 32 30 32 33 20 30 32 3A 31 32 3A 33 30 20 47 4D 54 0A 2F 62 2F 70 68 6F 74 6F 73 2F C3 A9 74 C3 A9 2E 6A 70 67",
	"signature":"c2ln"}}}`

const soundInput = `"input":{"request":{"transport":"http","method":"GET","target":"/photos/%C3%A9t%C3%A9.jpg",
	"headers":[["Host","b.oss-cn-hangzhou.aliyuncs.com"],["Date","Wed, 24 May 2023 02:12:30 GMT"]],"body":""},
	"bucket":"b","key":"photos/\u00e9t\u00e9.jpg","addressing":"virtual-host","credentials":{"accessKeyId":"ak","accessKeySecret":"sk"},"time":"2023-05-24T02:12:30Z"}`

// sound returns soundFiles as a folder of its own.
func sound() fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range maps.All(soundFiles) {
		data, err := FormatBytes([]byte(text))
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// edit replaces the first occurrence of old in a file, if it is there.
func edit(files fstest.MapFS, name, old, new string) {
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[name].Data), old, new, 1))}
}

// attest adds an attestation of one case.
func attest(files fstest.MapFS, by, id, digest string) {
	data, err := FormatBytes(fmt.Appendf(nil, `{"$schema":"../schema/attestation.schema.json","implementation":{"name":%q,"version":"1"},
		"produced":[{"id":%q,"digest":%q}],"differs":[]}`, by, id, digest))
	if err != nil {
		panic(err)
	}
	files["attestations/"+by+".json"] = &fstest.MapFile{Data: data}
}
