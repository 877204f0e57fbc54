package strictyaml

import (
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Text returns a plain value as it is written, with or without quotes.
func (r *Reader) Text(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Value == "" || n.ShortTag() == "!!null" {
		r.Fail(n, "must be text; leave the key out where there is none")
		return "", false
	}
	return n.Value, true
}

// Pattern returns one as in [path.Match]. It does not repeat a bad one: it may be the
// number of a card.
func (r *Reader) Pattern(n *yaml.Node) string {
	pattern, ok := r.Text(n)
	if _, err := path.Match(pattern, ""); ok && err != nil {
		r.Fail(n, "is not a pattern: * is any text, ? one character, [0-4] one of some, \\ takes the next as it is")
	}
	return pattern
}

// OneOf returns one of some values.
func (r *Reader) OneOf(n *yaml.Node, values ...string) string {
	if n.Kind != yaml.ScalarNode || !slices.Contains(values, n.Value) {
		r.Fail(n, "must be one of %s", strings.Join(values, ", "))
	}
	return n.Value
}

// YesNo returns whether n is true; it may be false, and nothing else.
func (r *Reader) YesNo(n *yaml.Node) bool { return r.OneOf(n, "true", "false") == "true" }

// OnOff returns whether n is on; it may be off, and nothing else.
func (r *Reader) OnOff(n *yaml.Node) bool {
	on := n.Kind == yaml.ScalarNode && n.Value == "on"
	if !on && !Off(n) {
		r.Fail(n, "must be on or off")
	}
	return on
}

// Off reports whether n turns something off.
func Off(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == "off" }
