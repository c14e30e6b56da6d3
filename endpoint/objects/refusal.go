package objects

import "github.com/countersign/countersign/signature"

// refusal is why an operation is not done, "" when it is. The words are those
// of the tables of refusals in endpoint/answers.
type refusal = signature.Class

const (
	noSuchBucket        refusal = "no-such-bucket"
	noSuchKey           refusal = "no-such-key"
	noSuchUpload        refusal = "no-such-upload"
	noSuchConfiguration refusal = "no-such-configuration"
	bucketNotEmpty      refusal = "bucket-not-empty"
	tooManyBuckets      refusal = "too-many-buckets"
	invalidBucketName   refusal = "invalid-bucket-name"
	invalidObjectName   refusal = "invalid-object-name"
	invalidPart         refusal = "invalid-part"
	invalidPartOrder    refusal = "invalid-part-order"
	invalidRange        refusal = "invalid-range"
	invalidArgument     refusal = "invalid-argument"
	missingArgument     refusal = "missing-argument"
	unexpectedParameter refusal = "unexpected-parameter"
	entityTooSmall      refusal = "entity-too-small"
	entityTooLarge      refusal = "entity-too-large"
	positionNotEqual    refusal = "position-not-equal"
	notAppendable       refusal = "not-appendable"
	preconditionFailed  refusal = "precondition-failed"
	fileExists          refusal = "file-exists"
	invalidDigest       refusal = "invalid-digest"
	badDigest           refusal = "bad-digest"
	malformedXML        refusal = "malformed-xml"
	notImplemented      refusal = "not-implemented"
	notSymlink          refusal = "not-symlink"
	symlinkTarget       refusal = "symlink-target"
	invalidObjectState  refusal = "invalid-object-state"
	notArchived         refusal = "not-archived"
	full                refusal = "full"
)
