package notify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// TestChaos draws what happens to incidents, to Slack, to the store and to the
// process. When the faults have ended, all is delivered and shown.
func TestChaos(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.receivers = append(w.receivers, w.webhook())
				c := &chaos{world: w, random: rand.New(rand.NewPCG(seed, 7))}
				for range 12 {
					c.live()
					c.breakThings()
					w.run(time.Duration(1+c.random.IntN(120)) * time.Second)
					w.server.ClearRefusals()
					w.store.before = func(string) error { return nil }
					time.Sleep(time.Duration(c.random.IntN(300)) * time.Minute)
				}
				for range 6 {
					w.run(time.Hour)
					time.Sleep(time.Hour)
				}
				c.check()
			})
		})
	}
}

type chaos struct {
	*world

	random *rand.Rand
	trace  []string
	blind  bool // the bot could not look for a message
}

func (c *chaos) say(format string, a ...any) { c.trace = append(c.trace, fmt.Sprintf(format, a...)) }

// live changes some incidents.
func (c *chaos) live() {
	for range c.random.IntN(8) {
		rule, n := []string{"a", "b", "c"}[c.random.IntN(3)], c.random.IntN(4)
		i, open := c.open[key(rule, n)]
		s := []incident.Severity{warning, critical}[c.random.IntN(2)]
		switch {
		case !open:
			c.opens(rule, s, n)
		case c.random.IntN(2) == 0:
			c.resolves(rule, n)
		case s.Compare(i.Severity) > 0:
			c.worsens(rule, s, n)
		default:
			c.change(i.Key, incident.Reminded, i.Severity)
		}
		c.say("%s/%d open %v %s", rule, n, open, s)
	}
}

// breakThings has some call fail in this run.
func (c *chaos) breakThings() {
	method := []string{"", "chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "webhook"}[c.random.IntN(6)]
	r := refusal(method, 200, "", func(r *refused) { r.Skip, r.Count = c.random.IntN(4), 1+c.random.IntN(4) })
	switch c.random.IntN(8) {
	case 0:
		r.Status, r.Body, r.RetryAfter = 429, "ratelimited", time.Duration(1+c.random.IntN(1000))*time.Second
	case 1:
		r.Status, r.Body = 503, "service_unavailable"
	case 2:
		r.Status, r.Applied = 0, true
	case 3:
		r.Status = 0
	case 4:
		r.Body = "a_word_nobody_knows"
	case 5:
		r.Body = "message_not_found"
	case 6:
		r.Body = "token_revoked"
	case 7:
		c.breakStore()
		return
	}
	c.say("refuse %+v", r)
	c.blind = c.blind || strings.HasPrefix(method, "conversations") || method == ""
	c.server.Refuse(r)
}

// breakStore fails, or ends the process, at some call of the store.
func (c *chaos) breakStore() {
	at, dies, n := c.random.IntN(20), c.random.IntN(2) == 0, 0
	c.enqueue()
	c.say("store breaks at %d, dies %v", at, dies)
	c.store.before = func(string) error {
		c.store.mu.Lock()
		n++
		now := n
		c.store.mu.Unlock()
		switch {
		case now < at:
			return nil
		case dies:
			panic("killed")
		}
		return errors.New("disk full")
	}
}

// check wants everything delivered, the newest status messages to be right, and no
// message of the bot a second time.
func (c *chaos) check() {
	c.t.Helper()
	for _, r := range c.receivers {
		if left := c.waiting(r.Name); len(left) > 0 {
			c.fail("%s still waits for %q", r.Name, left)
		}
	}
	letters, _ := c.notifier().DeadLetters(c.t.Context())
	for _, l := range letters {
		// The webhook has no way to look for what may have arrived, and refusals may
		// add up to more runs than a message is tried in.
		if l.Receiver == "bot" || l.Count == 0 || l.Reason == "" {
			c.fail("dead letter: %+v", l)
		}
	}
	raw, _ := c.store.Get(c.t.Context(), "receivers", "bot")
	var state struct {
		Sending []any
		Threads []struct {
			Ref    struct{ TS string }
			Groups []notify.Group
		}
	}
	if err := json.Unmarshal(raw, &state); err != nil || len(state.Sending) > 0 {
		c.fail("state %s: %v, want nothing being sent", raw, err)
	}
	shown := make(map[incident.Key]bool)
	for _, thread := range state.Threads {
		for _, m := range c.server.Inbox() {
			if m.TS != thread.Ref.TS {
				continue
			}
			if strings.HasPrefix(m.Text, "replaced") {
				c.fail("the thread of %v says that it was replaced", thread.Groups)
			}
			for k, i := range c.open {
				simplest := !strings.Contains(m.Text, "\n")
				if slices.Contains(thread.Groups, notify.GroupOf(i)) && (simplest || strings.Contains(m.Text, k.Subject.ID+" "+i.Details.Note)) {
					shown[k] = true
				}
			}
		}
	}
	for k, i := range c.open {
		if !shown[k] {
			c.fail("%s %+v is in no status message", k, i)
		}
	}
	ids := make(map[string]bool)
	for _, m := range c.server.Inbox() {
		if id := string(m.Metadata); id != "" && ids[id] && !c.blind {
			c.fail("message %q is shown a second time", m.Text)
		} else {
			ids[id] = true
		}
	}
}

func (c *chaos) fail(format string, a ...any) {
	c.t.Helper()
	c.t.Errorf(format+"\n%s\n%s", append(a, strings.Join(c.trace, "\n"), strings.Join(c.shown(), "\n"))...)
}
