package livepage

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// greeting is the first event of a stream.
type greeting struct {
	Run     string `json:"run"`
	Heading string `json:"heading"`
	Keep    int    `json:"keep"` // how many exchanges are kept
}

// events sends what is kept and then what comes, as server-sent events: hello
// when a stream begins, missed with a number, and exchange. The id of an
// exchange is its run and its number; who comes back says the last one it has.
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	select {
	case p.pages <- struct{}{}:
		defer func() { <-p.pages }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, "countersign: too many pages are open", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	s := stream{w: w, control: http.NewResponseController(w)}
	fmt.Fprintf(&s.out, "retry: 1000\nevent: hello\ndata: %s\n\n", mustMarshal(greeting{Run: p.run, Heading: p.heading, Keep: p.record.limits.Exchanges}))
	if s.flush() != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for number := p.position(r); ; {
		b := p.record.after(number)
		p.write(&s, b)
		if number = b.first - 1 + len(b.exchanges); s.flush() != nil {
			return
		}
		changed := b.changed
		if len(b.exchanges) > 0 {
			select {
			case <-time.After(pause):
				continue
			case <-r.Context().Done():
				return
			}
		}
		select {
		case <-changed:
		case <-beat.C:
			s.out.WriteString(": still here\n\n")
		case <-r.Context().Done():
			return
		}
	}
}

// position is the number of the last exchange that a page says it has.
func (p *Page) position(r *http.Request) int {
	run, digits, _ := strings.Cut(cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")), "-")
	number, err := strconv.Atoi(digits)
	if run != p.run || err != nil || number < 0 {
		return 0
	}
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return min(number, p.record.last)
}

// write writes the events of a batch.
func (p *Page) write(s *stream, b batch) {
	if b.missed > 0 {
		fmt.Fprintf(&s.out, "event: missed\ndata: %d\n\n", b.missed)
	}
	for i, x := range b.exchanges {
		fmt.Fprintf(&s.out, "event: exchange\nid: %s-%d\ndata: %s\n\n", p.run, b.first+i, x)
	}
}

// stream is one open page.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	out     bytes.Buffer
}

// flush sends what was written. A page that does not take it in time is given
// up.
func (s *stream) flush() error {
	if s.out.Len() == 0 {
		return nil
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := s.w.Write(s.out.Bytes())
	s.out.Reset()
	if err != nil {
		return err
	}
	return s.control.Flush()
}
