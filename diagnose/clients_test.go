package diagnose

import (
	"strings"
	"testing"
)

func TestEveryClientIsRecognisedByItsOwnUserAgent(t *testing.T) {
	seen := map[string]bool{}
	for _, known := range Clients() {
		if seen[known.ID] {
			t.Errorf("%s is there twice", known.ID)
		}
		seen[known.ID] = true
		for _, agent := range known.Agents {
			got, ok := RecogniseClient("program " + agent + "v1.2.3-beta (linux/amd64)")
			if !ok || got.ID != known.ID || got.Version != "1.2.3-beta" {
				t.Errorf("%s of %s is taken for %+v", agent, known.ID, got)
			}
		}
		for _, fix := range known.Fixes {
			if _, ok := Cause(fix.Cause); !ok {
				t.Errorf("%s has a fix for %s, which is no cause", known.ID, fix.Cause)
			}
			if got, ok := (Client{ID: known.ID}).Fix(fix.Cause); !ok || got != (Advice{fix.Text, fix.Source}) {
				t.Errorf("%s, %s: the fix is %+v", known.ID, fix.Cause, got)
			}
		}
		if advice, ok := (Client{ID: known.ID}).Debug(); !ok || advice.Source == "" {
			t.Errorf("%s: nothing says how it logs what it signs", known.ID)
		}
	}
}

func TestTheUserAgentsOfRealClients(t *testing.T) {
	for agent, want := range map[string]Client{
		"aliyun-sdk-python/2.19.1(Linux/6.1.0/x86_64;3.11.7)":            {ID: "oss2", Version: "2.19.1"},
		"alibabacloud-python-sdk-v2/1.4.1 (Linux/6.1.0/x86_64;3.11.7)":   {ID: "alibabacloud-oss-v2", Version: "1.4.1"},
		"aliyun-sdk-go/v3.0.2 (linux/-/amd64;go1.26.8)":                  {ID: "oss-go-v1", Version: "3.0.2"},
		"alibabacloud-go-sdk-v2/1.6.1 (linux/-/amd64;go1.26.8)/my-agent": {ID: "oss-go-v2", Version: "1.6.1"},
		"aliyun-sdk-nodejs/6.23.0 Node.js 20.20.2 on Linux 64-bit":       {ID: "ali-oss", Version: "6.23.0"},
		"aliyun-sdk-java/3.18.5(Linux/6.1.0/amd64;17.0.15)":              {ID: "aliyun-sdk-oss", Version: "3.18.5"},
		"obs-sdk-go/3.25.4":     {ID: "obs-go", Version: "3.25.4"},
		"obs-sdk-python/3.26.6": {ID: "esdk-obs-python", Version: "3.26.6"},
		"obs-sdk-java/3.26.6":   {ID: "esdk-obs-java", Version: "3.26.6"},
		"obs-sdk-js/3.26.8":     {ID: "esdk-obs-nodejs", Version: "3.26.8"},
		"curl/7.88.1":           {ID: "curl", Version: "7.88.1"},
	} {
		if got, ok := RecogniseClient(agent); !ok || got.ID != want.ID || got.Version != want.Version {
			t.Errorf("%q is taken for %+v, want %+v", agent, got, want)
		}
	}
	for _, agent := range []string{"", "Mozilla/5.0 (X11; Linux x86_64)", "curl"} {
		if got, ok := RecogniseClient(agent); ok {
			t.Errorf("%q is taken for %+v", agent, got)
		}
	}
}

func TestTheClientNamedLastIsLast(t *testing.T) {
	list := ClientsIn("obs-sdk-go/3.25.4 … oss2.exceptions.ServerError … aliyun-sdk-python/2.19.1")
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	if got := strings.Join(ids, " "); got != "obs-go oss2" || list[1].Version != "2.19.1" {
		t.Errorf("got %+v", list)
	}
}
