package glossary_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// root is the module's folder as seen from this package.
const root = "../.."

// exception lets one word stand in some files, with the reason.
type exception struct {
	// path begins the files' paths, from the module's folder on.
	path string
	word string
	// text, where it is not empty, is part of the name or text.
	text   string
	reason string
}

func (e exception) covers(path, word, text string) bool {
	return word == e.word && strings.HasPrefix(path, e.path) && strings.Contains(text, e.text)
}

func TestWords(t *testing.T) {
	t.Parallel()
	words := entries(string(read(t, "CONTRIBUTING.md")))
	if len(words) < 30 {
		t.Fatalf("CONTRIBUTING.md has %d words in the glossary's right column, want 30 or more", len(words))
	}
	used := make([]bool, len(exceptions))
	for _, path := range sources(t) {
		for _, complaint := range complaints(t, words, path, read(t, path), used) {
			t.Error(complaint)
		}
	}
	for i, e := range exceptions {
		if !used[i] {
			t.Errorf("the exception of %q in %s excuses nothing: take it out", e.word, e.path)
		}
	}
}

// complaints lists the wrong words of a file that no exception covers.
func complaints(t *testing.T, words []entry, path string, source []byte, used []bool) []string {
	t.Helper()
	found, err := pieces(path, source)
	if err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
	var all []string
	for _, p := range found {
		for _, word := range wrong(words, p.text, p.name) {
			covers := func(e exception) bool { return e.covers(path, word, p.text) }
			if i := slices.IndexFunc(exceptions, covers); i >= 0 {
				used[i] = true
				continue
			}
			all = append(all, fmt.Sprintf("%s:%d: %q has %q: the glossary in CONTRIBUTING.md has another word", path, p.line, p.text, word))
		}
	}
	return all
}

// sources lists the module's Go files, but for the exceptions themselves.
func sources(t *testing.T) []string {
	t.Helper()
	var paths []string
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		dotted := strings.HasPrefix(d.Name(), ".") && path != "."
		if d.IsDir() && (dotted || d.Name() == "testdata" || d.Name() == "build") {
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".go" && path != "internal/glossary/exceptions_test.go" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestPlantedWords proves that the test above can fail: testdata/planted has a
// glossary, a file that breaks it, and what is to be said of that.
func TestPlantedWords(t *testing.T) {
	t.Parallel()
	const folder = "internal/glossary/testdata/planted/"
	words := entries(string(read(t, folder+"glossary.md")))
	found := complaints(t, words, "planted.go", read(t, folder+"planted.go"), make([]bool, len(exceptions)))
	want := strings.Split(strings.TrimSpace(string(read(t, folder+"complaints"))), "\n")
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("complaints about the planted words (-want +got):\n%s", diff)
	}
}

// TestFileNames wants a file's own name among what it says.
func TestFileNames(t *testing.T) {
	t.Parallel()
	got, err := pieces("shared/x/dead_letter.go", []byte("package x"))
	if want := (piece{"dead_letter", true, 1}); err != nil || len(got) == 0 || got[0] != want {
		t.Errorf("pieces(...) = %+v, %v, want first %+v", got, err, want)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
	}{
		{"statusMessage", []string{"status", "message"}},
		{"HTTPServer", []string{"http", "server"}},
		{"ICCID", []string{"iccid"}},
		{"SIGNALBOX_STATE_FILE", []string{"signalbox", "state", "file"}},
		{"card 4711: not found", []string{"card", "not", "found"}},
		{"dead-letter", []string{"dead", "letter"}},
		{"", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, split(tt.text)); diff != "" {
			t.Errorf("split(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}
