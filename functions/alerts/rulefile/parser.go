package rulefile

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"signalbox/functions/alerts/rule"
)

// mistake is one thing to mend.
type mistake struct {
	line int
	text string
}

// Error gives the line and what to do about it.
func (m mistake) Error() string { return fmt.Sprintf("line %d: %s", m.line, m.text) }

// parser goes through a file once and continues after a mistake.
type parser struct {
	policy    rule.Policy
	receivers []Receiver
	routes    []placed
	variables func(name string) string
	path      []string // keys on the way to where it is
	mistakes  []mistake
}

// fail notes a mistake at n.
func (p *parser) fail(n *yaml.Node, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if len(p.path) > 0 {
		text = strings.Join(p.path, ".") + ": " + text
	}
	p.mistakes = append(p.mistakes, mistake{n.Line, text})
}

// err joins the mistakes in the order of their lines.
func (p *parser) err() error {
	slices.SortStableFunc(p.mistakes, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	errs := make([]error, len(p.mistakes))
	for i, m := range p.mistakes {
		errs[i] = m
	}
	return errors.Join(errs...)
}

// fields are the keys of a mapping and what reads their values.
type fields map[string]func(*yaml.Node)

// mapping reads the values of n; the keys in required must be there.
func (p *parser) mapping(n *yaml.Node, known fields, required ...string) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "must be a mapping with the keys %s", keys(known))
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		p.field(n.Content[i], n.Content[i+1], known, seen)
	}
	for _, key := range required {
		if !seen[key] {
			p.fail(n, "%s is missing", key)
		}
	}
}

func (p *parser) field(key, value *yaml.Node, known fields, seen map[string]bool) {
	read, ok := known[key.Value]
	switch {
	case key.Kind != yaml.ScalarNode || !ok:
		p.fail(key, "%q is no key here; the keys are %s", key.Value, keys(known))
	case seen[key.Value]:
		p.fail(key, "%s comes more than once", key.Value)
	default:
		seen[key.Value] = true
		p.path = append(p.path, key.Value)
		p.read(value, read)
		p.path = p.path[:len(p.path)-1]
	}
}

func keys(known fields) string {
	return strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}

// read hands n on, unless it stands for a value elsewhere.
func (p *parser) read(n *yaml.Node, read func(*yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		p.fail(n, "an alias is not allowed; write the value out")
		return
	}
	read(n)
}

// each reads the items of a list, which may be left blank.
func (p *parser) each(read func(*yaml.Node)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode && n.ShortTag() != "!!null" {
			p.fail(n, "must be a list")
			return
		}
		for _, item := range n.Content {
			p.read(item, read)
		}
	}
}

// text returns a plain value as it is written, with or without quotes.
func (p *parser) text(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Value == "" || n.ShortTag() == "!!null" {
		p.fail(n, "must be text; leave the key out where there is none")
		return "", false
	}
	return n.Value, true
}
