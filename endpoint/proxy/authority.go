package proxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/elazarl/goproxy"
)

// The files of an authority.
const (
	certificateFile = "ca.pem"
	keyFile         = "ca.key"
	bundleFile      = "bundle.pem"
)

const (
	// lifetime is how long an authority is valid. Who forgets that a program
	// trusts it is safe again after a while.
	lifetime = 365 * 24 * time.Hour
	// renewal is how long before its end an authority is made anew.
	renewal = 30 * 24 * time.Hour
)

// ErrKeyExposed is returned for a key that others can read: whoever has it can
// pose as any server towards a client that trusts the authority.
var ErrKeyExposed = errors.New("the key of the certificate authority can be read by others")

// Authority is a certificate authority of this machine. Its key stands in one
// file with mode 0600 and leaves it for the memory of this process alone.
type Authority struct {
	dir  string
	ca   tls.Certificate
	sign func(host string, ctx *goproxy.ProxyCtx) (*tls.Config, error)

	mu     sync.Mutex
	minted map[string]*tls.Certificate
}

// OpenAuthority reads the authority in a folder, or makes one there when there
// is none or its time is nearly over. The folder is made with mode 0700.
func OpenAuthority(dir string, now time.Time) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	ca, err := load(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && now.After(ca.Leaf.NotAfter.Add(-renewal)) {
		if err = create(dir, now); err == nil {
			ca, err = load(dir)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	return &Authority{dir: dir, ca: ca, sign: goproxy.TLSConfigFromCA(&ca), minted: map[string]*tls.Certificate{}}, nil
}

func load(dir string) (tls.Certificate, error) {
	name := filepath.Join(dir, keyFile)
	switch info, err := os.Stat(name); {
	case err != nil:
		return tls.Certificate{}, err
	case exposed(info.Mode()):
		return tls.Certificate{}, fmt.Errorf("%w: %s has mode %04o; remove it and its certificate, or say chmod 600", ErrKeyExposed, name, info.Mode().Perm())
	}
	ca, err := tls.LoadX509KeyPair(filepath.Join(dir, certificateFile), name)
	if err != nil {
		return ca, err
	}
	if ca.Leaf, err = x509.ParseCertificate(ca.Certificate[0]); err == nil && !ca.Leaf.IsCA {
		err = fmt.Errorf("%s is not the certificate of an authority", filepath.Join(dir, certificateFile))
	}
	return ca, err
}

// create makes key and certificate. The certificate is in place first: a key
// without one would be of no use and never be replaced.
func create(dir string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return err
	}
	host, _ := os.Hostname() // a name without a host is a name too
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"Countersign capture proxy"}, CommonName: strings.TrimSpace("Countersign capture proxy " + host)},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.Add(lifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(dir, certificateFile), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return err
	}
	return replace(filepath.Join(dir, keyFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600)
}

// replace writes a file in one step. os.CreateTemp makes it with mode 0600, so
// that there is no moment in which others could read it.
func replace(name string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil && mode != 0o600 {
		err = os.Chmod(f.Name(), mode)
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// CertificatePath is the file of the certificate that a client must trust.
func (a *Authority) CertificatePath() string { return filepath.Join(a.dir, certificateFile) }

// BundlePath writes, and returns the path of, a file with the certificate and
// those of roots behind it: for clients that trust one file and nothing else.
func (a *Authority) BundlePath(roots []byte) (string, error) {
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.ca.Certificate[0]})
	name := filepath.Join(a.dir, bundleFile)
	if err := replace(name, append(own, roots...), 0o644); err != nil {
		return "", fmt.Errorf("certificate authority: %w", err)
	}
	return name, nil
}

// Pool holds the certificate alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.ca.Leaf)
	return pool
}

// mostMinted bounds the certificates kept: a client may ask for any number of
// names.
const mostMinted = 1024

// certificate returns a certificate for a host name or an address.
func (a *Authority) certificate(host string) (*tls.Certificate, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.minted[host]; c != nil {
		return c, nil
	}
	quiet := &goproxy.ProxyCtx{Proxy: &goproxy.ProxyHttpServer{Logger: log.New(io.Discard, "", 0)}}
	config, err := a.sign(net.JoinHostPort(host, "443"), quiet)
	if err != nil {
		return nil, fmt.Errorf("certificate for %q: %w", host, err)
	}
	if len(a.minted) >= mostMinted {
		clear(a.minted)
	}
	a.minted[host] = &config.Certificates[0]
	return a.minted[host], nil
}

// config is how the proxy poses as a host towards a client that may name
// another one in its handshake.
func (a *Authority) config(host string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS10, // what the client can do is its own affair
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName != "" {
				return a.certificate(hello.ServerName)
			}
			return a.certificate(host)
		},
	}
}
