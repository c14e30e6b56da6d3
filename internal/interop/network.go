package interop

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"
)

// Network is a network of one process and its children: loopback, and a link
// on which nobody answers and every packet is noted. A nil Network notes
// nothing.
type Network struct {
	knock func() error // sends a packet to the door
	heard chan struct{}

	mu     sync.Mutex
	sentTo map[string]bool
}

// door is where nobody but a Network itself sends a packet, to see that it is
// noted: an address set aside for documents, and the port for what is to be
// discarded.
const door = "192.0.2.1:9"

func newNetwork(knock func() error) *Network {
	return &Network{knock: knock, heard: make(chan struct{}, 1), sentTo: map[string]bool{}}
}

// Packets lists where packets that left loopback were meant to go, as
// 192.0.2.7:443/tcp, sorted. It is an error if nothing would have been noted.
func (n *Network) Packets() ([]string, error) {
	if n == nil {
		return nil, nil
	}
	if err := n.awake(); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.sentTo)), nil
}

// patience is how long a packet of our own may take; a variable for the tests.
var patience = usualPatience

const usualPatience = 10 * time.Second

// awake waits until a packet of our own is noted, and with it all that were sent
// before.
func (n *Network) awake() error {
	if err := n.knock(); err != nil {
		return fmt.Errorf("watching the network: %w", err)
	}
	select {
	case <-n.heard:
		return nil
	case <-time.After(patience):
		return errors.New("watching the network: a packet was sent and not seen")
	}
}

func (n *Network) note(frame []byte) {
	switch to := destination(frame); to {
	case "":
	case door + "/udp":
		select {
		case n.heard <- struct{}{}:
		default:
		}
	default:
		n.mu.Lock()
		defer n.mu.Unlock()
		n.sentTo[to] = true
	}
}

// What a frame holds, by the numbers of IEEE 802.3 and IANA.
const (
	etherHeader = 14
	etherIPv4   = 0x0800
	etherIPv6   = 0x86dd

	ipv6Header = 40
	protoTCP   = 6
	protoUDP   = 17
)

// destination says where the packet in an Ethernet frame was meant to go, "" for
// what is no packet of a program: what the kernel itself sends when a link
// comes up (neighbour and group messages) is neither TCP nor UDP.
func destination(frame []byte) string {
	if len(frame) < etherHeader {
		return ""
	}
	packet := frame[etherHeader:]
	var to net.IP
	var proto byte
	var payload []byte
	switch binary.BigEndian.Uint16(frame[12:]) {
	case etherIPv4:
		header := 0
		if len(packet) > 0 {
			header = int(packet[0]&0xf) * 4
		}
		if header < 20 || len(packet) < header {
			return ""
		}
		to, proto, payload = packet[16:20], packet[9], packet[header:]
	case etherIPv6:
		if len(packet) < ipv6Header {
			return ""
		}
		to, proto, payload = packet[24:40], packet[6], packet[ipv6Header:]
	}
	name := map[byte]string{protoTCP: "tcp", protoUDP: "udp"}[proto]
	if name == "" || len(payload) < 4 {
		return ""
	}
	port := fmt.Sprint(binary.BigEndian.Uint16(payload[2:]))
	return net.JoinHostPort(to.String(), port) + "/" + name
}
