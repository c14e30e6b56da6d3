package livepage

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
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

//go:embed assets
var assets embed.FS

// Options say how a page is served. The zero value is usable.
type Options struct {
	Limits Limits
	// AnyAddress lets it listen where other machines reach it. Without it, only
	// literal loopback addresses are.
	AnyAddress bool
	// Pages is how many may be open at once; 0: 32.
	Pages int
	// Log is told what goes wrong in serving the page; nil: nobody is.
	Log *log.Logger
}

const (
	mostPages = 32
	// pause is how long a page that was sent something waits for more: a server
	// under load has better to do than to wake a page for each request.
	pause = 40 * time.Millisecond
	// heartbeat keeps a silent connection known to be alive.
	heartbeat = 15 * time.Second
	// patience is how long a page may take what it is sent.
	patience = 10 * time.Second
)

// Page keeps exchanges and serves them. Its methods may be called from several
// goroutines.
type Page struct {
	opts   Options
	record *record
	run    string // tells this run from others at the same address

	ctx   context.Context // ends with Close
	end   context.CancelFunc
	pages chan struct{} // room for open pages

	heading  string
	server   *http.Server
	address  netip.AddrPort
	serving  sync.WaitGroup
	loopback bool
}

// New returns a page that keeps exchanges and is not served yet.
func New(opts Options) *Page {
	opts.Pages = cmp.Or(opts.Pages, mostPages)
	if opts.Log == nil {
		opts.Log = log.New(io.Discard, "", 0)
	}
	p := &Page{opts: opts, record: newRecord(opts.Limits), run: rand.Text(), pages: make(chan struct{}, opts.Pages)}
	p.ctx, p.end = context.WithCancel(context.Background())
	return p
}

// Add puts an exchange on the page.
func (p *Page) Add(x Exchange) { p.record.add(x.encode(p.record.limits.Exchange)) }

// ErrNotLoopback is returned for an address that other machines can reach.
var ErrNotLoopback = errors.New("other machines can reach this address")

// Listen serves the page at an address such as 127.0.0.1:9001, under a heading
// that says what it shows; port 0 lets the system choose. It is called once, and
// the page must be closed.
func (p *Page) Listen(address, heading string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("page at %q: want an address such as 127.0.0.1:9001: %w", address, err)
	}
	p.loopback = at.Addr().IsLoopback()
	if !p.loopback && !p.opts.AnyAddress {
		return fmt.Errorf("page at %s: %w", address, ErrNotLoopback)
	}
	network := "tcp6"
	if at.Addr().Is4() { // 0.0.0.0 is not to mean :: as well
		network = "tcp4"
	}
	listener, err := net.ListenTCP(network, net.TCPAddrFromAddrPort(at))
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	p.heading, p.address = heading, listener.Addr().(*net.TCPAddr).AddrPort()
	p.server = &http.Server{
		Handler: p.handler(), ReadHeaderTimeout: patience, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: p.opts.Log, BaseContext: func(net.Listener) context.Context { return p.ctx },
	}
	p.serving.Go(func() { _ = p.server.Serve(listener) }) // ends with Close
	return nil
}

// URL is where the page is.
func (p *Page) URL() string { return "http://" + p.address.String() + "/" }

// Close ends the page. No goroutine of it is left.
func (p *Page) Close() {
	p.end()
	if p.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if p.server.Shutdown(ctx) != nil {
		p.server.Close()
	}
	p.serving.Wait()
}

func (p *Page) handler() http.Handler {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // embedded above
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "page.html") })
	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) })
	}
	mux.HandleFunc("GET /events", p.events)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header())
		if why := p.foreign(r); why != "" {
			http.Error(w, "countersign: "+why, http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
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
func (p *Page) foreign(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	switch {
	case strings.EqualFold(host, "localhost"):
	case err != nil:
		return "this page is served under an address or localhost, not under another name"
	case p.loopback && !addr.Unmap().IsLoopback():
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
