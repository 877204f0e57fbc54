package buildinfo

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestInfoOf(t *testing.T) {
	t.Parallel()
	stamped := &debug.BuildInfo{
		GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.0.0"},
		Settings: []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.modified", Value: "false"}},
	}
	changed := *stamped
	changed.Settings = []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.modified", Value: "true"}}
	tests := []struct {
		name              string
		built             *debug.BuildInfo
		version, revision string
		want              Info
	}{
		{"as Go stamps it", stamped, "", "", Info{"v1.0.0", "0123abc", "go1.26.8"}},
		{"of a tree with changes", &changed, "", "", Info{"v1.0.0", "0123abc-dirty", "go1.26.8"}},
		{"the linker knows better", stamped, "v2.0.0", "fedcba9", Info{"v2.0.0", "fedcba9", "go1.26.8"}},
		{"not stamped", &debug.BuildInfo{GoVersion: "go1.26.8"}, "", "", Info{Unknown, Unknown, "go1.26.8"}},
		{"nothing is known", nil, "", "", Info{Unknown, Unknown, Unknown}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := infoOf(tt.built, tt.version, tt.revision); got != tt.want {
				t.Errorf("infoOf = %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	if got := Read(); got.GoVersion != runtime.Version() || got.Version == "" || got.Revision == "" {
		t.Errorf("Read = %+v, want each member, with Go %s", got, runtime.Version())
	}
}
