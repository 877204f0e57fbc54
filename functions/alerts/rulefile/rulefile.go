// Package rulefile reads an operator's rules file: YAML in, a [File] or
// every mistake at once out, each with its line. doc/rules.example.yaml shows the
// format. What it says of receivers and routes, package receiver reads.
//
// It is strict, since a slip must not switch off an alarm: see package strictyaml.
package rulefile

import (
	"fmt"
	"os"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/receiver"
)

// File is what a rules file says.
type File struct {
	Policy rule.Policy
	// Receivers are who is notified. None: whom the environment names.
	// The policy's routes say which of them of what; none: each of everything.
	Receivers []receiver.Receiver
}

// Load reads the file at path as [Parse] does.
func Load(path string, defaults rule.Settings, variables func(name string) string) (File, error) {
	data, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return File{}, fmt.Errorf("read the rules file: %w", err)
	}
	file, err := Parse(data, defaults, variables)
	if err != nil {
		return File{}, fmt.Errorf("rules file %s:\n%w", path, err)
	}
	return file, nil
}

// Parse returns what data describes. What an entry does not set is as
// in defaults, which cards without one have, too; groups are as [rule.DefaultGroups]. variables returns what a variable of
// the environment holds, "" where it is not set. The error has one line of
// text for each mistake, such as
//
//	line 7: rules.usage: must be from 1 to 200, not 800
//
// in the order of the file; no other error is possible, and none repeats a variable's
// value. Text that is not YAML has one mistake only, the first.
func Parse(data []byte, defaults rule.Settings, variables func(name string) string) (File, error) {
	p := newParser(defaults, variables)
	if err := p.Read(data, p.fields()); err != nil {
		return File{}, err
	}
	return p.file(), nil
}

// parser reads what the file says of cards, beside receivers and routes.
type parser struct {
	*receiver.Parts

	policy rule.Policy
	// Those without a mistake, to be compared with each other.
	overrides []placed[rule.Match]
	silences  []placed[rule.Silence]
}

// placed is something, and its line.
type placed[T any] struct {
	line int
	is   T
}

func newParser(defaults rule.Settings, variables func(name string) string) *parser {
	return &parser{Parts: receiver.NewParts(variables), policy: rule.Policy{Default: defaults, Groups: rule.DefaultGroups()}}
}

func (p *parser) file() File {
	p.policy.Routes = rule.Routes(p.Routes())
	return File{p.policy, p.Receivers()}
}
