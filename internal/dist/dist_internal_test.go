package main

import (
	"archive/zip"
	"bytes"
	std "cmp"
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
		"alerts-function-compute-amd64.zip bootstrap", "alerts-lambda-amd64.zip bootstrap", "alerts-lambda-arm64.zip bootstrap",
		"cardflow-amd64.zip bootstrap", "cardflow-arm64.zip bootstrap",
		"conversion-amd64.zip bootstrap", "conversion-arm64.zip bootstrap",
		"signalbox-darwin-amd64.zip signalbox", "signalbox-darwin-arm64.zip signalbox",
		"signalbox-linux-amd64.zip signalbox", "signalbox-linux-arm64.zip signalbox",
		"signalbox-windows-amd64.zip signalbox.exe", "signalbox-windows-arm64.zip signalbox.exe",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("archives (-want +got):\n%s", diff)
	}
}

func TestChosen(t *testing.T) {
	t.Parallel()
	chosen, err := (release{only: "^(alerts|cardflow)-.*arm64"}).chosen()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range chosen {
		got = append(got, one.archive())
	}
	if diff := cmp.Diff([]string{"alerts-lambda-arm64.zip", "cardflow-arm64.zip"}, got); diff != "" {
		t.Errorf("archives (-want +got):\n%s", diff)
	}
	for _, only := range []string{"mips", "("} {
		if err := (release{out: filepath.Join(t.TempDir(), "dist"), only: only}).write(t.Context()); err == nil {
			t.Errorf("write of %q = nil, want an error", only)
		}
	}
}

// TestTags wants each cloud's alerts without the other one's database.
func TestTags(t *testing.T) {
	t.Parallel()
	for _, one := range targets() {
		want := map[string]string{"function-compute": "lambda.norpc nodynamodb", "lambda": "lambda.norpc notablestore"}[one.cloud]
		arguments := (release{}).arguments(one, "out")
		if got := arguments[slices.Index(arguments, "-tags")+1]; got != std.Or(want, "lambda.norpc") {
			t.Errorf("tags of %s = %q, want %q", one.archive(), got, want)
		}
	}
}

func TestUnplaced(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	placed := write(t, filepath.Join(folder, "placed"), "runtime\x00"+filepath.Join(here, "main.go"), 0o600, time.Now())
	silent := write(t, filepath.Join(folder, "silent"), "runtime\x00signalbox/internal/dist/main.go", 0o600, time.Now())
	if err := unplaced(placed); err == nil {
		t.Error("unplaced of an executable with the folder's path = nil, want an error")
	}
	if err := unplaced(silent); err != nil {
		t.Errorf("unplaced = %v, want nil", err)
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
		{target{name: "alerts", os: "linux", arch: "amd64", function: true}, rules, []string{"bootstrap", "rules.yaml"}},
		{target{name: "alerts", os: "linux", arch: "amd64", function: true}, "", []string{"bootstrap"}},
		{target{name: "conversion", os: "linux", arch: "arm64", function: true}, rules, []string{"bootstrap", "rules.yaml"}},
		{target{name: "cardflow", os: "linux", arch: "arm64", function: true}, rules, []string{"bootstrap"}},
		{target{name: "signalbox", os: "windows", arch: "amd64", function: false}, rules, []string{"LICENSE", "signalbox.exe"}},
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
	one := target{name: "alerts", os: "linux", arch: "amd64", function: true}
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
