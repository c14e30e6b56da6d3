package main

import (
	"fmt"
	"log"
	"math"
	"net/netip"
	"strings"

	"github.com/countersign/countersign/endpoint/livepage"
)

// pageFlags say where the live page of a server is.
type pageFlags struct {
	at     string // an address, "off", or "": next to the server
	remote bool
}

// noPage is the word for no page.
const noPage = "off"

// check refuses what is no address, and what others reach unless that is asked
// for.
func (f *pageFlags) check() error {
	if f.at == "" || f.at == noPage {
		return nil
	}
	return checkAddress("--web", &f.at, f.remote)
}

// new makes a page; nil where none is wanted.
func (f *pageFlags) new(env *environment) *livepage.Page {
	if f.at == noPage {
		return nil
	}
	return livepage.New(livepage.Options{AnyAddress: f.remote, Log: log.New(env.Stderr, "countersign: the page: ", 0)})
}

// open serves the page, and says where.
func (f *pageFlags) open(env *environment, page *livepage.Page, server, heading string) error {
	if page == nil {
		return nil
	}
	at := f.at
	if at == "" {
		at = nextTo(server)
	}
	err := page.Listen(at, heading)
	if err != nil && f.at == "" { // somebody else is there
		err = page.Listen(freeLoopback, heading)
	}
	if err != nil {
		return notRunError("%w", err)
	}
	if !page.Loopback() {
		fmt.Fprintln(env.Stderr, env.paint(env.Style.Bad, "WARNING: every machine that reaches this one can open the page and read the requests."))
	}
	fmt.Fprintf(env.Stderr, "requests appear at %s\n", page.URL())
	return nil
}

const freeLoopback = "127.0.0.1:0"

// nextTo is the port behind that of a server, on loopback.
func nextTo(server string) string {
	at, err := netip.ParseAddrPort(server)
	if err != nil || at.Port() == math.MaxUint16 {
		return freeLoopback
	}
	host := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if at.Addr().IsLoopback() {
		host = at.Addr()
	}
	return netip.AddrPortFrom(host, at.Port()+1).String()
}

// checkAddress refuses what is no address, and what others reach unless that is
// asked for.
func checkAddress(flag string, address *string, remote bool) error {
	*address = strings.Replace(*address, "localhost:", "127.0.0.1:", 1)
	at, err := netip.ParseAddrPort(*address)
	switch {
	case err != nil:
		return usageError("%s is an address and a port such as 127.0.0.1:9000, got %q", flag, *address)
	case !at.Addr().IsLoopback() && !remote:
		return usageError("%s %s: other machines can reach this address; say --allow-remote if they are meant to", flag, *address)
	}
	return nil
}
