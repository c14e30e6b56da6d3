package version

import "runtime/debug"

// Build says what this program was built from: the version of the module, where
// Go knows it, which is so for a release and for go install …@VERSION; else the
// commit, if it was built in a checkout; else "unknown". Nothing has to be set
// at link time.
func Build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return builtFrom(info)
}

func builtFrom(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	commit, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = " and changes"
		}
	}
	if commit == "" {
		return "unknown"
	}
	return "commit " + commit + modified
}
