package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// freePort is a port at which nothing listens. It is none of those that the
// system gives to whoever asks for any: another test would have it before the
// server of this one.
func freePort(t *testing.T) string {
	for range 1000 {
		port := strconv.Itoa(20_000 + rand.IntN(12_000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("none of a thousand ports is free")
	return ""
}

func cmdSend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 || len(args) > 5 {
		ts.Fatalf("usage: send STATUS SCHEME/CARRIER METHOD TARGET [BODY]")
	}
	addr := "127.0.0.1:" + ts.Getenv("PORT")
	req := &wire.Request{Transport: "http", Method: args[2], Target: args[3], Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: addr}}}
	if len(args) == 5 {
		req.Body = args[4]
	}
	if args[1] != "-" {
		p, err := signature.LookupID(args[1])
		ts.Check(err)
		path := strings.TrimPrefix(wire.SplitTarget(req.Target).Path, "/")
		bucket, _, _ := strings.Cut(path, "/")
		expires := time.Now().Add(time.Hour).Unix()
		if p.Names.Terminator != "" { // V4 counts from the time of the request
			expires = 3600
		}
		signed, err := p.Sign(&signature.Input{
			Request: req, Bucket: bucket, Addressing: signature.PathStyle, Region: "cn-hangzhou", Time: time.Now(), Expires: expires,
			Credentials: signature.Credentials{AccessKeyID: ts.Getenv(secret.EnvAccessKeyID), AccessKeySecret: ts.Getenv(secret.EnvAccessKeySecret), SecurityToken: ts.Getenv(secret.EnvSecurityToken)},
		})
		ts.Check(err)
		req = signed.Request()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for {
		r, err := endpoint.Send(ctx, addr, req)
		if errors.Is(err, syscall.ECONNREFUSED) {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		ts.Check(err)
		fmt.Fprint(ts.Stdout(), r.Body)
		if want, err := strconv.Atoi(args[0]); err != nil || r.Status != want {
			ts.Fatalf("status %d, want %s: %s", r.Status, args[0], r.Body)
		}
		return
	}
}

// A client can choose its tokens, so what masks them is bounded.
func TestTheTokensThatAreMaskedAreBounded(t *testing.T) {
	req := &wire.Request{Method: "GET", Target: "/k"}
	token := func(length int) {
		req.Headers = append(req.Headers, wire.Header{Name: "x-oss-security-token", Value: strings.Repeat("t", length)})
	}
	token(100)
	if mask, tooMuch := requestMask(req); tooMuch || strings.Contains(mask.String("a "+strings.Repeat("t", 100)), "ttt") {
		t.Error("one token is not masked")
	}
	token(longestTokenSeen)
	if _, tooMuch := requestMask(req); !tooMuch {
		t.Error("a long token is taken")
	}
	req.Headers = nil
	for range mostTokens + 1 {
		token(20)
	}
	if _, tooMuch := requestMask(req); !tooMuch {
		t.Error("many tokens are taken")
	}
}
