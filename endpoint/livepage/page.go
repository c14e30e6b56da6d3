package livepage

import (
	"cmp"
	"crypto/rand"
	"embed"
	"io"
	"io/fs"
	"log"
	"net/http"
	"time"

	"github.com/countersign/countersign/internal/localpage"
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

	pages chan struct{} // room for open pages

	heading string
	server  *localpage.Server // nil before Listen
}

// New returns a page that keeps exchanges and is not served yet.
func New(opts Options) *Page {
	opts.Pages = cmp.Or(opts.Pages, mostPages)
	if opts.Log == nil {
		opts.Log = log.New(io.Discard, "", 0)
	}
	return &Page{opts: opts, record: newRecord(opts.Limits), run: rand.Text(), pages: make(chan struct{}, opts.Pages)}
}

// Add puts an exchange on the page.
func (p *Page) Add(x Exchange) { p.record.add(x.encode(p.record.limits.Exchange)) }

// Listen serves the page at an address such as 127.0.0.1:9001, under a heading
// that says what it shows; port 0 lets the system choose. It is called once, and
// the page must be closed.
func (p *Page) Listen(address, heading string) error {
	p.heading = heading
	var err error
	p.server, err = localpage.Listen(address, p.handler(), localpage.Options{AnyAddress: p.opts.AnyAddress, Log: p.opts.Log})
	return err
}

// URL is where the page is.
func (p *Page) URL() string { return p.server.URL() }

// Loopback reports whether this machine alone reaches the page.
func (p *Page) Loopback() bool { return p.server.Loopback() }

// Close ends the page. No goroutine of it is left.
func (p *Page) Close() {
	if p.server != nil {
		p.server.Close()
	}
}

func (p *Page) handler() http.Handler {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // embedded above
	}
	mux := http.NewServeMux()
	localpage.Files(mux, files, "page.css", "page.js")
	mux.HandleFunc("GET /events", p.events)
	return mux
}
