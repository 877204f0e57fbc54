//go:build long

package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"signalbox/shared/slack/slacktest"
)

// TestRefusedUpload wants a list that cannot be uploaded left out and said so, and
// all messages delivered.
func TestRefusedUpload(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"invalid_scopes", "a_word_of_next_year"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 160).bot()
			o.use(critical, o.healthy(40)...)
			o.slack.Refuse(slacktest.Refusal{Method: "files.getUploadURLExternal", Count: -1, Status: http.StatusOK, Body: word})
			f := o.start(t)
			r := f.sweep()
			text := said(o.arrived())
			wants(t, text, "used up", "whose package ends soon", " stopped", "could not be attached")
			if r.Waiting != 0 || r.DeadLetters != 0 {
				t.Errorf("sweep = %+v, want all delivered", r)
			}
			if r = f.sweep(); r.Messages != 0 {
				t.Errorf("second sweep = %+v, want no messages\n%s", r, said(o.arrived()))
			}
		})
	}
}

// TestUnknownWordOnReply wants a reply that cannot be made to become a message.
func TestUnknownWordOnReply(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120).bot()
	f := o.start(t)
	f.sweep()
	o.arrived()
	threads := len(o.slack.Threads("alerts"))
	o.use(50, 2) // card 2 was over its threshold
	// The first requests of this sweep are replies, in as many forms as there are.
	o.slack.Refuse(slacktest.Refusal{Method: "chat.postMessage", Count: 3, Status: http.StatusOK, Body: "a_word_of_next_year"})
	if r := f.sweep(); r.Waiting != 0 || r.DeadLetters != 0 {
		t.Errorf("sweep = %+v, want all delivered", r)
	}
	wants(t, said(o.arrived()), "Usage is below its threshold", o.cloud.ICCID(2))
	if got := len(o.slack.Threads("alerts")); got != threads+1 {
		t.Errorf("%d messages in the channel, want one more than %d", got, threads)
	}
}

// TestRejectedMessage wants a message that is never taken to be a dead letter after
// some runs, counted, and not to block what comes later.
func TestRejectedMessage(t *testing.T) {
	t.Parallel()
	refusals := map[string]slacktest.Refusal{
		"webhook rejected": {Method: "webhook", Count: -1, Status: http.StatusBadRequest, Body: "invalid_blocks"},
		"webhook unknown":  {Method: "webhook", Count: -1, Status: http.StatusBadRequest, Body: "a_word_of_next_year"},
		"bot unknown":      {Method: "chat.postMessage", Count: -1, Status: http.StatusOK, Body: "a_word_of_next_year"},
	}
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 120)
			if strings.HasPrefix(name, "bot") {
				o.bot()
			}
			o.slack.Refuse(refusal)
			f := o.start(t)
			dead := 0
			for runs := 1; dead == 0; runs++ {
				r := f.try("")
				dead += r.DeadLetters
				if runs > 5 || len(o.slack.Inbox()) != 0 {
					t.Fatalf("after %d runs: %+v, want a dead letter\n%s", runs, r, f.output())
				}
			}
			o.slack.ClearRefusals()
			card := o.healthy(1)
			o.use(critical, card...)
			if r := f.sweep(); r.Waiting != 0 || r.DeadLetters != 0 {
				t.Errorf("sweep = %+v, want all delivered", r)
			}
			wants(t, said(o.arrived()), "used up", o.cloud.ICCID(card[0]))
		})
	}
}

// TestArchived wants what could not be said in an archived channel said once
// it takes messages again.
func TestArchived(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120).bot()
	f := o.start(t)
	f.sweep()
	o.arrived()
	o.slack.Archive("alerts")
	card := o.healthy(1)
	o.use(critical, card...)
	for range 4 {
		if r := f.try(""); r.Waiting == 0 || r.DeadLetters != 0 {
			t.Errorf("sweep = %+v, want the notification to wait", r)
		}
	}
	o.slack.Unarchive("alerts")
	f.sweep()
	wants(t, said(o.arrived()), "used up", o.cloud.ICCID(card[0]))
}

// TestSummaryOnce wants one summary a day, however often it is asked for.
func TestSummaryOnce(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	f := o.start(t)
	opened := f.sweep().Opened
	o.arrived()
	for range 3 {
		if r := f.try("summary"); r.Err != nil {
			t.Errorf("summary = %+v, want no error", r)
		}
	}
	messages := o.arrived()
	if len(messages) != 1 {
		t.Errorf("%d messages, want one summary:\n%s", len(messages), said(messages))
	}
	wants(t, said(messages), "1 sweep finished", fmt.Sprintf("%d opened", opened))
	f.sweep()
	if messages = o.arrived(); len(messages) != 0 {
		t.Errorf("after the summary came\n%s", said(messages))
	}
}
