package deploy_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A mistake spoils the first place in a file that holds old, and must lead to
// the complaint want.
type mistake struct{ old, mistaken, want string }

// inScenario checks each file in some scenarios.
var inScenario = map[string]func([]byte, ...string) (map[string]function, []string){"s.yaml": fcIn, "template.yaml": samIn}

// TestMistakesAreFound proves that the checks can fail, with the real files
// spoilt in one place each.
func TestMistakesAreFound(t *testing.T) {
	t.Parallel()
	for file, mistakes := range map[string][]mistake{"s.yaml": fcMistakes, "template.yaml": samMistakes} {
		for _, m := range mistakes {
			t.Run(file+" "+m.want, func(t *testing.T) {
				t.Parallel()
				text := string(read(t, file))
				spoilt := strings.Replace(text, m.old, m.mistaken, 1)
				if spoilt == text {
					t.Fatalf("%s does not hold %q", file, m.old)
				}
				var found []string
				for _, name := range scenarios { // Most are found in the first.
					_, more := inScenario[file]([]byte(spoilt), name)
					if found = append(found, more...); strings.Contains(strings.Join(found, "\n"), m.want) {
						return
					}
				}
				t.Errorf("problems after %q became %q = %q, want %q", m.old, m.mistaken, found, m.want)
			})
		}
	}
}

// TestDifferencesAreFound does the same for what the two files must share.
func TestDifferencesAreFound(t *testing.T) {
	t.Parallel()
	fc, _ := fcFile(read(t, "s.yaml"))
	before := shared(fc)["alerts"]
	for _, change := range []struct{ old, difference string }{
		{"@every 10m", "@every 5m"},
		{"timeout: 600", "timeout: 300"},
		{"SIGNALBOX_ALERTS_URL: ", "SIGNALBOX_CONSOLE_URL: "},
	} {
		text := strings.Replace(string(read(t, "s.yaml")), change.old, change.difference, 1)
		changed, _ := fcFile([]byte(text))
		if after := shared(changed)["alerts"]; cmp.Equal(before, after) {
			t.Errorf("shared(...) does not change when %q becomes %q", change.old, change.difference)
		}
	}
}

// leastMistakes is in how many ways at least each deployment file is got wrong.
const leastMistakes = 20

// TestManyMistakes counts them.
func TestManyMistakes(t *testing.T) {
	t.Parallel()
	of := map[string][]mistake{"s.yaml": fcMistakes, "template.yaml": samMistakes}
	maps.Copy(of, serverMistakes)
	for file, mistakes := range of {
		kinds := make(map[mistake]bool)
		for _, m := range mistakes {
			m.want = ""
			kinds[m] = true
		}
		if len(kinds) < leastMistakes {
			t.Errorf("%s is got wrong in %d ways, want at least %d", file, len(kinds), leastMistakes)
		}
	}
}
