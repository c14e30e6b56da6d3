package proxy

import (
	_ "embed"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

//go:embed environment.json
var environmentFile []byte

// Variable is a variable of the environment that leads a runtime to the proxy,
// or lets it trust its certificates.
type Variable struct {
	Name     string   `json:"name"`
	Value    string   `json:"value"` // with ${proxy} ${host} ${port} ${certificate} ${bundle}
	Runtimes []string `json:"runtimes"`
	Source   string   `json:"source"`
}

// Remedy is what to do about a runtime that does not heed the variables.
type Remedy struct {
	Runtime  string   `json:"runtime"`
	Programs []string `json:"programs"` // names of files that run it; none: any
	Remedy   string   `json:"remedy"`
	Source   string   `json:"source"`
}

// Variables and Remedies are the tables of environment.json.
var Variables, Remedies = func() ([]Variable, []Remedy) {
	var file struct {
		Variables []Variable `json:"variables"`
		Remedies  []Remedy   `json:"remedies"`
	}
	if err := json.Unmarshal(environmentFile, &file); err != nil {
		panic("proxy: environment.json: " + err.Error())
	}
	return file.Variables, file.Remedies
}()

// Environment returns NAME=value for all variables. JAVA_TOOL_OPTIONS is added
// to what this process has of it.
func Environment(proxy net.Addr, certificate, bundle string) []string {
	var out []string
	for _, v := range Variables {
		value := fill(v.Value, proxy, certificate, bundle)
		if before := os.Getenv(v.Name); v.Name == "JAVA_TOOL_OPTIONS" && before != "" {
			value = before + " " + value
		}
		out = append(out, v.Name+"="+value)
	}
	return out
}

// RemediesFor returns what may help a program that sent no request, what is
// known of its own runtime first.
func RemediesFor(program string, proxy net.Addr, certificate string) []string {
	name := strings.TrimSuffix(filepath.Base(program), ".exe")
	var own, others []string
	for _, r := range Remedies {
		text := r.Runtime + ": " + fill(r.Remedy, proxy, certificate, certificate)
		if slices.Contains(r.Programs, name) {
			own = append(own, text)
		} else {
			others = append(others, text)
		}
	}
	return append(own, others...)
}

func fill(template string, proxy net.Addr, certificate, bundle string) string {
	host, port, _ := net.SplitHostPort(proxy.String())
	return os.Expand(template, func(name string) string {
		switch name {
		case "proxy":
			return "http://" + proxy.String()
		case "host":
			return host
		case "port":
			return port
		case "certificate":
			return certificate
		case "bundle":
			return bundle
		}
		panic("proxy: environment.json: " + strconv.Quote(name))
	})
}
