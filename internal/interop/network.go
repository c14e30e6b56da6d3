package interop

import (
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"sync"
)

// Network is a network of one process and its children: loopback, and a link
// on which nobody answers and every packet is noted. A nil Network notes
// nothing.
type Network struct {
	mu     sync.Mutex
	sentTo map[string]bool
}

// Packets lists where packets that left loopback were meant to go, as
// 192.0.2.7:443/tcp, sorted.
func (n *Network) Packets() []string {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []string
	for to := range n.sentTo {
		list = append(list, to)
	}
	slices.Sort(list)
	return list
}

func (n *Network) note(frame []byte) {
	to := destination(frame)
	if to == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sentTo[to] = true
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
	return fmt.Sprintf("%s/%s", net.JoinHostPort(to.String(), fmt.Sprint(binary.BigEndian.Uint16(payload[2:]))), name)
}
