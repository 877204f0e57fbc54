package docs_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/cardflow"
	"signalbox/functions/conversion"
	"signalbox/shared/config"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// defaults are the variables of a function's environment, with their defaults.
func defaults(env reflect.Type) map[string]string {
	found := make(map[string]string)
	for _, v := range config.Variables(env) {
		found[v.Name] = v.Default
	}
	return found
}

// row is a line of the table in doc/config.md.
type row struct{ Default, ReadBy string }

var rowForm = regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| ([a-z, ]+) \\| (?:`([^`]*)`|-) \\|")

// TestConfigTable wants each variable that the code reads in doc/config.md, with
// its default and its readers, and nothing else there.
func TestConfigTable(t *testing.T) {
	t.Parallel()
	want := make(map[string]row)
	functions := []struct {
		name string
		env  reflect.Type
	}{
		{"cardflow", reflect.TypeFor[cardflow.Env]()},
		{"conversion", reflect.TypeFor[conversion.Env]()},
		{"alerts", reflect.TypeFor[alerts.Env]()},
	}
	for _, f := range functions {
		for name, value := range defaults(f.env) {
			if strings.HasPrefix(name, "FC_") || strings.HasPrefix(name, "AWS_") {
				continue // set by the platform
			}
			readBy := strings.TrimPrefix(want[name].ReadBy+", "+f.name, ", ")
			want[name] = row{value, strings.Replace(readBy, "cardflow, conversion, alerts", "all", 1)}
		}
	}
	got := make(map[string]row)
	for _, m := range rowForm.FindAllStringSubmatch(read(t, "doc/config.md"), -1) {
		got[m[1]] = row{m[3], m[2]}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("doc/config.md differs from the code (-code +doc):\n%s", diff)
	}
}

// TestReadmeCommandsAreRunByCI compares the two blocks of commands in the README
// with the script.
func TestReadmeCommandsAreRunByCI(t *testing.T) {
	t.Parallel()
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)\n```").FindAllStringSubmatch(read(t, "README.md"), -1)
	if len(blocks) != 2 {
		t.Fatalf("the README has %d blocks of commands, want 2", len(blocks))
	}
	script := strings.Split(read(t, ".ci/run"), "\n")
	for _, block := range blocks {
		if !slices.Contains(script, block[1]) {
			t.Errorf(".ci/run does not run %q", block[1])
		}
	}
}

// documents are all of them, by their names from the root.
func documents(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "doc/*.md", "doc/decisions/*.md"} {
		found, err := filepath.Glob(filepath.Join("..", "..", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %q, %v", pattern, found, err)
		}
		for _, path := range found {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(path), "../../"))
		}
	}
	return names
}

var (
	link    = regexp.MustCompile(`\]\(([^):#]*)(?:#([^)]+))?\)`)
	heading = regexp.MustCompile("(?m)^#+ (.+)$")
	notName = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the names by which GitHub lets the headings of a document be linked to.
func anchors(text string) []string {
	var names []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		names = append(names, strings.ReplaceAll(notName.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return names
}

// TestLinksLead wants every file that a document links to, and the heading in it.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	for _, name := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target := name
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(name), m[1])
			}
			if _, err := os.Stat(filepath.Join("..", "..", target)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			} else if m[2] != "" && !slices.Contains(anchors(read(t, target)), m[2]) {
				t.Errorf("%s links to %s, which has no heading %s", name, target, m[2])
			}
		}
	}
}

// TestAnchors proves that a heading can be missing.
func TestAnchors(t *testing.T) {
	t.Parallel()
	got := anchors("# A state, `x.go`\ntext\n### Redis or Tair?\n")
	if want := []string{"a-state-xgo", "redis-or-tair"}; !slices.Equal(got, want) {
		t.Errorf("anchors = %q, want %q", got, want)
	}
}
