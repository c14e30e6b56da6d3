package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func newSignCommand(env *environment) *cobra.Command {
	var asJSON bool
	var credentials string
	cmd := signPage.command(cobra.MaximumNArgs(1), func(cmd *cobra.Command, args []string) error {
		name := "-"
		if len(args) == 1 {
			name = args[0]
		}
		data, err := env.read(cmd.Context(), name)
		if err != nil {
			return err
		}
		in, err := readSigningInput(data)
		if err != nil {
			return usageError("%s: %w", sourceName(name), err)
		}
		borrowed, err := in.borrowCredentials(env, credentials)
		if err != nil {
			return err
		}
		profile, input, err := in.check()
		if err != nil {
			return usageError("%s: %w", sourceName(name), err)
		}
		signed, err := profile.Sign(input)
		if err != nil {
			return usageError("%s: %w", sourceName(name), err)
		}
		if borrowed {
			env.conceal(signingKeys(signed.Stages())...)
		}
		if asJSON {
			return env.printJSON(signedJSONOf(profile, signed))
		}
		env.printSigned(profile, signed)
		return nil
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	addCredentialsFlag(cmd, &credentials)
	return cmd
}

// addCredentialsFlag adds the flag that every verb has which needs the user's
// own credentials.
func addCredentialsFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "credentials", "", "take credentials from this `FILE`: JSON with accessKeyId, accessKeySecret and securityToken, or the lines NAME=VALUE of the environment")
}

// sourceName is what a message calls an input.
func sourceName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// signingInput is an input with its scheme and carrier, as it was given.
type signingInput struct {
	scheme  string
	carrier signature.Carrier
	members map[string]json.RawMessage // of the input
}

// readSigningInput reads {"scheme","carrier","input":{…}}, or the members of
// input beside scheme and carrier.
func readSigningInput(data []byte) (*signingInput, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf(`a signing input is one JSON object, {"scheme":…,"carrier":…,"input":{…}}: %w`, err)
	}
	in := &signingInput{members: members}
	for name, into := range map[string]any{"scheme": &in.scheme, "carrier": &in.carrier} {
		if err := json.Unmarshal(members[name], into); err != nil {
			return nil, fmt.Errorf(`%s must stand beside the input, as in "scheme":"oss-v4","carrier":"header"`, name)
		}
		delete(members, name)
	}
	if inner, ok := members["input"]; ok {
		in.members = nil
		if err := json.Unmarshal(inner, &in.members); err != nil {
			return nil, fmt.Errorf("input: it must be an object: %w", err)
		}
	}
	return in, nil
}

// borrowCredentials fills in the credentials that the input does not hold, and
// reports whether it had to.
func (in *signingInput) borrowCredentials(env *environment, file string) (bool, error) {
	var given map[string]wire.Bytes
	if raw, ok := in.members["credentials"]; ok {
		if err := json.Unmarshal(raw, &given); err != nil {
			return false, usageError("input: credentials: %w", err)
		}
	}
	if given["accessKeyId"] != "" && given["accessKeySecret"] != "" {
		return false, nil
	}
	own, err := env.credentials(file)
	if errors.Is(err, secret.ErrNone) {
		return false, usageError("the input holds no credentials: add them to it, or set %s and %s, or give --credentials FILE",
			secret.EnvAccessKeyID, secret.EnvAccessKeySecret)
	}
	if err != nil {
		return false, err
	}
	if id := string(given["accessKeyId"]); id != "" && id != own.AccessKeyID {
		return false, usageError("the input is for the access key id %q without its secret, and the credentials are those of %q", id, own.AccessKeyID)
	}
	if given == nil {
		given = map[string]wire.Bytes{}
	}
	for name, value := range map[string]string{"accessKeyId": own.AccessKeyID, "accessKeySecret": own.AccessKeySecret, "securityToken": own.SecurityToken} {
		if given[name] == "" && value != "" {
			given[name] = wire.Bytes(value)
		}
	}
	in.members["credentials"], err = json.Marshal(given)
	return true, err
}

// check holds the input to its schema: a member that nobody knows is a
// mistake, not a decoration.
func (in *signingInput) check() (*signature.Profile, *signature.Input, error) {
	profile, err := signature.Lookup(in.scheme, in.carrier)
	if err != nil {
		return nil, nil, err
	}
	document, err := json.Marshal(in.members)
	if err != nil {
		return nil, nil, fmt.Errorf("input: %w", err)
	}
	if wrong := violations(compileSchema("vectors/schema/case.schema.json#/$defs/input"), document); len(wrong) > 0 {
		return nil, nil, fmt.Errorf("the input is not what its schema asks for (countersign vectors schema case):\n  %s", strings.Join(wrong, "\n  "))
	}
	input := &signature.Input{}
	if err := json.Unmarshal(document, input); err != nil {
		return nil, nil, err
	}
	return profile, input, nil
}

// signedJSON is the published form of what sign prints.
type signedJSON struct {
	Scheme  string                 `json:"scheme"`
	Carrier signature.Carrier      `json:"carrier"`
	Stages  vectors.ExpectedStages `json:"stages"`
	Request *wire.Request          `json:"request,omitempty"`
	URL     wire.Bytes             `json:"url,omitempty"`
	Form    [][2]wire.Bytes        `json:"form,omitempty"`
}

func signedJSONOf(profile *signature.Profile, signed *signature.Signed) *signedJSON {
	out := &signedJSON{Scheme: profile.Scheme, Carrier: profile.Carrier, Stages: vectors.ExpectedStages{Values: signed.Stages()}}
	switch profile.Carrier {
	case signature.InHeader:
		out.Request = signed.Request()
	case signature.InQuery:
		out.URL = wire.Bytes(signed.Stage(signature.URL))
	case signature.InForm:
		out.Form = subject.Pairs(signed.Form)
	}
	return out
}

func (env *environment) printSigned(profile *signature.Profile, signed *signature.Signed) {
	env.heading(profile.ID(), "")
	for i, stage := range signed.Stages() {
		fmt.Fprintln(env.Stdout)
		env.heading(string(stage.Stage), profile.Steps[i].Source)
		env.value("  ", stage.Value)
	}
	if profile.Carrier == signature.InHeader {
		fmt.Fprintln(env.Stdout)
		env.heading("request", "as it goes out")
		env.requestHead("  ", signed.Request())
	}
}
