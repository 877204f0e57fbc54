package alerts_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/shared/metric"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// altered is how many requests TestAlteredRequests alters.
var altered = flag.Int("altered", 1000, "how many requests are altered")

// TestAlteredRequests alters requests of Slack's at random: in the body, the signature
// or the time. Each is refused, counted, and changes nothing.
func TestAlteredRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		meter := metric.New()
		a := newActing(t, func(c *alerts.Config) { c.Meter, c.Buttons.Operators = meter, []string{ann.ID} })
		m := a.status(t, highUsage...)
		requests := []*slacktest.Sent{
			a.sent(t, press(ann, m, "acknowledge", "", nil)), a.sent(t, press(ann, m, "silence", "7d", nil)),
			a.slack.Enter(app, ann, alertsIn, "/signalbox", "silence "+a.cloud.ICCID(1)+" 7d"),
		}
		before, chance := a.state(), rand.New(rand.NewPCG(1, 2))
		for range *altered {
			s := requests[chance.IntN(len(requests))]
			alteredOne := alter(s, chance)
			if status, body := a.send(t, alteredOne); status != http.StatusUnauthorized {
				t.Fatalf("a request with the header %v and the body %.300q is answered %d %s", alteredOne.Header, alteredOne.Body, status, body)
			}
		}
		if !slices.EqualFunc(before, a.state(), func(a, b store.Record) bool { return a.Key == b.Key && string(a.Value) == string(b.Value) }) {
			t.Error("altered requests have changed the state")
		}
		var counted strings.Builder
		meter.WritePrometheus(&counted)
		checkWords(t, counted.String(), `signalbox_slack_requests_refused_total `+strconv.Itoa(*altered))
		if strings.Contains(a.logs.String(), signingSecret) || strings.Contains(a.logs.String(), requests[0].Header.Get("X-Slack-Signature")) {
			t.Error("the log has a secret or a signature")
		}
		for _, s := range requests {
			a.send(t, s)
		}
		if got := len(a.did(t)); got != len(requests) {
			t.Errorf("unaltered, %d requests are done, want %d", got, len(requests))
		}
	})
}

// state is all that is stored.
func (a *acting) state() []store.Record {
	var all []store.Record
	names := a.store.collections()
	slices.Sort(names)
	for _, name := range names {
		all = append(all, a.store.peek(name)...)
	}
	return all
}

// alter returns a request that differs from s: by a byte, by one that is missing or too
// many, by its time, or by the signature of another.
func alter(s *slacktest.Sent, chance *rand.Rand) *slacktest.Sent {
	out := &slacktest.Sent{URL: s.URL, Header: s.Header.Clone(), Body: slices.Clone(s.Body)}
	at := chance.IntN(len(out.Body))
	switch chance.IntN(8) {
	case 0:
		out.Body[at] ^= byte(1 + chance.IntN(255))
	case 1:
		out.Body = slices.Delete(out.Body, at, at+1)
	case 2:
		out.Body = slices.Insert(out.Body, at, byte(chance.IntN(256)))
	case 3:
		out.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(time.Now().Unix()+int64(chance.IntN(1000))+1, 10))
	case 4:
		signature := []byte(out.Header.Get("X-Slack-Signature"))
		at := chance.IntN(len(signature))
		signature[at] ^= byte(1 + chance.IntN(127))
		out.Header.Set("X-Slack-Signature", string(signature))
	case 5:
		out.Header.Del([]string{"X-Slack-Signature", "X-Slack-Request-Timestamp"}[chance.IntN(2)])
	case 6:
		out.Body = append(out.Body, "&payload=%7B%7D"...)
	default:
		old := time.Now().Add(-5*time.Minute - time.Duration(1+chance.IntN(1e6))*time.Second)
		out.Header = app.Sign(out.Body, old) // right, but old
	}
	return out
}

// TestPayloads sends what is signed, and wrong all the same.
func TestPayloads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		m := a.status(t, highUsage...)
		whole := a.sent(t, press(ann, m, "acknowledge", "", nil))
		form, err := url.ParseQuery(string(whole.Body))
		if err != nil {
			t.Fatal(err)
		}
		payload := form.Get("payload")
		block := action.BlockID([]action.Group{{Rule: "usage", Severity: "warning"}}, time.Now())
		replace := func(old, with string) string {
			if !strings.Contains(payload, old) {
				t.Fatalf("the payload has no %q", old)
			}
			return url.Values{"payload": {strings.ReplaceAll(payload, old, with)}}.Encode()
		}
		tests := []struct {
			name, body string
			status     int
			said       string // to whoever pressed; "": nothing
		}{
			{"another action id", replace(`"action_id":"acknowledge"`, `"action_id":"approve"`), 200, "does not know this button"},
			{"another app's message", replace(`"app_id":"A0FAKE","blocks"`, `"app_id":"A0OTHER","blocks"`), 200, "does not know this button"},
			{"another room", replace(`"channel_id":"C00000001"`, `"channel_id":"C9"`), 200, "does not post in this"},
			{"another block", replace(`"block_id":"act|`, `"block_id":"other|`), 200, "does not know this button"},
			{"a block of an unknown rule", replace(`|usage.warning`, `|love.warning`), 200, "does not know this button"},
			{"a block of all rules and none", replace(`|usage.warning`, ``), 200, "does not know this button"},
			{"a choice that is none", replace(`"value":"all"`, `"value":"ALL"`), 200, "does not know this button"},
			{"a view", url.Values{"payload": {`{"type":"view_submission","user":{"id":"U0ANN"}}`}}.Encode(), 200, ""},
			{"two actions", url.Values{"payload": {`{"type":"block_actions","user":{"id":"U0ANN"},"actions":[{},{}]}`}}.Encode(), 400, ""},
			{"nobody's", url.Values{"payload": {`{"type":"block_actions","actions":[{"action_id":"acknowledge","block_id":"` + block + `"}]}`}}.Encode(), 400, ""},
			{"no JSON", "payload=%7B", 400, ""},
			{"no payload", "hello=world", 400, ""},
			{"no form", "%zz", 400, ""},
			{"nothing", "", 400, ""},
			{"a large one", replace(`"token":"deprecated"`, `"token":"`+strings.Repeat("x", 500_000)+`","text":"deep"`), 200, ""},
			{"a megabyte", "payload=" + strings.Repeat("x", 1<<20), 413, ""},
			{"deep", "payload=" + strings.Repeat("[", 100_000), 400, ""},
		}
		for _, tt := range tests {
			before := len(a.slack.Whispers())
			s := &slacktest.Sent{URL: app.Actions, Body: []byte(tt.body), Header: app.Sign([]byte(tt.body), time.Now())}
			status, body := a.send(t, s)
			if status != tt.status {
				t.Errorf("%s: answered %d %s, want %d", tt.name, status, body, tt.status)
			}
			said := a.slack.Whispers()[before:]
			if len(said) > 0 != (tt.said != "") || len(said) > 0 && !strings.Contains(said[0].Text, tt.said) {
				t.Errorf("%s: said %v, want %q", tt.name, said, tt.said)
			}
			if done := len(a.did(t)); done > 0 != (tt.name == "a large one") && tt.name != "a megabyte" && tt.name != "deep" {
				t.Errorf("%s: %d actions were done", tt.name, done)
			}
		}
		large := []byte("text=" + strings.Repeat("x", 1<<20))
		if status, _ := a.send(t, &slacktest.Sent{URL: app.Commands, Body: large, Header: app.Sign(large, time.Now())}); status != http.StatusRequestEntityTooLarge {
			t.Errorf("a command of a megabyte is answered %d", status)
		}
		for _, body := range []string{"", "command=%2Fsignalbox", "%zz", "payload=" + url.QueryEscape(payload)} {
			s := &slacktest.Sent{URL: app.Commands, Body: []byte(body), Header: app.Sign([]byte(body), time.Now())}
			if status, answer := a.send(t, s); status != http.StatusBadRequest || !json.Valid([]byte(answer)) {
				t.Errorf("the command %.40q is answered %d %s, want 400", body, status, answer)
			}
		}
	})
}

// TestStoreUnavailable answers so that the same may be sent again, which is then done.
func TestStoreUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		s := a.sent(t, press(ann, a.status(t, highUsage...), "acknowledge", "", nil))
		c := a.slack.Enter(app, ann, alertsIn, "/signalbox", "open")
		a.store.hook = func(string) error { return errKilled }
		for _, one := range []*slacktest.Sent{s, c} {
			if status, _ := a.send(t, one); status != http.StatusServiceUnavailable {
				t.Errorf("without a store the answer is %d, want 503", status)
			}
		}
		lost := 0
		a.store.hook = func(op string) error { // every other answer is lost
			if lost++; op == opApplied && lost%2 == 0 {
				return errKilled
			}
			return nil
		}
		a.send(t, s)
		a.store.hook = nil
		a.send(t, s)
		if got := a.did(t); len(got) != 1 || got[0].Count != 2 {
			t.Errorf("done: %+v, want it once", got)
		}
	})
}

// TestDamagedRecords has what stands of one incident be unreadable: it is acted on all
// the same, and so are the others.
func TestDamagedRecords(t *testing.T) {
	t.Parallel()
	for collection, id := range map[string]string{"acknowledged": "acknowledge", "silences": "silence"} {
		synctest.Test(t, func(t *testing.T) {
			a := newActing(t, nil)
			key, choice := a.incident(t, 1).ID(), ""
			if collection == "silences" {
				key, choice = a.incident(t, 1).Key.String(), "24h"
			}
			a.store.put([]store.Record{
				{Collection: collection, Key: key, Value: []byte(`{"key":7}`)}, {Collection: "actions", Key: "other", Value: []byte(`[`)},
			})
			a.mustPress(t, press(ann, a.status(t, highUsage...), id, choice, nil))
			for _, card := range []int{1, 2} {
				if got := a.standing(t, card).State; got == action.Open {
					t.Errorf("%s: card %d is %s", collection, card, got)
				}
			}
		})
	}
}
