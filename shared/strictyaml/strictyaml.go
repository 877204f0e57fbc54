// Package strictyaml reads what an operator has written in YAML, and finds every mistake at
// once, each with its line: keys are known and come once, values have the one type they
// should. YAML's aliases and further documents are refused.
package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Mistake is one thing to mend.
type Mistake struct {
	Line int
	Text string
}

// String gives the line and what to do about it.
func (m Mistake) String() string { return fmt.Sprintf("line %d: %s", m.Line, m.Text) }

// mistakeError is one as an error.
type mistakeError struct{ Mistake }

func (e mistakeError) Error() string { return e.String() }

// Mistakes are those of an error of this package's, in its order.
func Mistakes(err error) []Mistake {
	var mistakes []Mistake
	switch wrapped := err.(type) { //nolint:errorlint // each is taken out of its error once
	case mistakeError:
		return []Mistake{wrapped.Mistake}
	case interface{ Unwrap() []error }:
		for _, err := range wrapped.Unwrap() {
			mistakes = append(mistakes, Mistakes(err)...)
		}
	case interface{ Unwrap() error }:
		return Mistakes(wrapped.Unwrap())
	}
	return mistakes
}

// Warning is what is allowed, and hardly meant.
type Warning struct {
	Line int
	Text string
}

// Reader goes through a document once and continues after a mistake. The zero value is
// ready. It is not safe for concurrent use.
type Reader struct {
	path     []string // keys on the way to where it is
	mistakes []Mistake
	warnings []Warning
}

// Fail notes a mistake at n.
func (r *Reader) Fail(n *yaml.Node, format string, args ...any) { r.FailAt(n.Line, format, args...) }

// FailAt notes a mistake at a line.
func (r *Reader) FailAt(line int, format string, args ...any) {
	r.mistakes = append(r.mistakes, Mistake{line, r.placed(format, args)})
}

// WarnAt notes at a line what is allowed, and hardly meant.
func (r *Reader) WarnAt(line int, format string, args ...any) {
	r.warnings = append(r.warnings, Warning{line, r.placed(format, args)})
}

// placed is a text with the keys that lead to where it is about.
func (r *Reader) placed(format string, args []any) string {
	text := fmt.Sprintf(format, args...)
	if len(r.path) > 0 {
		text = strings.Join(r.path, ".") + ": " + text
	}
	return text
}

// Warnings are those so far, in the order of their lines.
func (r *Reader) Warnings() []Warning {
	slices.SortStableFunc(r.warnings, func(a, b Warning) int { return cmp.Compare(a.Line, b.Line) })
	return r.warnings
}

// Mistakes is how many there are so far.
func (r *Reader) Mistakes() int { return len(r.mistakes) }

// Err joins the mistakes in the order of their lines; nil: there are none.
func (r *Reader) Err() error {
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	errs := make([]error, len(r.mistakes))
	for i, m := range r.mistakes {
		errs[i] = mistakeError{m}
	}
	return errors.Join(errs...)
}

// Fields are the keys of a mapping and what reads their values.
type Fields map[string]func(*yaml.Node)

// Mapping reads the values of n; the keys in required must be there.
func (r *Reader) Mapping(n *yaml.Node, known Fields, required ...string) {
	if n.Kind != yaml.MappingNode {
		r.Fail(n, "must be a mapping with the keys %s", keys(known))
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		r.field(n.Content[i], n.Content[i+1], known, seen)
	}
	for _, key := range required {
		if !seen[key] {
			r.Fail(n, "%s is missing", key)
		}
	}
}

func (r *Reader) field(key, value *yaml.Node, known Fields, seen map[string]bool) {
	read, ok := known[key.Value]
	switch {
	case key.Kind != yaml.ScalarNode || !ok:
		r.Fail(key, "%q is no key here; the keys are %s", key.Value, keys(known))
	case seen[key.Value]:
		r.Fail(key, "%s comes more than once", key.Value)
	default:
		seen[key.Value] = true
		r.path = append(r.path, key.Value)
		r.read(value, read)
		r.path = r.path[:len(r.path)-1]
	}
}

func keys(known Fields) string {
	return strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}

// read hands n on, unless it stands for a value elsewhere.
func (r *Reader) read(n *yaml.Node, read func(*yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		r.Fail(n, "an alias is not allowed; write the value out")
		return
	}
	read(n)
}

// Each reads the items of a list, which may be left blank.
func (r *Reader) Each(read func(*yaml.Node)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode && n.ShortTag() != "!!null" {
			r.Fail(n, "must be a list")
			return
		}
		for _, item := range n.Content {
			r.read(item, read)
		}
	}
}
