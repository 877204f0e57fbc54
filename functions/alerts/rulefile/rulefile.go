// Package rulefile reads an operator's rules file: YAML in, a [rule.Policy] or
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

// Load reads the file at path as [Parse] does.
func Load(path string, defaults rule.Settings) (rule.Policy, error) {
	data, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return rule.Policy{}, fmt.Errorf("read the rules file: %w", err)
	}
	policy, err := Parse(data, defaults)
	if err != nil {
		return rule.Policy{}, fmt.Errorf("rules file %s:\n%w", path, err)
	}
	return policy, nil
}

// Parse returns the policy that data describes. What an entry does not set is as
// in defaults, which cards without one have, too. The error has one line of
// text for each mistake, such as
//
//	line 7: rules.usage: must be from 1 to 200, not 800
//
// in the order of the file; no other error is possible. Text that is not YAML has
// one mistake only, the first.
func Parse(data []byte, defaults rule.Settings) (rule.Policy, error) {
	p := parser{policy: rule.Policy{Default: defaults}}
	root, err := document(data)
	if err != nil {
		return rule.Policy{}, err
	}
	p.file(root)
	if err := p.err(); err != nil {
		return rule.Policy{}, err
	}
	return p.policy, nil
}
