package subject

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// trace is something that a request may have left behind.
type trace struct {
	profile *signature.Profile // a header profile of the scheme it came by
	world   vectors.World      // as the request met it
	path    string             // raw, with the bucket where the addressing has it
	key     string
	upload  string // the id of a multipart upload that was begun
}

// note remembers what a request may leave behind, before it is sent: a run that
// is cut short must clean up what was under way.
func (l *Live) note(req *wire.Request, moved *vectors.Case, profile *signature.Profile) {
	if req.Method != "PUT" && req.Method != "POST" {
		return
	}
	t := trace{path: wire.SplitTarget(req.Target).Path, world: l.worldFor(moved)}
	t.profile, _ = signature.Lookup(profile.Scheme, signature.InHeader)
	if profile.Carrier == signature.InForm {
		t.key = formKey(req.Body)
		t.path = wire.EscapePath(t.key)
		if t.world.Addressing == signature.PathStyle {
			t.path = l.world.Bucket + "/" + t.path
		}
		t.path = "/" + t.path
	}
	if !strings.Contains(t.path, l.world.Prefix) || t.profile == nil {
		return // nothing below the prefix: nothing of ours
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, there := l.made[t.path]; !there {
		l.made[t.path] = t
	}
}

// formKey is the key of a browser upload, as the server understands it: the name
// of the file may stand in it.
func formKey(body string) string {
	_, rest, _ := strings.Cut(body, "name=\"key\"\r\n\r\n")
	key, _, _ := strings.Cut(rest, "\r\n")
	return strings.ReplaceAll(key, "${filename}", "a.txt")
}

var uploadID = regexp.MustCompile(`<UploadId>([^<]+)</UploadId>`)

// answered notes what the answer says of what there is now.
func (l *Live) answered(req *wire.Request, a *ServerAnswer) {
	path := wire.SplitTarget(req.Target).Path
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.made[path]
	if !ok {
		return
	}
	if id := uploadID.FindStringSubmatch(a.Body); id != nil && req.Method == "POST" {
		t.upload = id[1]
		l.made[path+"?"+t.upload] = t
	}
}

// cleanupTime bounds the cleaning up of a whole run.
const cleanupTime = 30 * time.Second

// Close deletes what the run made, and nothing else. It does so even when the
// run was interrupted: it has a deadline of its own. The error says what may
// have remained.
func (l *Live) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTime)
	defer cancel()
	l.mu.Lock()
	left := make([]trace, 0, len(l.made))
	for _, t := range l.made {
		left = append(left, t)
	}
	l.made = map[string]trace{}
	l.mu.Unlock()
	slices.SortFunc(left, func(a, b trace) int {
		return strings.Compare(a.path+"?"+a.upload, b.path+"?"+b.upload)
	})
	remained := 0
	var first error
	for i := range left {
		if err := l.remove(ctx, &left[i]); err != nil {
			remained++
			first = errors.Join(first, err)
			if remained == 1 {
				first = err
			}
		}
		if remained > 8 { // it no longer answers
			remained += len(left) - i - 1
			break
		}
	}
	if remained == 0 {
		return nil
	}
	return fmt.Errorf("of what the run made, %d of %d objects may have remained below %s: %w", remained, len(left), l.world.Prefix, first)
}

// remove deletes one object, or ends one upload.
func (l *Live) remove(ctx context.Context, t *trace) error {
	if err := l.pace.wait(ctx, l.opts.Rate, 0, false); err != nil {
		return err
	}
	in := &signature.Input{
		Request: &wire.Request{Transport: l.world.Transport, Method: "DELETE", Target: t.path, Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: t.world.Authority()}}},
		Bucket:  l.world.Bucket, Addressing: t.world.Addressing, Credentials: l.world.Credentials, Region: l.world.Region, Time: l.opts.Now().UTC(),
	}
	if t.upload != "" {
		in.Request.Target += "?uploadId=" + wire.EscapeValue(t.upload)
	}
	if t.profile.Names.Terminator == "" {
		in.Request.Headers = append(in.Request.Headers, wire.Header{Name: "Date", Value: in.Time.Format("Mon, 02 Jan 2006 15:04:05 GMT")})
	}
	signed, err := t.profile.Sign(in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, min(l.opts.Timeout, 5*time.Second))
	defer cancel()
	answer, err := l.client.Send(ctx, l.address, signed.Request())
	switch {
	case err != nil:
		return err
	case answer.Status/100 != 2 && answer.Status != 404:
		return fmt.Errorf("deleting it was answered with %d", answer.Status)
	}
	return nil
}
