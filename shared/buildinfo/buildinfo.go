// Package buildinfo says which build this executable is, for everything that tells it:
// the command line, GET /healthz and the metrics.
package buildinfo

import (
	"cmp"
	"runtime/debug"
)

// version and revision are set by the linker, where a build knows better than Go does:
// one from an archive has no repository around it.
//
//	-ldflags "-X signalbox/shared/buildinfo.version=v1.2.3 -X signalbox/shared/buildinfo.revision=0123abc"
var version, revision string //nolint:gochecknoglobals // The linker sets nothing else.

// Unknown stands for what nobody has said.
const Unknown = "unknown"

// Info is one build.
type Info struct {
	Version   string `json:"version"`
	Revision  string `json:"revision"`
	GoVersion string `json:"goVersion"`
}

// Read returns this executable's.
func Read() Info {
	built, _ := debug.ReadBuildInfo()
	return infoOf(built, version, revision)
}

// infoOf takes the linker's word before Go's. A nil built says nothing.
func infoOf(built *debug.BuildInfo, version, revision string) Info {
	if built == nil {
		built = new(debug.BuildInfo)
	}
	return Info{
		Version:   cmp.Or(version, built.Main.Version, Unknown),
		Revision:  cmp.Or(revision, revisionOf(built.Settings), Unknown),
		GoVersion: cmp.Or(built.GoVersion, Unknown),
	}
}

// revisionOf is what Go has written down of the repository. A tree with changes is none
// that can be found again.
func revisionOf(settings []debug.BuildSetting) string {
	found := make(map[string]string, len(settings))
	for _, s := range settings {
		found[s.Key] = s.Value
	}
	if found["vcs.revision"] != "" && found["vcs.modified"] == "true" {
		return found["vcs.revision"] + "-dirty"
	}
	return found["vcs.revision"]
}
