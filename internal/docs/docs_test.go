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

// TestLinksLead wants every file that the documents link to.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^):#]+)\)`)
	for _, name := range []string{
		"README.md", "CONTRIBUTING.md", "doc/design.md", "doc/config.md", "doc/commands.md",
		"doc/deploy-server.md", "doc/deploy-lambda.md", "doc/deploy-function-compute.md", "doc/first-deployment.md",
	} {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			if _, err := os.Stat(filepath.Join("..", "..", filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
}
