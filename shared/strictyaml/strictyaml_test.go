package strictyaml_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"signalbox/shared/strictyaml"
)

// settings are of every type that there is.
type settings struct {
	Name, Pattern, Color string
	On, Yes              bool
	Hours, Least         int
	Steps                []int
	Chance               float64
}

func parse(text string) (settings, error) {
	var r strictyaml.Reader
	var s settings
	root, err := strictyaml.Document([]byte(text), "name: x")
	if err != nil {
		return s, err
	}
	r.Mapping(root, strictyaml.Fields{
		"name":    func(n *yaml.Node) { s.Name, _ = r.Text(n) },
		"pattern": func(n *yaml.Node) { s.Pattern = r.Pattern(n) },
		"color":   func(n *yaml.Node) { s.Color = r.OneOf(n, "red", "blue") },
		"on":      func(n *yaml.Node) { s.On = r.OnOff(n) },
		"yes":     func(n *yaml.Node) { s.Yes = r.YesNo(n) },
		"hours":   func(n *yaml.Node) { s.Hours = r.WholeOrOff(n, 24) },
		"least":   func(n *yaml.Node) { s.Least = r.From(n, 2, 9) },
		"steps":   func(n *yaml.Node) { s.Steps = r.Numbers(n, 100) },
		"chance":  func(n *yaml.Node) { s.Chance = r.Probability(n) },
		"many":    r.Each(func(n *yaml.Node) { s.Name, _ = r.Text(n) }),
	}, "name")
	if r.Mistakes() > 0 {
		return settings{}, r.Err()
	}
	return s, nil
}

func TestValues(t *testing.T) {
	t.Parallel()
	text := "name: x\npattern: \"*-a\"\ncolor: red\non: on\nyes: true\nhours: off\nleast: 2\nsteps: [80, 90]\nchance: 1\nmany:\n"
	want := settings{Name: "x", Pattern: "*-a", Color: "red", On: true, Yes: true, Least: 2, Steps: []int{80, 90}, Chance: 1}
	got, err := parse(text)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("parse = %v (-want +got):\n%s", err, diff)
	}
}

// TestMistakes has every one be told, in the order of the lines.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const text = `pattern: "["
color: green
on: yes
yes: on
hours: 25
least: 1
steps: [80, 80, x]
chance: 0
many: [&a b, *a]
many: []
colour: red`
	want := `line 1: pattern: is not a pattern: * is any text, ? one character, [0-4] one of some, \ takes the next as it is
line 1: name is missing
line 2: color: must be one of red, blue
line 3: on: must be on or off
line 4: yes: must be one of true, false
line 5: hours: must be from 1 to 24, not 25
line 6: least: must be from 2 to 9, not 1
line 7: steps: 80 comes more than once
line 7: steps: must be a whole number from 1 to 100
line 8: chance: must be above 0 and at most 1, not 0
line 9: many: an alias is not allowed; write the value out
line 10: many comes more than once
line 11: "colour" is no key here; the keys are chance, color, hours, least, many, name, on, pattern, steps, yes`
	if _, err := parse(text); cmp.Diff(want, fmt.Sprint(err)) != "" {
		t.Errorf("mistakes (-want +got):\n%s", cmp.Diff(want, fmt.Sprint(err)))
	}
}

func TestNotOneDocument(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "line 1: the file is empty; it needs at least name: x",
		"a: 1\n---\nb: 1":        "line 2: a second document begins; one file is one document",
		"a: 1\nb:\n\t- c":        "line 3: is not YAML: indent with spaces, not with tabs",
		"a: 1\n# \xff":           "line 2: is not UTF-8 text",
		"a: 1\nname: {b: *star}": "line 2: a pattern that starts with * needs quotes",
		"[a]":                    "line 1: must be a mapping with the keys chance, color, hours, least, many, name, on, pattern, steps, yes",
	} {
		if _, err := parse(text); err == nil || err.Error() != want {
			t.Errorf("parse(%q) = %v, want %s", text, err, want)
		}
	}
}
