package channel_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// TestBotLife follows a group from its first card to all clear.
func TestBotLife(t *testing.T) {
	t.Parallel()
	steps := []struct {
		name     string
		verdicts []incident.Verdict
		want     []string
	}{
		{"opens", []incident.Verdict{high(1), high(2)}, []string{
			"# 🟠 Usage is over its threshold: 2 open",
		}},
		{"nothing new", []incident.Verdict{high(1), high(2)}, []string{
			"# 🟠 Usage is over its threshold: 2 open",
		}},
		{"grows", []incident.Verdict{high(3)}, []string{
			"# 🟠 Usage is over its threshold: 3 open (updated 1 times)",
			"> Changes: 1 new",
		}},
		{"becomes worse", []incident.Verdict{higher(1)}, []string{
			"# 🟠 Usage is over its threshold: 3 open (updated 2 times)",
			"> Changes: 1 new",
			"#> Changes: 1 worse",
		}},
		{"turns critical", []incident.Verdict{used(2)}, []string{
			"# 🟠 Usage is over its threshold: 2 open (updated 3 times)",
			"> Changes: 1 new",
			"#> Changes: 1 worse",
			"# 🔴 Data is used up: 1 open",
		}},
		{"is over where it was", []incident.Verdict{fine(1), fine(2), fine(3)}, []string{
			"# ✅ Usage is over its threshold: all clear (updated 4 times)",
			"> Changes: 1 new",
			"#> Changes: 1 worse",
			"# ✅ Data is used up: all clear (updated 1 times)",
			"> Changes: 2 resolved",
			"> Changes: 1 resolved",
		}},
		{"is forgotten and begins anew", []incident.Verdict{high(1)}, []string{
			"# ✅ Usage is over its threshold: all clear (updated 4 times)",
			"> Changes: 1 new",
			"#> Changes: 1 worse",
			"# ✅ Data is used up: all clear (updated 1 times)",
			"> Changes: 2 resolved",
			"> Changes: 1 resolved",
			"# 🟠 Usage is over its threshold: 1 open",
		}},
	}
	synctest.Test(t, func(t *testing.T) {
		d := newBotDesk(t)
		for _, step := range steps {
			time.Sleep(time.Hour)
			d.sweep(step.verdicts...)
			d.mustTell()
			if diff := cmp.Diff(step.want, d.shown()); diff != "" {
				t.Errorf("%s: shown (-want +got):\n%s", step.name, diff)
			}
		}
		if len(d.memory.Threads) != 1 {
			t.Errorf("memory has %d threads, want 1", len(d.memory.Threads))
		}
	})
}

// TestBotFlood fires 5,000 cards in eight groups at once, and ends them at once.
func TestBotFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newBotDesk(t)
		d.sweep(flood()...)
		d.mustTell()
		want := []string{
			"# 🔴 Package has ended: 625 open [625 open, 0 resolved]",
			"# 🔴 Card is stopped until it is paid for: 625 open [625 open, 0 resolved]",
			"# 🔴 SIM cards, 6 kinds of incidents: 3,750 open [3750 open, 0 resolved]",
		}
		// Cards of the other severity are named as soon as they are somewhere.
		for i, line := range d.shown() {
			if got := strings.Replace(line, " (updated 1 times)", "", 1); got != want[i] {
				t.Errorf("message %d = %s, want %s", i, got, want[i])
			}
		}
		if got := d.loud(); got != 3 {
			t.Errorf("%d messages in the channel, want 3", got)
		}
		checkListed(t, d, "\nopen,", 5000)
		over := flood()
		for i := range over {
			over[i].Level, over[i].Reason = 0, rule.Clear
		}
		d.sweep(over...)
		d.mustTell()
		checkListed(t, d, "\nresolved,", 5000)
		if got := d.loud(); got != 3 || len(d.memory.Threads) != 0 {
			t.Errorf("%d messages in the channel, %d threads, want 3 and all forgotten", got, len(d.memory.Threads))
		}
	})
}

// checkListed counts the cards in a state that all lists together name.
func checkListed(t *testing.T, d *desk, state string, want int) {
	t.Helper()
	got := 0
	for _, m := range d.server.Inbox() {
		for _, f := range m.Files {
			got += strings.Count(f.Content, state)
		}
	}
	if got != want {
		t.Errorf("the lists have %q %d times, want %d", state, got, want)
	}
}

// TestBotMissed tells of an incident that was over before it could be told.
func TestBotMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newBotDesk(t)
		d.sweep(used(1))
		d.sweep(fine(1))
		d.mustTell()
		want := []string{"# ✅ Data is used up: all clear", "> Changes: 1 new, 1 resolved"}
		if diff := cmp.Diff(want, d.shown()); diff != "" {
			t.Errorf("shown (-want +got):\n%s", diff)
		}
	})
}

// TestBotStops cuts delivery off after every possible time: what comes later
// brings the rest, in order, once.
func TestBotStops(t *testing.T) {
	t.Parallel()
	var verdicts []incident.Verdict
	for n := range 30 {
		verdicts = append(verdicts, high(n), used(n+50))
	}
	story := func(d *desk, limit time.Duration) {
		for _, verdicts := range [][]incident.Verdict{verdicts, {higher(1), fine(60), high(99)}} {
			d.sweep(verdicts...)
			_ = d.tell(limit) // it is cut off
			d.mustTell()
		}
	}
	var want []string
	synctest.Test(t, func(t *testing.T) {
		d := newBotDesk(t)
		story(d, time.Hour)
		want = d.shown()
	})
	for limit := range 12 {
		synctest.Test(t, func(t *testing.T) {
			d := newBotDesk(t)
			story(d, time.Duration(limit)*time.Second+time.Millisecond)
			if diff := cmp.Diff(want, d.shown()); diff != "" {
				t.Errorf("shown when cut off after %d s (-want +got):\n%s", limit, diff)
			}
		})
	}
}

// TestBotRefused has Slack refuse one step after the other for good.
func TestBotRefused(t *testing.T) {
	t.Parallel()
	const (
		living = "# 🔴 Data is used up: 30 open"
		listed = living + " [30 open, 0 resolved]"
	)
	refusal := func(method string, count int, body string) slacktest.Refusal {
		return slacktest.Refusal{Method: method, Count: count, Status: 200, Body: body}
	}
	tests := []struct {
		name    string
		refusal slacktest.Refusal
		want    []string
		kept    int
		kind    slack.Kind
	}{
		{"token revoked", refusal("chat.postMessage", -1, "token_revoked"), nil, 30, slack.KindConfig},
		{"no files", refusal("files.getUploadURLExternal", -1, "missing_scope"), []string{living}, 0, slack.KindConfig},
		{"file lost", refusal("files.completeUploadExternal", 1, "thread_not_found"), []string{living}, 0, slack.KindRejected},
		{"all forms but the last", refusal("chat.postMessage", 2, "msg_too_long"), []string{listed}, 0, slack.KindRejected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newBotDesk(t)
				for n := range 30 {
					d.sweep(used(n))
				}
				d.server.Refuse(tt.refusal)
				checkKind(t, d.tell(time.Minute), tt.kind)
				if diff := cmp.Diff(tt.want, d.shown()); diff != "" {
					t.Errorf("shown (-want +got):\n%s", diff)
				}
				if len(d.outbox) != tt.kept {
					t.Errorf("%d notices kept, want %d", len(d.outbox), tt.kept)
				}
			})
		})
	}
}

// TestBotLost has somebody delete the messages that the bot wants to change.
func TestBotLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newBotDesk(t)
		d.sweep(used(1))
		d.mustTell()
		d.sweep(used(2), fine(1))
		d.server.Refuse(slacktest.Refusal{Method: "chat.update", Status: 200, Body: "message_not_found"})
		d.mustTell()
		d.server.Refuse(slacktest.Refusal{Method: "chat.postMessage", Status: 200, Body: "thread_not_found"})
		d.sweep(used(3))
		d.mustTell()
		want := []string{
			"# 🔴 Data is used up: 1 open",
			"# 🔴 Data is used up: 2 open (updated 1 times)",
			"> Changes: 1 new, 1 resolved",
			"# Changes: 1 new",
		}
		if diff := cmp.Diff(want, d.shown()); diff != "" {
			t.Errorf("shown (-want +got):\n%s", diff)
		}
	})
}
