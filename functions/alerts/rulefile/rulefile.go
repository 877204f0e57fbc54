// Package rulefile reads an operator's rules file: YAML in, a [File] or
// every mistake at once out, each with its line. doc/rules.example.yaml shows the
// format.
//
// It is strict, since a slip must not switch off an alarm: keys are known and come
// once, values have the one type they should. YAML's aliases and further
// documents are refused.
package rulefile

import (
	"fmt"
	"os"

	"signalbox/functions/alerts/rule"
)

// version of the format.
const version = "1"

// File is what a rules file says.
type File struct {
	Policy rule.Policy
	// Receivers are who is notified. None: whom the environment names.
	// The policy's routes say which of them of what; none: each of everything.
	Receivers []Receiver
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
	p := parser{policy: rule.Policy{Default: defaults, Groups: rule.DefaultGroups()}, variables: variables}
	root, err := document(data)
	if err != nil {
		return File{}, err
	}
	p.file(root)
	if err := p.err(); err != nil {
		return File{}, err
	}
	p.policy.Routes = p.ruleRoutes()
	return File{p.policy, p.receivers}, nil
}
