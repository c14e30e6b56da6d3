package packets

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/paste"
)

// refused is what tcpdump saw on loopback of four requests that a server
// refused: two of curl, one of oss2, and a presigned URL with a plus sign.
const refused = "../../testdata/packets/refused.pcap"

func load(t testing.TB) []byte {
	data, err := os.ReadFile(refused)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func read(t testing.TB, data []byte) (paste.Source, []paste.Note) {
	t.Helper()
	source, notes, err := Read("capture", data)
	if err != nil {
		t.Fatal(err)
	}
	return source, notes
}

func TestACaptureOfTcpdump(t *testing.T) {
	source, notes := read(t, load(t))
	if len(notes) > 0 {
		t.Errorf("notes: %q", notes)
	}
	var got []string
	for _, e := range source.Exchanges {
		got = append(got, e.Request.Method+" "+e.Request.Target)
		if e.Status != 403 || e.Seen != diagnose.OnTheWire || e.At.Year() != 2026 || len(e.Answer) == 0 {
			t.Errorf("%s: status %d, seen %q at %s, %d headers", got[len(got)-1], e.Status, e.Seen, e.At, len(e.Answer))
		}
		if (e.Request.Method == "HEAD") != (e.Body == "") {
			t.Errorf("%s: the body of the answer is %q", got[len(got)-1], e.Body)
		}
	}
	want := "PUT /docs/a%20b.txt, HEAD /docs/a%20b.txt, PUT /docs%2Fa%20b.txt, GET /docs/a?OSSAccessKeyId=LTAI5tExampleKeyId&Expires=1800000000&Signature=ab+cd%3D"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
	if source.Exchanges[0].Request.Body != "hello" {
		t.Errorf("the body is %q", source.Exchanges[0].Request.Body)
	}
}

func TestARefusedRequestOfACaptureIsEvidence(t *testing.T) {
	source, _ := read(t, load(t))
	p, err := paste.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	e := p.Evidence
	if e.Error == nil || e.Error.SignatureProvided != "ab cd=" || e.Request == nil || !strings.HasPrefix(e.Request.Target, "/docs/a?") || e.Status != 403 {
		t.Errorf("the evidence is %+v", e)
	}
}

func TestPcapngSaysTheSame(t *testing.T) {
	plain, err := pcapgo.NewReader(bytes.NewReader(load(t)))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := pcapgo.NewNgWriter(&file, plain.LinkType())
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, info, err := plain.ReadPacketData()
		if err != nil {
			break
		}
		info.InterfaceIndex = 0
		if err := w.WritePacket(info, data); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	was, _ := read(t, load(t))
	is, notes := read(t, file.Bytes())
	if len(is.Exchanges) != len(was.Exchanges) || len(notes) > 0 {
		t.Fatalf("%d exchanges of %d, %q", len(is.Exchanges), len(was.Exchanges), notes)
	}
	for i := range is.Exchanges {
		if is.Exchanges[i].Request.Head() != was.Exchanges[i].Request.Head() || is.Exchanges[i].Body != was.Exchanges[i].Body || !is.Exchanges[i].At.Equal(was.Exchanges[i].At) {
			t.Errorf("exchange %d differs", i)
		}
	}
}

// segment is a piece of one direction of a connection.
type segment struct {
	fromServer bool
	seq        uint32
	data       string
}

// capture writes segments as a capture.
func capture(t testing.TB, segments ...segment) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(65536, layers.LinkTypeRaw); err != nil {
		t.Fatal(err)
	}
	client, server := net.IP{10, 0, 0, 1}, net.IP{10, 0, 0, 2}
	for i, s := range segments {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: client, DstIP: server}
		tcp := &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: s.seq, ACK: true, PSH: true, Window: 1 << 14}
		if s.fromServer {
			ip.SrcIP, ip.DstIP, tcp.SrcPort, tcp.DstPort = server, client, 80, 40000
		}
		if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		buffer := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, tcp, gopacket.Payload(s.data))
		if err != nil {
			t.Fatal(err)
		}
		data := buffer.Bytes()
		info := gopacket.CaptureInfo{Timestamp: time.Unix(1800000000+int64(i), 0), CaptureLength: len(data), Length: len(data)}
		if err := w.WritePacket(info, data); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

const (
	request = "PUT /k HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.com\r\nContent-Length: 5\r\n\r\nhello"
	refusal = "HTTP/1.1 403 Forbidden\r\nx-oss-EC: 0002-00000040\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<Error><Code>X</\r\n0d\r\nCode></Error>\r\n0\r\n\r\n"
)

// Segments arrive twice, late, and in another order; the capture begins with the
// answer to a request that it does not have.
func TestStreamsArePutTogether(t *testing.T) {
	n := uint32(20)
	data := capture(t,
		segment{false, 1000, request[:n]},
		segment{false, 1000 + 2*n, request[2*n:]},
		segment{false, 1000 + n, request[n : 2*n]},
		segment{false, 1000 + n, request[n : 2*n]},
		segment{true, 5000, "HTTP/1.1 100 Continue\r\n\r\n" + refusal[:30]},
		segment{true, 5000 + 25 + 30, refusal[30:]},
	)
	source, notes := read(t, data)
	if len(source.Exchanges) != 1 {
		t.Fatalf("%d exchanges, %q", len(source.Exchanges), notes)
	}
	e := source.Exchanges[0]
	if e.Request.Body != "hello" || e.Status != 403 || e.Body != "<Error><Code>X</Code></Error>" || !e.At.Equal(time.Unix(1800000000, 0)) {
		t.Errorf("got %+v, request %q", e, e.Request.AppendHTTP(nil))
	}
	if e.Answer[0].Name != "x-oss-EC" {
		t.Errorf("the letter case of a header is lost: %+v", e.Answer)
	}
}

func TestMissingPacketsAreSaid(t *testing.T) {
	_, notes := read(t, capture(t,
		segment{false, 1000, request[:20]},
		segment{false, 1040, request[40:]},
	))
	if len(notes) == 0 || !strings.Contains(notes[0].Text, "are missing") {
		t.Errorf("notes: %q", notes)
	}
}

func TestTLSIsSaidToBeUnreadable(t *testing.T) {
	ours, theirs := net.Pipe()
	go tls.Client(ours, &tls.Config{ServerName: "b.oss-cn-hangzhou.aliyuncs.com"}).Handshake()
	hello := make([]byte, 4096)
	n, err := theirs.Read(hello)
	if err != nil {
		t.Fatal(err)
	}
	ours.Close()
	source, notes := read(t, capture(t, segment{false, 1, string(hello[:n])}))
	if len(source.Exchanges) > 0 || len(notes) != 1 || !strings.Contains(notes[0].Text, "encrypted (TLS)") {
		t.Errorf("got %d exchanges, notes %q", len(source.Exchanges), notes)
	}
}

func TestWhatIsNoCapture(t *testing.T) {
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("GET / HTTP/1.1"), "gzip": {0x1f, 0x8b, 8, 0}} {
		if _, _, err := Read(name, data); !errors.Is(err, ErrNoCapture) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Read("cut", load(t)[:20]); err == nil {
		t.Error("a capture of half a header is read")
	}
	source, notes := read(t, load(t)[:3000])
	if len(notes) == 0 || len(source.Exchanges) == 0 {
		t.Errorf("a capture that is cut off: %d exchanges, notes %q", len(source.Exchanges), notes)
	}
	if _, _, err := Read("large", append(bytes.Clone(magics[0]), make([]byte, paste.MaxSize)...)); !errors.Is(err, paste.ErrTooLarge) {
		t.Errorf("a capture over the limit: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(load(f))
	f.Add(capture(f, segment{false, 1000, request}, segment{true, 1, refusal}))
	f.Add(append(bytes.Clone(pcapng), 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		source, _, err := Read("capture", data)
		if err != nil {
			return
		}
		for _, e := range source.Exchanges {
			if e.Request == nil || e.Where.Text == "" {
				t.Fatalf("an exchange without a request: %+v", e)
			}
		}
		if _, err := paste.Read(source); err != nil {
			t.Fatal(err)
		}
	})
}
