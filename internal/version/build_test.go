package version

import (
	"runtime/debug"
	"testing"
)

func TestABuildIsNamedByTheBestThatGoKnows(t *testing.T) {
	inCheckout := []debug.BuildSetting{{Key: "vcs.revision", Value: "0f1e2d3c"}, {Key: "vcs.modified", Value: "false"}}
	for _, test := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"installed by its version", debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}}, "v0.1.0"},
		{"built at a tag", debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}, Settings: inCheckout}, "v0.1.0"},
		{"built in a checkout by an older Go", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: inCheckout}, "commit 0f1e2d3c"},
		{"built in a checkout with changes", debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0f1e2d3c"}, {Key: "vcs.modified", Value: "true"}}}, "commit 0f1e2d3c and changes"},
		{"built without version control", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "unknown"},
	} {
		if got := builtFrom(&test.info); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
