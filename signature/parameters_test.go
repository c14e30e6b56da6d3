package signature_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
)

func TestListsOfSignedParameters(t *testing.T) {
	statuses := []string{"observed", "documented", "sdk-agreement", "inferred", "contested"}
	for _, scheme := range []string{"oss-v1", "obs-v2", "obs-aws-v2"} {
		list := signature.SignedParameters(scheme)
		if list == nil || list.Scheme != scheme {
			t.Fatalf("%s: %+v", scheme, list)
		}
		seen := map[string]bool{}
		for _, p := range slices.Concat(list.Prefixes, list.Names, list.Unsigned) {
			if p.Name == "" || p.Source == "" || !slices.Contains(statuses, p.Status) {
				t.Errorf("%s: %+v", scheme, p)
			}
			if seen[p.Name] {
				t.Errorf("%s: %s stands twice", scheme, p.Name)
			}
			seen[p.Name] = true
		}
		if !slices.IsSortedFunc(list.Names, func(a, b signature.ListedParameter) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: not in byte order", scheme)
		}
		for _, p := range list.Names {
			if got, ok := list.Lookup(p.Name); !list.Signed(p.Name) || !ok || got != p {
				t.Errorf("%s: %s: signed %v, found %+v %v", scheme, p.Name, list.Signed(p.Name), got, ok)
			}
		}
		for _, p := range list.Unsigned {
			if got, ok := list.Lookup(p.Name); list.Signed(p.Name) || !ok || got != p {
				t.Errorf("%s: %s: signed %v, found %+v %v", scheme, p.Name, list.Signed(p.Name), got, ok)
			}
		}
		for _, name := range []string{"", "ACL", "acl ", "prefix", "Signature", "Expires"} {
			if list.Signed(name) {
				t.Errorf("%s signs %q", scheme, name)
			}
		}
	}
	for _, scheme := range []string{"oss-v2", "oss-v4", "oss-rtmp", "obs-v4", ""} {
		if list := signature.SignedParameters(scheme); list != nil {
			t.Errorf("%q has a list", scheme)
		}
	}
	if _, ok := signature.SignedParameters("oss-v1").Lookup("no-such-name"); ok {
		t.Error("found a name that no list has")
	}
}

// The 39 names of the V1 page, and what the live suites of the SDKs prove.
func TestListOfOSSV1(t *testing.T) {
	documented := "acl uploads location cors logging website referer lifecycle delete append tagging objectMeta uploadId partNumber security-token position img style styleName " +
		"replication replicationProgress replicationLocation cname bucketInfo comp qos live status vod startTime endTime symlink x-oss-process response-content-type " +
		"response-content-language response-expires response-cache-control response-content-disposition response-content-encoding"
	observed := "accessPoint accessPointPolicy bucketArchiveDirectRead cleanRestoredObject cloudboxes continuation-token encryption httpsConfig inventory inventoryId legalHold " +
		"metaQuery objectWorm policy policyStatus publicAccessBlock redundancyTransition requestPayment resourceGroup restore retention rtc transferAcceleration " +
		"userDefinedLogFieldsConfig versioning worm wormExtend wormId x-oss-access-point-name x-oss-redundancy-transition-taskid x-oss-target-redundancy-type"
	unsigned := "accessmonitor category encoding-type marker max-keys mode prefix rule-id list-type delimiter"
	list := signature.SignedParameters("oss-v1")
	for _, name := range strings.Fields(documented) {
		if p, ok := list.Lookup(name); !ok || !list.Signed(name) || p.Status != "documented" && p.Status != "observed" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for _, name := range strings.Fields(observed) {
		if p, ok := list.Lookup(name); !ok || !list.Signed(name) || p.Status != "observed" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for _, name := range strings.Fields(unsigned) {
		if p, ok := list.Lookup(name); !ok || list.Signed(name) || p.Status != "observed" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if n := len(strings.Fields(documented)); n != 39 {
		t.Errorf("%d names", n)
	}
	if !list.Signed("x-oss-anything") {
		t.Error("the prefix is not signed")
	}
}

// The 30 names that every document and SDK list of OBS carries, and the token
// in its two dresses.
func TestListOfOBS(t *testing.T) {
	everywhere := "acl cors delete lifecycle location logging notification partNumber policy position quota replication response-cache-control response-content-disposition " +
		"response-content-encoding response-content-language response-content-type response-expires restore storageClass storageinfo storagePolicy tagging torrent uploadId uploads " +
		"versionId versioning versions website"
	for scheme, names := range map[string][2]string{
		"obs-v2": {"x-obs-security-token", "x-amz-security-token"}, "obs-aws-v2": {"x-amz-security-token", "x-obs-security-token"},
	} {
		list := signature.SignedParameters(scheme)
		for _, name := range strings.Fields(everywhere) {
			if p, ok := list.Lookup(name); !ok || p.Status != "documented" {
				t.Errorf("%s: %s: %+v", scheme, name, p)
			}
		}
		if !list.Signed(names[0]) || list.Signed(names[1]) {
			t.Errorf("%s: %s %v, %s %v", scheme, names[0], list.Signed(names[0]), names[1], list.Signed(names[1]))
		}
	}
}
