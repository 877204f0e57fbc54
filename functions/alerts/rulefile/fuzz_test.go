package rulefile_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rulefile"
)

var mistake = regexp.MustCompile(`^line (\d+): .`)

// FuzzParse holds that any text is a policy or a list of mistakes, each on a line
// of the text, in their order.
func FuzzParse(f *testing.F) {
	for _, path := range []string{"../../../doc/rules.example.yaml", "testdata/mistakes.yaml"} {
		seed, err := os.ReadFile(filepath.FromSlash(path))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte("version: 1\nrules: [{match: {tag: *a}}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		policy, err := rulefile.Parse(text, defaults, variables)
		if err == nil {
			return
		}
		if diff := cmp.Diff(rulefile.File{}, policy); diff != "" {
			t.Errorf("Parse(%q) gives a policy and %v", text, err)
		}
		checkMistakes(t, text, err.Error())
	})
}

func checkMistakes(t *testing.T, text []byte, mistakes string) {
	t.Helper()
	// YAML knows more line ends than \n.
	last, before := 1+strings.Count(string(text), "\n")+strings.Count(string(text), "\r")+
		strings.Count(string(text), "\u0085")+strings.Count(string(text), "\u2028")+strings.Count(string(text), "\u2029"), 1
	for one := range strings.Lines(mistakes) {
		found := mistake.FindStringSubmatch(one)
		if found == nil {
			t.Fatalf("Parse(%q): mistake %q has no line", text, one)
		}
		line, err := strconv.Atoi(found[1])
		if err != nil || line < before || line > last {
			t.Fatalf("Parse(%q): mistake %q, want a line from %d to %d", text, one, before, last)
		}
		before = line
	}
}
