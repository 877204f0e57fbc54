//go:build long

package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"signalbox/shared/slack/slacktest"
)

// TestDownForManyRuns wants the newest states once Slack is back, and nothing of
// what was over by then.
func TestDownForManyRuns(t *testing.T) {
	t.Parallel()
	down := map[int64]slacktest.Refusal{
		warning:  {Count: -1, Status: http.StatusServiceUnavailable},
		92:       {Count: -1, Status: http.StatusForbidden, Body: "account_inactive"},
		critical: {Count: -1, Status: http.StatusForbidden, Body: "account_inactive"},
	}
	for _, receiver := range []string{"webhook", "bot"} {
		t.Run(receiver, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 120)
			if receiver == "bot" {
				o.bot()
			}
			f := o.start(t)
			f.sweep()
			o.arrived()
			cards := o.healthy(2)
			worse, over := cards[0], cards[1]
			for _, percent := range []int64{warning, 92, critical, critical} {
				o.slack.ClearRefusals()
				o.slack.Refuse(down[percent])
				o.use(percent, worse, over)
				if percent == critical {
					o.use(20, over)
				}
				if r := f.try(""); r.Err == nil || r.Waiting == 0 || r.DeadLetters != 0 {
					t.Errorf("sweep = %+v, want a run that fails since notifications wait", r)
				}
			}
			o.slack.ClearRefusals()
			r := f.sweep()
			text := said(o.arrived())
			wants(t, text, o.cloud.ICCID(worse), "used up")
			lacks(t, text, o.cloud.ICCID(over))
			if r.Waiting != 0 {
				t.Errorf("sweep = %+v, want nothing to wait", r)
			}
		})
	}
}

// TestRetryAfter wants a run to end long before Slack's hour is over, and Slack not
// to be asked before that, by another process either.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for receiver, method := range map[string]string{"webhook": "webhook", "bot": "chat.postMessage"} {
		t.Run(receiver, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 120)
			if receiver == "bot" {
				o.bot()
			}
			o.slack.Refuse(slacktest.Refusal{Method: method, Count: 1, Status: http.StatusTooManyRequests, RetryAfter: time.Hour})
			f := o.start(t)
			began := time.Now()
			if r := f.try(""); r.Waiting == 0 || !r.Done || r.DeadLetters != 0 {
				t.Errorf("sweep = %+v, want it done, with notifications that wait", r)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("the run took %s, want it to end long before the hour", took)
			}
			f.try("")
			f.stop()
			f = o.start(t)
			if r := f.try(""); r.Waiting == 0 {
				t.Errorf("sweep of another process = %+v, want notifications to wait", r)
			}
			if got := o.slack.Calls(method); got != 1 {
				t.Errorf("Slack was asked %d times, want once", got)
			}
		})
	}
}

// TestLostAnswer wants a message whose answer was lost not to be sent again in the
// same run. The next run of a bot finds it; that of a webhook sends it again, and
// says by its id that it is the same.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for receiver, method := range map[string]string{"webhook": "webhook", "bot": "chat.postMessage"} {
		t.Run(receiver, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 120)
			if receiver == "bot" {
				o.bot()
			}
			o.slack.Refuse(slacktest.Refusal{Method: method, Applied: true})
			f := o.start(t)
			if r := f.try(""); r.Waiting == 0 {
				t.Errorf("sweep = %+v, want a notification to wait", r)
			}
			copies := func() map[string]int {
				ids := make(map[string]int)
				for _, m := range o.slack.Inbox() {
					id := m.MetadataID()
					if receiver == "webhook" {
						id = fmt.Sprint(messageID.FindStringSubmatch(m.Plain()))
					}
					ids[id]++
				}
				return ids
			}
			for id, n := range copies() {
				if n != 1 {
					t.Errorf("message %s was sent %d times in one run, want once", id, n)
				}
			}
			if r := f.sweep(); r.Waiting != 0 || r.DeadLetters != 0 {
				t.Errorf("second sweep = %+v, want nothing to wait", r)
			}
			f.sweep()
			ids := copies()
			for id, n := range ids {
				if receiver == "bot" && n != 1 {
					t.Errorf("message %s is there %d times, want it found and not sent again", id, n)
				}
			}
			if receiver == "webhook" && len(ids) != 1 {
				t.Errorf("ids %v, want the same one for each copy", ids)
			}
		})
	}
}
