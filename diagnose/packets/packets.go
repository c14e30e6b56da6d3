// Package packets reads the HTTP requests and answers out of a packet capture,
// pcap or pcapng, as tcpdump and Wireshark write them.
//
// It guarantees:
//
//   - TCP streams are put together in both directions: lost order, repeated
//     segments and captures that begin inside a connection are no obstacle. Bytes
//     that the capture lacks end what can be read of a connection, and that is
//     said.
//   - What is encrypted is said to be so, with where it went.
//   - No capture makes it panic, and none is read beyond its size limit.
//
// It is a package of its own because it alone needs a library for packets.
package packets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"

	"github.com/countersign/countersign/diagnose/paste"
)

// ErrNoCapture is returned for data that is no packet capture.
var ErrNoCapture = errors.New("not a packet capture: it must be pcap or pcapng")

// magics are how captures begin: pcap in both byte orders, with micro- and with
// nanoseconds, and pcapng.
var magics = [][]byte{
	{0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4}, {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
	pcapng,
}

var pcapng = []byte{0x0a, 0x0d, 0x0d, 0x0a}

// Is reports whether data begins as a packet capture does.
func Is(data []byte) bool {
	for _, magic := range magics {
		if bytes.HasPrefix(data, magic) {
			return true
		}
	}
	return false
}

// Read reads a capture. The source it returns goes to [paste.Read]; the notes
// say what could not be read. name says where the capture comes from.
func Read(name string, data []byte) (source paste.Source, notes []paste.Note, err error) {
	source = paste.Source{Name: name, Kind: paste.Exchanges}
	if !Is(data) {
		return source, nil, fmt.Errorf("%s: %w", name, ErrNoCapture)
	}
	if len(data) > paste.MaxSize {
		return source, nil, fmt.Errorf("%s: %w of %d MiB: cut it down with a filter, such as tcpdump -r FILE -w SMALLER host HOST", name, paste.ErrTooLarge, paste.MaxSize>>20)
	}
	// The decoders of the library meet hostile packets here; whatever they trip
	// over is a fault of the capture.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the capture cannot be read: %v", name, p)
		}
	}()
	c := &connections{name: name}
	assembler := reassembly.NewAssembler(reassembly.NewStreamPool(c))
	assembler.MaxBufferedPagesTotal = maxPages
	packets, readErr := c.read(data, assembler)
	assembler.FlushAll()
	if readErr != nil && packets == 0 {
		return source, nil, fmt.Errorf("%s: the capture cannot be read: %w", name, readErr)
	}
	if readErr != nil {
		c.note(fmt.Sprintf("the capture is damaged or cut off behind packet %d: %v", packets, readErr))
	}
	for _, conn := range c.all {
		c.exchanges(&source, conn)
	}
	return source, c.notes, nil
}

// maxPages bounds what waits for a packet that never comes; a page has about
// 1900 bytes.
const maxPages = 1 << 14

// connections puts the packets of a capture together.
type connections struct {
	name  string
	all   []*connection
	notes []paste.Note
}

func (c *connections) note(text string) {
	const enough = 64
	if len(c.notes) < enough {
		c.notes = append(c.notes, paste.Note{Source: c.name, Text: text})
	}
}

// reader is what both formats are read with.
type reader interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// read feeds all packets of a capture to the assembler.
func (c *connections) read(data []byte, assembler *reassembly.Assembler) (packets int, err error) {
	var source reader
	var link func(gopacket.CaptureInfo) layers.LinkType
	if bytes.HasPrefix(data, pcapng) {
		// The interfaces of one capture may be of several types.
		ng, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return 0, err
		}
		source, link = ng, func(info gopacket.CaptureInfo) layers.LinkType {
			face, err := ng.Interface(info.InterfaceIndex)
			if err != nil {
				return ng.LinkType()
			}
			return face.LinkType
		}
	} else {
		plain, err := pcapgo.NewReader(bytes.NewReader(data))
		if err != nil {
			return 0, err
		}
		source, link = plain, func(gopacket.CaptureInfo) layers.LinkType { return plain.LinkType() }
	}
	for {
		packet, info, err := source.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return packets, nil
		}
		if err != nil {
			return packets, err
		}
		packets++
		decoded := gopacket.NewPacket(packet, link(info), gopacket.DecodeOptions{Lazy: true, NoCopy: true})
		network := decoded.NetworkLayer()
		tcp, ok := decoded.TransportLayer().(*layers.TCP)
		if network == nil || !ok {
			continue
		}
		assembler.AssembleWithContext(network.NetworkFlow(), tcp, moment(info))
	}
}

// moment tells the assembler when a packet was seen.
type moment gopacket.CaptureInfo

// GetCaptureInfo implements [reassembly.AssemblerContext].
func (m moment) GetCaptureInfo() gopacket.CaptureInfo { return gopacket.CaptureInfo(m) }

// New implements [reassembly.StreamFactory].
func (c *connections) New(network, transport gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	conn := &connection{name: fmt.Sprintf("%s:%s and %s:%s", network.Src(), transport.Src(), network.Dst(), transport.Dst())}
	c.all = append(c.all, conn)
	return conn
}

// connection is a TCP connection: what went over it in each direction.
type connection struct {
	name string
	ways [2]way
}

// way is one direction of a connection.
type way struct {
	data   []byte
	pieces []piece
	cut    bool // bytes are missing: what follows cannot be used
}

// piece says when the bytes from an offset on were seen.
type piece struct {
	offset int
	at     time.Time
}

// at is when a byte was seen.
func (w *way) at(offset int) time.Time {
	var at time.Time
	for _, p := range w.pieces {
		if p.offset > offset {
			break
		}
		at = p.at
	}
	return at
}

// Accept implements [reassembly.Stream]: a capture may begin anywhere.
func (conn *connection) Accept(_ *layers.TCP, _ gopacket.CaptureInfo, _ reassembly.TCPFlowDirection, _ reassembly.Sequence, start *bool, _ reassembly.AssemblerContext) bool {
	*start = true
	return true
}

// ReassembledSG implements [reassembly.Stream].
func (conn *connection) ReassembledSG(sg reassembly.ScatterGather, ac reassembly.AssemblerContext) {
	direction, _, _, skipped := sg.Info()
	w := &conn.ways[0]
	if direction == reassembly.TCPDirServerToClient {
		w = &conn.ways[1]
	}
	length, _ := sg.Lengths()
	if skipped > 0 && len(w.data) > 0 {
		w.cut = true
	}
	if w.cut || length == 0 {
		return
	}
	w.pieces = append(w.pieces, piece{len(w.data), ac.GetCaptureInfo().Timestamp})
	w.data = append(w.data, sg.Fetch(length)...)
}

// ReassemblyComplete implements [reassembly.Stream].
func (conn *connection) ReassemblyComplete(reassembly.AssemblerContext) bool { return false }
