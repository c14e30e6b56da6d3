package interop

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownNetworkMark is set in the environment of a process that was started with a
// network of its own, which it has to set up.
const ownNetworkMark = "COUNTERSIGN_INTEROP_NETWORK"

// isolate makes a command start in a network of its own.
func isolate(cmd *exec.Cmd) {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 { // who is not root needs to be it in there
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	cmd.SysProcAttr = attr
	cmd.Env = append(cmd.Environ(), ownNetworkMark+"=1")
}

// canIsolate reports whether isolate will do, and a network can be set up.
func canIsolate() bool {
	cmd := exec.Command("ip", "link", "set", "lo", "up")
	isolate(cmd)
	return cmd.Run() == nil
}

// network is what ip does to set up a network of one's own; a line with a question
// mark may fail, on a machine without IPv6. The addresses are those set aside for
// documents (RFC 5737, RFC 3849): nobody has them. The links give themselves no
// others, which would come a second later: Chromium breaks off what it is loading
// whenever an address comes or goes.
const network = `
  link set lo up
  link add out type veth peer name watch
? link set out addrgenmode none
? link set watch addrgenmode none
  link set watch up
  address add 192.0.2.2/24 dev out
  link set out arp off
  link set out up
  route add default via 192.0.2.1 onlink dev out
? -6 address add 2001:db8::2/64 dev out nodad
? -6 route add default via 2001:db8::1 onlink dev out`

// OwnNetwork sets up the network of a process that was started in one of its
// own, and watches it. It returns nil for another process.
func OwnNetwork() (*Network, error) {
	if os.Getenv(ownNetworkMark) == "" {
		return nil, nil
	}
	os.Unsetenv(ownNetworkMark)
	for line := range strings.SplitSeq(network[1:], "\n") {
		said, err := exec.Command("ip", strings.Fields(line[1:])...).CombinedOutput()
		if err != nil && line[0] != '?' {
			return nil, fmt.Errorf("ip%s: %w: %s", line[1:], err, said)
		}
	}
	n := newNetwork(knock)
	if err := n.watch(); err != nil {
		return nil, err
	}
	return n, n.awake()
}

// knock sends a packet to the door.
func knock() error {
	conn, err := net.Dial("udp", door)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte("knock"))
	return err
}

// watch notes every frame that arrives at the other end of the link.
func (n *Network) watch() error {
	all := int(binary.NativeEndian.Uint16([]byte{unix.ETH_P_ALL >> 8, unix.ETH_P_ALL & 0xff})) // in network order
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
	if err != nil {
		return fmt.Errorf("watching the network: %w", err)
	}
	go func() {
		defer unix.Close(socket)
		frame := make([]byte, 64<<10)
		for {
			size, from, err := unix.Recvfrom(socket, frame, 0)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil {
				return
			}
			if a, ok := from.(*unix.SockaddrLinklayer); ok && a.Pkttype != unix.PACKET_OUTGOING && a.Hatype != unix.ARPHRD_LOOPBACK {
				n.note(frame[:size])
			}
		}
	}()
	return nil
}
