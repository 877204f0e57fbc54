package rulefile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
)

// examine says what there is to say of a file, one line each.
func examine(text string) string {
	defaults := rule.Defaults().With(rule.Usage{Percent: []int{80}}, rule.Expiry{Days: []int{30}})
	variables := func(string) string { return "https://example.com/sealed" }
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	e := rulefile.Examine([]byte(text), defaults, variables, at)
	var said strings.Builder
	for _, m := range e.Mistakes {
		fmt.Fprintf(&said, "mistake %d: %s\n", m.Line, m.Text)
	}
	for _, w := range e.Warnings {
		fmt.Fprintf(&said, "warning %d: %s\n", w.Line, w.Text)
	}
	return said.String()
}

func TestExamine(t *testing.T) {
	t.Parallel()
	const receivers = "receivers:\n- {name: a, wecom: {url_env: A}}\n- {name: b, wecom: {url_env: B}}\n"
	tests := []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"thresholds that rise, and that fall", "rules:\n- {match: {tag: a}, usage: [70, 85], expiry: [60, 30, 7]}\n", ""},
		{"thresholds in no order", "rules:\n- {match: {tag: a}, usage: [70, 100, 85]}\n", "warning 3: rules.usage: the thresholds [70 100 85] neither rise nor fall: is one of them wrong?\n"},
		{"an empty match of a rule", "rules:\n- {match: {}, usage: [70]}\n", "warning 3: rules.match: it is empty, so everything fits this rule: leave the key out where that is meant\n"},
		{"an empty match of a route", receivers + "routes:\n- {match: {}, receivers: [a, b]}\n", "warning 6: routes.match: it is empty, so everything fits this route: leave the key out where that is meant\n"},
		{"a rule for all cards before others", "rules:\n- {usage: off}\n- {match: {tag: a}, usage: [70]}\n", "warning 4: rules: nothing reaches this rule: the one at line 3 covers all of its cards\n"},
		{"a wider pattern before", "rules:\n- {match: {tag: fleet-*}, usage: off}\n- {match: {tag: fleet-1, package: x}, usage: [70]}\n", "warning 4: rules: nothing reaches this rule: the one at line 3 covers all of its cards\n"},
		{"a wider pattern after", "rules:\n- {match: {tag: fleet-1}, usage: off}\n- {match: {tag: fleet-*}, usage: [70]}\n", ""},
		{"patterns that are not compared", "rules:\n- {match: {tag: 'a?*'}, usage: off}\n- {match: {tag: abc}, usage: [70]}\n- {match: {tag: 'a*'}, usage: off}\n- {match: {tag: 'a[/]b'}, usage: off}\n- {match: {tag: 'a/b'}, usage: off}\n", ""},
		{"another field", "rules:\n- {match: {tag: a, package: b}, usage: off}\n- {match: {tag: a}, usage: [70]}\n", ""},
		{"a silence that is over", "silences:\n- {match: {tag: a}, until: 2026-11-29T12:00:00Z}\n", "warning 3: silences: it is over since 2026-11-29T12:00:00Z: remove it\n"},
		{"a silence of everything", "silences:\n- {until: 2026-12-29T12:00:00Z}\n", "warning 3: silences: it has neither a match nor a rule, so it covers all cards\n"},
		{"a silence of the fleet with a match", "silences:\n- {match: {tag: a}, rule: sweep, until: 2026-12-29T12:00:00Z}\n", "warning 3: silences: it covers nothing: the rule sweep is about the fleet itself, which no match fits\n"},
		{"a silence of a rule that is off", "silences:\n- {rule: inactive, until: 2026-12-29T12:00:00Z}\n", "warning 3: silences: it covers nothing: the rule inactive is off for all cards\n"},
		{"a silence of a rule that is on somewhere", "rules:\n- {match: {tag: a}, inactive: 3}\nsilences:\n- {rule: inactive, until: 2026-12-29T12:00:00Z}\n", ""},
		{"a silence of groups that are off", "groups: off\nsilences:\n- {rule: stale-group, until: 2026-12-29T12:00:00Z}\n", "warning 4: silences: it covers nothing: the rule stale-group is off for all cards\n"},
		{"a silence of cards that cannot be read", "silences:\n- {rule: unreadable, until: 2026-12-29T12:00:00Z}\n", ""},
		{"a silence within another", "silences:\n- {match: {tag: a1}, rule: usage, until: 2026-12-01T00:00:00Z}\n- {match: {tag: a*}, until: 2026-12-29T12:00:00Z}\n", "warning 3: silences: the one at line 4 covers all of this one\n"},
		{"the same silence twice", "silences:\n- {rule: usage, until: 2026-12-01T00:00:00Z}\n- {rule: usage, until: 2026-12-01T00:00:00Z}\n", "warning 4: silences: the one at line 3 covers all of this one\n"},
		{"a silence that begins later", "silences:\n- {rule: usage, until: 2026-12-01T00:00:00Z}\n- {rule: usage, from: 2026-11-30T00:00:00Z, until: 2026-12-02T00:00:00Z}\n", ""},
		{"a mute time that never ends", "mute:\n- {from: 00:00, to: 24:00, zone: UTC}\n", "warning 3: mute: it never ends: what is not critical is never notified\n"},
		{"a weekend", "mute:\n- {from: 00:00, to: 24:00, days: [sat, sun], zone: UTC}\n", ""},
		{"a hidden route", receivers + "routes:\n- {match: {tag: f*}, receivers: [a]}\n- {match: {tag: f1}, receivers: [b]}\n- {receivers: [a]}\n", "warning 7: routes: nothing reaches this route: all that fits it ends at line 6\n"},
		{"a hidden route that the loader refuses", receivers + "routes:\n- {receivers: [a]}\n- {receivers: [b]}\n", "mistake 7: routes: nothing reaches this route: all that fits it ends at line 6\n"},
		{"a route that goes on", receivers + "routes:\n- {match: {tag: f*}, receivers: [a], continue: true}\n- {match: {tag: f1}, receivers: [b]}\n- {receivers: [a]}\n", ""},
		{"a route of a rule that is off", receivers + "routes:\n- {match: {rule: inactive}, receivers: [a]}\n- {receivers: [b]}\n", "warning 6: routes: nothing reaches this route: the rule inactive is off for all cards\n"},
		{"a route of OTPs", receivers + "routes:\n- {match: {rule: rate}, receivers: [a]}\n- {receivers: [b]}\n", ""},
		{"a mention of what is no emergency", receivers + "routes:\n- {match: {severity: warning}, receivers: [a], mention: here}\n- {receivers: [b]}\n", "warning 6: routes: mention is for what is critical, which fits no route of severity warning\n"},
		{"a receiver without a route", receivers + "routes:\n- {receivers: [a]}\n", "mistake 4: receivers: no route leads to b\n"},
		{"mistakes and warnings", "rules:\n- {match: {tag: '['}, usage: [1, 3, 2]}\n- {match: {tag: a}, usage: [0]}\n", "mistake 3: rules.match.tag: is not a pattern: * is any text, ? one character, [0-4] one of some, \\ takes the next as it is\n" +
			"mistake 4: rules.usage: must be from 1 to 200, not 0\nwarning 3: rules.usage: the thresholds [1 3 2] neither rise nor fall: is one of them wrong?\n"},
		{"no YAML", "rules: [\n", "mistake 2: is not YAML: did not find expected node content\n"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, examine("version: 1\n"+tt.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
