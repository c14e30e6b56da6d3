package interop

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"
)

// frame is an Ethernet frame around a packet in hexadecimal.
func frame(t *testing.T, etherType, packet string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll("000000000000 000000000000"+etherType+packet, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	ipv4    = "0800"
	ipv6    = "86dd"
	toHTTPS = "c000 01bb 0000 0000"
	toDNS   = "c000 0035 0008 0000"
)

// ipv4Packet is one for 192.0.2.77; options are further words of its header.
func ipv4Packet(proto, options, payload string) string {
	first := map[int]string{0: "45", 4: "46"}[len(options)/2]
	return first + "00 0000 0000 0000 40" + proto + "0000 c0000202 c000024d" + options + payload
}

func ipv6Packet(next, payload string) string {
	return "60000000 0000" + next + "40 20010db8000000000000000000000002 20010db8000000000000000000000077" + payload
}

func TestDestinationOfAFrame(t *testing.T) {
	for _, test := range []struct{ what, etherType, packet, want string }{
		{"TCP", ipv4, ipv4Packet("06", "", toHTTPS), "192.0.2.77:443/tcp"},
		{"UDP", ipv4, ipv4Packet("11", "", toDNS), "192.0.2.77:53/udp"},
		{"TCP behind options", ipv4, ipv4Packet("06", "01010101", toHTTPS), "192.0.2.77:443/tcp"},
		{"TCP over IPv6", ipv6, ipv6Packet("06", toHTTPS), "[2001:db8::77]:443/tcp"},
		{"UDP over IPv6", ipv6, ipv6Packet("11", toDNS), "[2001:db8::77]:53/udp"},
		{"ICMP", ipv4, ipv4Packet("01", "", toHTTPS), ""},
		{"a neighbour message", ipv6, ipv6Packet("3a", toHTTPS), ""},
		{"ARP", "0806", "0001080006040001", ""},
		{"no ports", ipv4, ipv4Packet("06", "", "c000"), ""},
		{"half a header", ipv4, "4500 0000", ""},
		{"a header that is too short to be one", ipv4, "41" + ipv4Packet("06", "", toHTTPS)[2:], ""},
		{"half a header of IPv6", ipv6, "60000000", ""},
		{"no packet", ipv4, "", ""},
	} {
		if got := destination(frame(t, test.etherType, test.packet)); got != test.want {
			t.Errorf("%s: %q, want %q", test.what, got, test.want)
		}
	}
	if got := destination([]byte("short")); got != "" {
		t.Errorf("what is no frame: %q", got)
	}
}

func TestPacketsAreThoseNotedAndNotOurOwn(t *testing.T) {
	var n *Network
	own := frame(t, ipv4, "4500 0000 0000 0000 4011 0000 c0000202 c0000201"+"c000 0009 0008 0000")
	n = newNetwork(func() error { n.note(own); return nil })
	n.note(frame(t, ipv4, ipv4Packet("11", "", toDNS)))
	n.note(frame(t, ipv4, ipv4Packet("06", "", toHTTPS)))
	n.note(frame(t, ipv4, ipv4Packet("06", "", toHTTPS)))
	list, err := n.Packets()
	if want := []string{"192.0.2.77:443/tcp", "192.0.2.77:53/udp"}; err != nil || !slices.Equal(list, want) {
		t.Errorf("%q, %v; want %q", list, err, want)
	}
	if list, err := (*Network)(nil).Packets(); list != nil || err != nil {
		t.Errorf("no network: %q, %v", list, err)
	}
}

func TestANetworkThatNotesNothingIsNoProof(t *testing.T) {
	patience = 10 * time.Millisecond
	t.Cleanup(func() { patience = usualPatience })
	n := newNetwork(func() error { return nil })
	if list, err := n.Packets(); err == nil {
		t.Errorf("packets %q of a network that does not see its own", list)
	}
}
