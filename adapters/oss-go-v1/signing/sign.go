// Package signing signs given requests with aliyun-oss-go-sdk, as far as its
// public API can: URLs. It stands apart from the adapter so that fuzz targets
// can link it.
package signing

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
)

// Versions are the schemes the SDK offers, in its own words.
var Versions = map[string]oss.AuthVersionType{
	"oss-v1": oss.AuthV1,
	"oss-v2": oss.AuthV2,
	"oss-v4": oss.AuthV4,
}

// Sign makes a URL for a given request with Bucket.SignURL or
// Bucket.SignRtmpURL. They take key, headers and parameters as a caller has
// them, not as they are encoded, and look at the clock themselves.
func Sign(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	in := q.Input
	if q.Carrier != signature.InQuery {
		return nil, fmt.Errorf("%w: the SDK has no public signer for a %s", subject.ErrUnsupported, q.Carrier)
	}
	if in.Bucket == "" || in.Key == "" {
		return nil, fmt.Errorf("%w: SignURL makes URLs of objects", subject.ErrUnsupported)
	}
	if rawSlashInFront(in) {
		return nil, fmt.Errorf("%w: SignURL encodes a slash in front of a key", subject.ErrUnsupported)
	}
	if in.Request.Method != strings.ToUpper(in.Request.Method) {
		return nil, fmt.Errorf("%w: SignURL writes methods in upper case", subject.ErrUnsupported)
	}
	if err := adapter.CheckHeaderNames(in); err != nil {
		return nil, err
	}
	options, err := optionsOf(in)
	if err != nil {
		return nil, err
	}
	var signed string
	err = at(in.Time, func() error {
		bucket, err := bucketOf(q.Scheme, in)
		if err != nil {
			return err
		}
		seconds := in.Expires
		if q.Scheme != "oss-v4" { // there it is a time
			seconds -= in.Time.Unix()
		}
		if q.Scheme == "oss-rtmp" {
			playlist, err := playlistOf(in)
			if err == nil {
				signed, err = bucket.SignRtmpURL(in.Key, playlist, seconds)
			}
			return err
		}
		signed, err = bucket.SignURL(in.Key, oss.HTTPMethod(in.Request.Method), seconds, options...)
		return err
	})
	if errors.Is(err, subject.ErrUnsupported) {
		return nil, err
	} else if err != nil {
		return nil, &subject.RejectedError{Message: err.Error()}
	}
	u, err := url.Parse(signed)
	if err != nil {
		return nil, err
	}
	value := u.Query().Get("Signature")
	if value == "" {
		value = u.Query().Get("x-oss-signature")
	}
	a := adapter.Signature(value)
	a.URL = signed
	return a, nil
}

// rawSlashInFront reports whether a slash stands raw in front of the key in the
// path of a request.
func rawSlashInFront(in *signature.Input) bool {
	path := strings.TrimPrefix(wire.SplitTarget(in.Request.Target).Path, "/")
	if in.Addressing == signature.PathStyle {
		_, path, _ = strings.Cut(path, "/")
	}
	return strings.HasPrefix(path, "/")
}

// The clock of a bubble goes from here to there.
var (
	firstTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Unix(0, math.MaxInt64)
)

// at calls do at that time: in a bubble of testing/synctest the clock is false,
// begins in the year 2000 and goes on when everything in it sleeps. It needs no
// more of the test than that it is one.
func at(t time.Time, do func() error) (err error) {
	if t.Before(firstTime) || !t.Before(lastTime) {
		return fmt.Errorf("%w: SignURL looks at the clock itself, and ours does not go to %s", subject.ErrUnsupported, t.Format(time.DateOnly))
	}
	synctest.Test(new(testing.T), func(*testing.T) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("the SDK panics: %v", p)
			}
		}()
		time.Sleep(time.Until(t))
		err = do()
	})
	return err
}

func bucketOf(scheme string, in *signature.Input) (*oss.Bucket, error) {
	host, version := in.Request.Host(), Versions[scheme]
	if scheme == "oss-rtmp" {
		host, version = wire.SplitTarget(in.Request.Target).Authority, oss.AuthV1
	}
	if in.Addressing == signature.VirtualHost {
		endpoint, ok := strings.CutPrefix(host, in.Bucket+".")
		if !ok {
			return nil, fmt.Errorf("%w: SignURL writes the bucket %s in front of the endpoint, as it is", subject.ErrUnsupported, in.Bucket)
		}
		host = endpoint
	}
	options := []oss.ClientOption{
		oss.AuthVersion(version), oss.Region(in.Region), oss.SecurityToken(in.Credentials.SecurityToken),
		oss.UseCname(in.Addressing == signature.CNAME), oss.ForcePathStyle(in.Addressing == signature.PathStyle),
		oss.AdditionalHeaders(in.AdditionalHeaders), oss.VerifyObjectStrict(false),
	}
	switch in.Product {
	case "", "oss":
	case "oss-cloudbox":
		options = append(options, oss.CloudBoxId(in.Region))
	default:
		return nil, fmt.Errorf("%w: the SDK signs for the products oss and oss-cloudbox, not for %s", subject.ErrUnsupported, in.Product)
	}
	client, err := oss.New(in.Request.Transport+"://"+host, in.Credentials.AccessKeyID, in.Credentials.AccessKeySecret, options...)
	if err != nil {
		return nil, err
	}
	return client.Bucket(in.Bucket)
}

// optionsOf are the headers and parameters of a request as options of the SDK.
func optionsOf(in *signature.Input) ([]oss.Option, error) {
	var options []oss.Option
	seen := make(map[string]bool)
	once := func(name string) error {
		if seen[name] {
			return fmt.Errorf("%w: the SDK keeps headers and parameters in maps, %s cannot be repeated", subject.ErrUnsupported, name)
		}
		seen[name] = true
		return nil
	}
	for _, h := range in.Request.Headers {
		if isHost(h.Name) && !slices.ContainsFunc(in.AdditionalHeaders, isHost) {
			continue // it is in the endpoint
		}
		if err := once(strings.ToLower(h.Name)); err != nil {
			return nil, err
		}
		options = append(options, oss.SetHeader(h.Name, h.Value))
	}
	for _, p := range parametersOf(in) {
		if err := once("?" + p[0]); err != nil {
			return nil, err
		}
		if p == [2]string{} {
			return nil, fmt.Errorf("%w: of a parameter without name and value SignURL writes nothing", subject.ErrUnsupported)
		}
		options = append(options, oss.AddParam(p[0], p[1]))
	}
	return options, nil
}

func isHost(name string) bool { return wire.EqualFold(name, "Host") }

// playlistOf is the only parameter SignRtmpURL knows.
func playlistOf(in *signature.Input) (string, error) {
	playlist := ""
	for _, p := range parametersOf(in) {
		if p[0] != oss.HTTPParamPlaylistName || p[1] == "" {
			return "", fmt.Errorf("%w: SignRtmpURL takes the name of a playlist and no other parameter", subject.ErrUnsupported)
		}
		playlist = p[1]
	}
	return playlist, nil
}

func parametersOf(in *signature.Input) [][2]string {
	var list [][2]string
	for pair := range strings.SplitSeq(wire.SplitTarget(in.Request.Target).Query, "&") {
		if pair != "" {
			name, value, _ := strings.Cut(strings.ReplaceAll(pair, "+", " "), "=")
			list = append(list, [2]string{wire.Unescape(name), wire.Unescape(value)})
		}
	}
	return list
}
