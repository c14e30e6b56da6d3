package proxy

import (
	"net"
	"sync"
	"time"
)

// patient is a connection that waits so long and no longer: until a time, or a
// while for each read and write.
type patient struct {
	net.Conn

	mu    sync.Mutex
	each  time.Duration // for each read, where not zero
	write time.Duration // for each write
}

func (c *patient) Read(p []byte) (int, error) {
	c.mu.Lock()
	if c.each > 0 {
		c.Conn.SetReadDeadline(time.Now().Add(c.each))
	}
	c.mu.Unlock()
	return c.Conn.Read(p)
}

func (c *patient) Write(p []byte) (int, error) {
	// A long text is written in pieces, so that a slow reader is not taken for
	// one that does not read.
	const piece = 64 << 10
	done := 0
	for {
		next := p[done:min(len(p), done+piece)]
		c.Conn.SetWriteDeadline(time.Now().Add(c.write))
		n, err := c.Conn.Write(next)
		if done += n; err != nil || done == len(p) {
			return done, err
		}
	}
}

// until sets when reading ends.
func (c *patient) until(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.each = 0
	c.Conn.SetReadDeadline(at)
}

// forEach sets how long each read may take.
func (c *patient) forEach(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.each = d
}

// CloseWrite ends what is sent.
func (c *patient) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}
