// Package page is the diagnosis in a browser: one page that takes what somebody
// has of a refused request, and shows why it was refused. It exists in two
// forms, of the same source:
//
//   - [Static] makes it one file that holds the whole diagnosis as WebAssembly.
//     It is opened from a folder or from any server.
//   - [Listen] serves it from the program, which answers what it asks.
//
// It guarantees:
//
//   - In the form of one file it makes no network request, and cannot: its
//     Content-Security-Policy allows no connection. In the other it asks the
//     program that serves it, and nobody else.
//   - Evidence stays text. The script makes no HTML of strings, and characters
//     that cannot be seen, or that reorder others, are written out.
//   - Secrets and security tokens are masked in what it shows. Nothing is kept:
//     not by the page, not by the program.
package page

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"log"
	"mime"
	"net/http"

	"github.com/countersign/countersign/diagnose/page/dialog"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/internal/localpage"
)

//go:embed assets
var embedded embed.FS

var assets = func() fs.FS {
	files, err := fs.Sub(embedded, "assets")
	if err != nil {
		panic(err) // embedded above
	}
	return files
}()

const (
	// mostAsked is how long a question may be: files are in Base64 in it.
	mostAsked = paste.MaxSize/3*4 + 1<<20
	// atOnce is how many questions are answered at the same time; one takes about a
	// second of a core at most.
	atOnce = 2
)

// Listen serves the page on a loopback address; port 0 lets the system choose.
// It must be closed. log is told what goes wrong in serving it.
func Listen(address string, log *log.Logger) (*localpage.Server, error) {
	mux := http.NewServeMux()
	localpage.Files(mux, assets, "page.css", "page.js", "example.txt")
	mux.Handle("POST /answer", answering())
	return localpage.Listen(address, mux, localpage.Options{Log: log})
}

// answering answers what the page asks.
func answering() http.Handler {
	turn := make(chan struct{}, atOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A form of another page cannot have this type.
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			http.Error(w, "countersign: a question is application/json", http.StatusUnsupportedMediaType)
			return
		}
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-r.Context().Done():
			return
		}
		asked, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostAsked))
		if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
			http.Error(w, "countersign: the evidence is too long", http.StatusRequestEntityTooLarge)
			return
		} else if err != nil {
			http.Error(w, "countersign: the question did not arrive: "+err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(dialog.Answer(asked)) // to a browser that has gone
	})
}
