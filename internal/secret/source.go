// Package secret knows where credentials come from and takes them out of
// everything that is printed or written.
//
// It guarantees that a secret known to a [Redactor] leaves through none of its
// writers: not raw, not in Base64 (alone or inside a longer text), not
// percent-encoded, not in hexadecimal with or without blanks.
package secret

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/countersign/countersign/signature"
)

// The environment variables that hold credentials. There are no flags for
// them: a command line is visible to every user of a machine.
const (
	EnvAccessKeyID     = "COUNTERSIGN_ACCESS_KEY_ID"
	EnvAccessKeySecret = "COUNTERSIGN_ACCESS_KEY_SECRET"
	EnvSecurityToken   = "COUNTERSIGN_SECURITY_TOKEN"
)

// ErrNone is returned when neither the environment nor a file names
// credentials.
var ErrNone = errors.New("no credentials: set " + EnvAccessKeyID + " and " + EnvAccessKeySecret + ", or give --credentials FILE")

// Load reads credentials from path, or from the environment when path is
// empty.
func Load(path string) (signature.Credentials, error) {
	if path != "" {
		return fromFile(path)
	}
	c := signature.Credentials{
		AccessKeyID:     os.Getenv(EnvAccessKeyID),
		AccessKeySecret: os.Getenv(EnvAccessKeySecret),
		SecurityToken:   os.Getenv(EnvSecurityToken),
	}
	switch {
	case c.AccessKeyID == "" && c.AccessKeySecret == "":
		return c, ErrNone
	case c.AccessKeyID == "":
		return c, fmt.Errorf("%s is set but %s is not", EnvAccessKeySecret, EnvAccessKeyID)
	case c.AccessKeySecret == "":
		return c, fmt.Errorf("%s is set but %s is not", EnvAccessKeyID, EnvAccessKeySecret)
	}
	return c, nil
}

// fromFile reads a JSON object with accessKeyId, accessKeySecret and
// securityToken, or lines NAME=VALUE with the names of the environment. Error
// texts never quote the file.
func fromFile(path string) (signature.Credentials, error) {
	var c signature.Credentials
	data, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("credentials: %w", err)
	}
	if strings.HasPrefix(strings.TrimSpace(string(data)), "{") {
		if err := json.Unmarshal(data, &c); err != nil {
			return c, fmt.Errorf("credentials: %s is not a JSON object with accessKeyId and accessKeySecret", path)
		}
	} else if err := readLines(string(data), &c); err != nil {
		return c, fmt.Errorf("credentials: %s: %w", path, err)
	}
	if c.AccessKeyID == "" || c.AccessKeySecret == "" {
		return c, fmt.Errorf("credentials: %s must give an access key id and its secret", path)
	}
	return c, nil
}

func readLines(text string, c *signature.Credentials) error {
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return fmt.Errorf("line %d is not NAME=VALUE", n)
		}
		switch strings.TrimSpace(strings.TrimPrefix(name, "export ")) {
		case EnvAccessKeyID:
			c.AccessKeyID = value
		case EnvAccessKeySecret:
			c.AccessKeySecret = value
		case EnvSecurityToken:
			c.SecurityToken = value
		default:
			return fmt.Errorf("line %d: the names are %s, %s and %s", n, EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken)
		}
	}
	return lines.Err()
}
