package e2e_test

import (
	"strings"
	"testing"
)

// movedInSlack wants a changed channel used at once, with all that is open.
func movedInSlack(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120).bot()
	f := o.start(t)
	f.sweep()
	first := len(o.slack.Threads("alerts"))
	o.arrived()
	if code := f.stop(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	f = o.start(t, "SIGNALBOX_SLACK_CHANNEL=second")
	f.sweep()
	messages := o.arrived()
	for _, m := range messages {
		if m.Channel != "second" {
			t.Errorf("a message in %s, want all in the new channel:\n%s", m.Channel, m.Plain())
		}
	}
	wants(t, said(messages), o.cloud.ICCID(1), o.cloud.ICCID(2))
	if got := len(o.slack.Threads("second")); got != first {
		t.Errorf("%d status messages in the new channel, want %d as in the old one", got, first)
	}
}

// newlyCritical wants the number of new critical cards in the first
// line of a message in the channel itself.
func newlyCritical(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 160).bot()
	o.use(critical, o.healthy(1)...)
	f := o.start(t)
	f.sweep()
	o.arrived()
	o.use(critical, o.healthy(30)...)
	f.sweep()
	visible, found := 0, false
	for _, m := range o.arrived() {
		if m.ThreadTS == "" || m.Broadcast {
			visible++
			line, _, _ := strings.Cut(m.Text, "\n")
			found = found || strings.Contains(line, "30 cards used up")
		}
	}
	if !found || visible > 5 {
		t.Errorf("%d messages in the channel, want at most 5, one of which says 30 cards in its first line:\n%s", visible, said(o.slack.Inbox()))
	}
}
