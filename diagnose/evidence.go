package diagnose

import (
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Evidence is what is known of one request that was refused. Everything may be
// missing; what is there is as it was found, nothing is derived or repaired.
type Evidence struct {
	// Error is the error document of the service, or nil.
	Error *ErrorDocument
	// Status and Answer are the status and the headers of the refusal; zero and
	// nil where they are not known. HEAD is refused in headers alone.
	Status int
	Answer []wire.Header

	// Request is the request, or nil. What it is worth depends on where it was
	// seen. Its method is "" where only its URL is known, and its headers are then
	// Host alone; a client's log may leave out what its HTTP library adds.
	Request *wire.Request
	Seen    Place
	// At is when the request was sent; zero where it is not known.
	At time.Time

	// ClientString is the StringToSign, and ClientCanonical the canonical
	// request, that the client says it signed; "" where it does not say.
	ClientString, ClientCanonical string
	// Client is the program that signed, as far as it can be told.
	Client Client

	// Credentials may hold the access key: the id alone, or the secret too.
	Credentials signature.Credentials
	// Hosts say which bucket stands behind a host.
	Hosts signature.Hosts
}

// Place is where a request was seen.
type Place string

// The places. Between them proxies and gateways may have changed the request.
const (
	SeenAnywhere Place = ""       // it is not known where
	AtClient     Place = "client" // as the client sent it: its log, HAR, a command line
	OnTheWire    Place = "wire"   // on the network between: a packet capture, a proxy
	AtServer     Place = "server" // as the server received it
)

// Client is a program that signs.
type Client struct {
	// ID is that of the client in the data of this package, such as oss2, or ""
	// for one that is not in it.
	ID      string
	Version string // "" where it is not known
	// From says what it was recognised by, such as "User-Agent".
	From string
}
