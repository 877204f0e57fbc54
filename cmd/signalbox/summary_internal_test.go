package main

import (
	"strings"
	"testing"
)

// TestSummaryCommand posts one summary a day, and in a dry run none.
func TestSummaryCommand(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	x := terminal{t, environ}
	x.want("sweep")
	posted := func() int { return len(e.slack.Inbox()) }
	before := posted()
	x.want("summary --dry-run", "SIM cards on")
	x.want("summary --dry-run --json", `"notifications"`)
	if posted() != before {
		t.Errorf("dry runs posted %d messages", posted()-before)
	}
	x.want("summary", `"messages": 5`)
	if posted() != before+1 {
		t.Errorf("a summary posted %d messages to Slack, want 1", posted()-before)
	}
	x.want("summary", `"messages": 0`)
	if _, errs, code := x.run("summary --dry-run"); code != exitOK || !strings.Contains(errs, "the day has its summary") {
		t.Errorf("a second one: code %d, %s", code, errs)
	}
}
