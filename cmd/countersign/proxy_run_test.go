package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/secret"
)

func TestAStandingProxyServesUntilItIsEnded(t *testing.T) {
	var out bytes.Buffer
	told, telling := io.Pipe()
	redactor := &secret.Redactor{}
	env := &environment{Stdin: strings.NewReader(""), Stdout: redactor.Writer(&out), Stderr: redactor.Writer(telling), Redactor: redactor}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	ended := make(chan error, 1)
	go func() {
		ended <- runProxy(ctx, env, proxyOptions{Own: watched, CADir: t.TempDir()}, &pageFlags{at: noPage})
	}()
	line := make([]byte, 512)
	n, err := told.Read(line)
	go io.Copy(io.Discard, told) // it goes on telling
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(string(line[:n]))
	if err != nil || address == "" || !strings.Contains(string(line[:n]), "ca.pem") {
		t.Fatalf("%v %q", err, line[:n])
	}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(at), DisableKeepAlives: true}, Timeout: time.Minute}
	res, err := client.Get("http://" + watchedHost + "/k")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	end()
	if err := <-ended; err != nil || res.StatusCode != 403 {
		t.Errorf("%v, status %d", err, res.StatusCode)
	}
	if !strings.Contains(out.String(), "1: unsigned  GET http://"+watchedHost+"/k  403\n") {
		t.Errorf("it told\n%s", out.String())
	}
}
