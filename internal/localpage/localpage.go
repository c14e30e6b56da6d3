// Package localpage serves web pages of this machine to the people in front of
// it: the live page of a server, the page of the diagnosis.
//
// It guarantees:
//
//   - It listens on loopback unless told otherwise.
//   - No other web page can read what it serves, or have it do something:
//     requests are answered only under an address or localhost, so that a name
//     that was made to point here (DNS rebinding) is of no use, and only to their
//     own origin.
//   - A page may use its own files alone, runs no inline script, and makes no
//     HTML of strings: its Content-Security-Policy says so.
//   - After Close no goroutine of it is left.
package localpage

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Style is the style sheet that all pages begin with, served as base.css.
//
//go:embed base.css
var Style []byte

// Icon is the icon of all pages, served as icon.svg.
//
//go:embed icon.svg
var Icon []byte

// Options say how a page is served. The zero value is usable.
type Options struct {
	// AnyAddress lets it listen where other machines reach it. Without it, only
	// literal loopback addresses are.
	AnyAddress bool
	// Log is told what goes wrong in serving the page; nil: nobody is.
	Log *log.Logger
}

// Server is a page that is served.
type Server struct {
	server   http.Server
	address  netip.AddrPort
	loopback bool
	end      context.CancelFunc
	serving  sync.WaitGroup
}

// ErrNotLoopback is returned for an address that other machines can reach.
var ErrNotLoopback = errors.New("other machines can reach this address")

// patience is how long a head may take to arrive.
const patience = 10 * time.Second

// Listen serves a page at an address such as 127.0.0.1:9001; port 0 lets the
// system choose. The contexts of its requests end with Close.
func Listen(address string, page http.Handler, opts Options) (*Server, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("page at %q: want an address such as 127.0.0.1:9001: %w", address, err)
	}
	s := &Server{loopback: at.Addr().IsLoopback()}
	if !s.loopback && !opts.AnyAddress {
		return nil, fmt.Errorf("page at %s: %w", address, ErrNotLoopback)
	}
	network := "tcp6"
	if at.Addr().Is4() { // 0.0.0.0 is not to mean :: as well
		network = "tcp4"
	}
	listener, err := net.ListenTCP(network, net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	s.address = listener.Addr().(*net.TCPAddr).AddrPort()
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	s.server = http.Server{
		Handler: s.guard(page), ReadHeaderTimeout: patience, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: cmp.Or(opts.Log, log.New(io.Discard, "", 0)), BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.serving.Go(func() { _ = s.server.Serve(listener) }) // ends with Close
	return s, nil
}

// URL is where the page is.
func (s *Server) URL() string { return "http://" + s.address.String() + "/" }

// Loopback reports whether this machine alone reaches the page.
func (s *Server) Loopback() bool { return s.loopback }

// Close ends the page.
func (s *Server) Close() {
	s.end()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
	s.serving.Wait()
}

// Files serves a page.html as the page itself, the other files that are named,
// and the files that all pages share.
func Files(mux *http.ServeMux, files fs.FS, names ...string) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "page.html") })
	for _, name := range names {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) })
	}
	shared := func(kind string, data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(data) // to a browser that has gone
		}
	}
	mux.HandleFunc("GET /base.css", shared("text/css; charset=utf-8", Style))
	mux.HandleFunc("GET /icon.svg", shared("image/svg+xml", Icon))
}

// guard answers the page's own requests alone.
func (s *Server) guard(page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header())
		if why := s.foreign(r); why != "" {
			http.Error(w, "countersign: "+why, http.StatusForbidden)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// protect says what a browser may do with an answer.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

// foreign says why a request is not one of the page itself, or returns "". A
// name that leads here may be anybody's; an address is not.
func (s *Server) foreign(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	switch {
	case strings.EqualFold(host, "localhost"):
	case err != nil:
		return "this page is served under an address or localhost, not under another name"
	case s.loopback && !addr.Unmap().IsLoopback():
		return "this page is served under a loopback address"
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if from, err := url.Parse(origin); err != nil || from.Scheme != "http" || from.Host != r.Host {
			return "another web page may not read this one"
		}
	}
	// Browsers tell where a request comes from. To follow a link here is fine.
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case site == "", site == "same-origin", site == "none":
	case r.URL.Path == "/" && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document":
	default:
		return "another web page may not read this one"
	}
	return ""
}
