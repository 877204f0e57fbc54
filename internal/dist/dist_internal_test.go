package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// write writes a file with a time and permissions of its own.
func write(t *testing.T, path, content string, mode os.FileMode, at time.Time) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTargets(t *testing.T) {
	t.Parallel()
	var got []string
	for _, one := range targets() {
		got = append(got, one.archive()+" "+one.executable())
	}
	want := []string{
		"alerts-amd64.zip bootstrap", "alerts-arm64.zip bootstrap", "cardflow-amd64.zip bootstrap", "cardflow-arm64.zip bootstrap",
		"conversion-amd64.zip bootstrap", "conversion-arm64.zip bootstrap",
		"signalbox-darwin-amd64.zip signalbox", "signalbox-darwin-arm64.zip signalbox",
		"signalbox-linux-amd64.zip signalbox", "signalbox-linux-arm64.zip signalbox",
		"signalbox-windows-amd64.zip signalbox.exe", "signalbox-windows-arm64.zip signalbox.exe",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("archives (-want +got):\n%s", diff)
	}
}

// TestZipsAreTheSame packs the same content from files that differ in all else.
func TestZipsAreTheSame(t *testing.T) {
	t.Parallel()
	var texts [2]bytes.Buffer
	for i := range texts {
		folder, at := t.TempDir(), time.Now().Add(time.Duration(i)*time.Hour)
		entries := []entry{
			{"bootstrap", write(t, filepath.Join(folder, fmt.Sprint("b", i)), "the executable", 0o600, at), 0o755},
			{"a.yaml", write(t, filepath.Join(folder, fmt.Sprint("r", i)), "rules", 0o640, at), 0o644},
		}
		if i == 1 {
			slices.Reverse(entries)
		}
		if err := writeZip(&texts[i], entries); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) {
		t.Error("the archives differ")
	}
	archive, err := zip.NewReader(bytes.NewReader(texts[0].Bytes()), int64(texts[0].Len()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range archive.File {
		got = append(got, fmt.Sprintf("%s %s %s", f.Name, f.Mode(), f.Modified.UTC().Format(time.DateOnly)))
	}
	want := []string{"a.yaml -rw-r--r-- 1980-01-01", "bootstrap -rwxr-xr-x 1980-01-01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestPack wants the rules beside the bootstraps of alerts and conversion, and the license with the
// command line.
func TestPack(t *testing.T) {
	t.Chdir("../..") // where it is run
	folder := t.TempDir()
	binary := write(t, filepath.Join(folder, "binary"), "the executable", 0o755, time.Now())
	rules := write(t, filepath.Join(folder, "mine.yaml"), "version: 1", 0o600, time.Now())
	tests := []struct {
		target target
		rules  string
		want   []string
	}{
		{target{"alerts", "", "linux", "amd64", true}, rules, []string{"bootstrap", "rules.yaml"}},
		{target{"alerts", "", "linux", "amd64", true}, "", []string{"bootstrap"}},
		{target{"conversion", "", "linux", "arm64", true}, rules, []string{"bootstrap", "rules.yaml"}},
		{target{"cardflow", "", "linux", "arm64", true}, rules, []string{"bootstrap"}},
		{target{"signalbox", "", "windows", "amd64", false}, rules, []string{"LICENSE", "signalbox.exe"}},
	}
	for _, tt := range tests {
		path := filepath.Join(folder, tt.target.archive())
		if err := (release{rules: tt.rules}).pack(tt.target, binary, path); err != nil {
			t.Fatal(err)
		}
		archive, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range archive.File {
			got = append(got, f.Name)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("files of %s (-want +got):\n%s", tt.target.archive(), diff)
		}
		if err := archive.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write(t, filepath.Join(folder, "b.zip"), "b", 0o600, time.Now())
	write(t, filepath.Join(folder, "a.zip"), "a", 0o600, time.Now())
	if err := writeSums(folder); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, sumsName))
	want := fmt.Sprintf("%x  a.zip\n%x  b.zip\n", sha256.Sum256([]byte("a")), sha256.Sum256([]byte("b")))
	if err != nil || string(got) != want {
		t.Errorf("sums = %q, %v; want %q", got, err, want)
	}
}

// TestBOM reads this test's own executable.
func TestBOM(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	one := target{"alerts", "", "linux", "amd64", true}
	e, err := read(one, self)
	if err != nil {
		t.Fatal(err)
	}
	if e.goVersion == "" || len(e.sum) != 64 {
		t.Errorf("read = %+v, want the version of Go and a checksum", e)
	}
	// Go writes no modules into the executables of tests.
	e.modules = []debug.Module{{Path: "example.com/library", Version: "v2.0.0+incompatible", Sum: "h1:abc="}}
	folder := t.TempDir()
	if err := writeBOM(folder, "v1.2.3", []executable{e}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, bomName))
	if err != nil {
		t.Fatal(err)
	}
	var got bom
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range got.Components {
		names = append(names, c.Type+" "+c.Name)
		if c.Type == "library" && c.PURL != "pkg:golang/"+c.Name+"@"+strings.ReplaceAll(c.Version, "+", "%2B") {
			t.Errorf("component %+v, want its package URL", c)
		}
	}
	want := []string{"application alerts-amd64.zip/bootstrap", "library example.com/library", "library std"}
	if diff := cmp.Diff(want, names); diff != "" || got.Metadata.Component.Version != "v1.2.3" {
		t.Errorf("components (-want +got):\n%s\nof %+v", diff, got.Metadata)
	}
	needs := got.Dependencies[0]
	if needs.Ref != "alerts-amd64.zip/bootstrap" || len(needs.DependsOn) != 2 || strings.Contains(string(text), self) {
		t.Errorf("dependencies %+v, want those of the executable, and no path of this machine", got.Dependencies)
	}
}
