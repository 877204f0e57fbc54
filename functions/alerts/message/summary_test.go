package message_test

import (
	"strings"
	"testing"

	"signalbox/functions/alerts/rule"
)

// TestSummaryNamesTheWorst names cards that are used up or have expired before those
// that can still be helped, and of each kind only a few.
func TestSummaryNamesTheWorst(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		critical []rule.Incident
		want     []string
		named    map[string]int // lines of each title
	}{
		{"none", nil, nil, nil},
		{"one of each", []rule.Incident{usedUp(30), expired(40)}, []string{"\n• *2* critical\n"}, map[string]int{"Data is used up": 1, "Package has ended": 1}},
		{"a hundred", append(ofAll(100, expired), usedUp(30)), []string{"\n• *101* critical, the worst 3 of each kind are named\n"}, map[string]int{"Data is used up": 1, "Package has ended": 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := summary(writer, daily(), append(tt.critical, forSummary()...)).Text
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("the summary does not say %q:\n%s", want, text)
				}
			}
			if got := strings.Contains(text, "critical"); got != (tt.critical != nil) {
				t.Errorf("the summary mentions critical incidents: %t:\n%s", got, text)
			}
			for title, want := range tt.named {
				if got := strings.Count(text, "\n• 🔴 "+title+" · "); got != want {
					t.Errorf("%q is on %d lines, want %d:\n%s", title, got, want, text)
				}
			}
			if first := strings.Index(text, "\n• 🟠 Package ends soon"); first < 0 || first < strings.Index(text, "\n• 🔴 Package has ended") {
				t.Errorf("what can still be prevented is not named after what is critical:\n%s", text)
			}
		})
	}
}
