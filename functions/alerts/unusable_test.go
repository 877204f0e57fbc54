package alerts_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/store"
)

// TestDamagedRecord has people and readiness say at each run what is damaged, with
// the id that moves it aside.
func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 10, nil)
		f.store.put([]store.Record{{Collection: "incidents", Key: "card/1/usage", Value: []byte("{")}})
		for run := 1; run <= 2; run++ {
			_, err := f.Sweep(t.Context())
			damaged, ok := errors.AsType[*store.DamagedError](err)
			if !ok {
				t.Fatalf("Sweep = %v, want a *store.DamagedError", err)
			}
			reason, action := f.Ready(t.Context())
			if !strings.Contains(reason, "damaged") || !strings.Contains(action, damaged.ID) {
				t.Errorf("Ready = %q, %q, want the damage and its id", reason, action)
			}
			if logged := f.logs.String(); strings.Contains(logged, `"run done"`) {
				t.Errorf("after run %d the log says that a run without its state was done:\n%s", run, logged)
			}
			if n := len(f.slack.Inbox()); n != run || !strings.Contains(f.last(t), "SIGNALBOX_STATE_RESET="+damaged.ID) {
				t.Errorf("after run %d: %d messages, the last %s; want one each run, with the id", run, n, f.last(t))
			}
			time.Sleep(10 * time.Minute)
		}
	})
}

// TestOddRecord has records that decode, but are not what this program writes.
func TestOddRecord(t *testing.T) {
	t.Parallel()
	const incidents, sweep = "incidents", "sweep"
	for name, record := range map[string]store.Record{
		"null incident":        {Collection: incidents, Key: "card/1/usage", Value: []byte("null")},
		"other incident":       {Collection: incidents, Key: "card/1/usage", Value: []byte(`{"phase":"open"}`)},
		"incident at no phase": {Collection: incidents, Key: "card/1/usage", Value: []byte(`{"key":{"subject":{"kind":"card","id":"1"},"rule":"usage"}}`)},
		"null sweep":           {Collection: sweep, Key: "current", Value: []byte("null")},
		"other sweep":          {Collection: sweep, Key: "current", Value: []byte(`{"sweep":"s1"}`)},
		"null checkpoint":      {Collection: sweep, Key: "current", Value: []byte(`{"checkpoint":null}`)},
		"null health":          {Collection: sweep, Key: "health", Value: []byte("null")},
		"other health":         {Collection: sweep, Key: "health", Value: []byte("{}")},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, 10, nil)
			f.store.put([]store.Record{record})
			_, err := f.Sweep(t.Context())
			if _, ok := errors.AsType[*store.DamagedError](err); !ok || len(f.slack.Inbox()) != 1 {
				t.Errorf("%s: Sweep = %v with %d messages, want a *store.DamagedError and one", name, err, len(f.slack.Inbox()))
			}
		})
	}
}

// TestReceiverStateThatCannotBeUsed has the outbox, or the state, of one receiver fail
// for good: that is no success, what waits is not said to be nothing, and everybody is
// notified as of any other state that cannot be used.
func TestReceiverStateThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	damaged := &store.DamagedError{Where: "redis", ID: "abc123", Reason: "the key is not a hash"}
	outOfOrder := errors.New("out of order")
	tests := []struct {
		name, op, collection string
		err                  error
		waiting              int
		said                 [4]int // messages about it after each run
	}{
		{"outbox damaged", opList, "outbox/slack", damaged, notify.Unknown, [4]int{1, 2, 3, 4}},
		{"outbox cannot be read", opList, "outbox/slack", outOfOrder, notify.Unknown, [4]int{0, 0, 1, 2}},
		{"state damaged", opGet, "receivers", damaged, 1, [4]int{1, 2, 3, 4}},
		{"state cannot be read", opGet, "receivers", outOfOrder, 1, [4]int{0, 0, 1, 2}},
		{"state cannot be saved", opApply, "receivers", outOfOrder, 1, [4]int{0, 0, 1, 2}},
		{"lease lost", opApply, "receivers", store.ErrConflict, 1, [4]int{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, 10, nil)
				f.sweep(t)
				before := len(f.slack.Inbox())
				f.store.refuse = func(op, collection string) error {
					if op == test.op && collection == test.collection {
						return test.err
					}
					return nil
				}
				f.set(5, func(c *aliyuntest.Card) { c.Status, c.UsedBytes = aliyuntest.StatusInUse, c.PackageBytes })
				for run, want := range test.said {
					report, err := f.Sweep(t.Context())
					if !errors.Is(err, test.err) {
						t.Fatalf("run %d: Sweep = %v, want %v", run, err, test.err)
					}
					if report.Waiting != test.waiting || report.Messages != 0 {
						t.Errorf("run %d: Sweep = %+v, want %d waiting and no message", run, report, test.waiting)
					}
					if got := len(f.slack.Inbox()) - before; got != want {
						t.Errorf("after run %d: %d messages, want %d", run, got, want)
					}
					if reason, _ := f.Ready(t.Context()); (reason == "") != (want == 0 && errors.Is(err, store.ErrConflict)) {
						t.Errorf("after run %d: Ready = %q", run, reason)
					}
					time.Sleep(10 * time.Minute)
				}
				f.store.refuse = nil
				if r := f.sweep(t); r.Messages == 0 || r.Waiting != 0 {
					t.Errorf("Sweep = %+v once the state can be used, want all delivered", r)
				}
				if reason, _ := f.Ready(t.Context()); reason != "" {
					t.Errorf("Ready = %q once the state can be used", reason)
				}
			})
		})
	}
}

// TestStateThatCannotBeWritten has people notified from the third run on.
func TestStateThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 10, nil)
		full := true
		f.store.hook = func(op string) error {
			if op == opApply && full {
				return errors.New("no space left on device")
			}
			return nil
		}
		for run := 1; run <= 4; run++ {
			if _, err := f.Sweep(t.Context()); err == nil {
				t.Fatalf("run %d: no error", run)
			}
			if got, want := len(f.slack.Inbox()), max(0, run-2); got != want {
				t.Errorf("after run %d: %d messages, want %d", run, got, want)
			}
			if reason, _ := f.Ready(t.Context()); reason == "" {
				t.Errorf("after run %d Ready says that all is well", run)
			}
			time.Sleep(10 * time.Minute)
		}
		full = false
		f.sweep(t)
		if reason, action := f.Ready(t.Context()); reason != "" {
			t.Errorf("Ready = %q, %q once the state can be written", reason, action)
		}
	})
}

// panicking are rules that panic over one card.
type panicking struct {
	alerts.Rules

	card string
}

func (p *panicking) Evaluate(o rule.Observation, now time.Time) []rule.Evaluation {
	if o.Subject.ID == p.card {
		panic("a card too odd")
	}
	return p.Rules.Evaluate(o, now)
}

// TestPanicOverACard has the other cards checked, and that one said to be not.
func TestPanicOverACard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		odd := &panicking{Rules: standard()}
		f := newFixture(t, 10, func(c *alerts.Config) { c.Rules = odd })
		odd.card = f.cloud.ICCID(5)
		if r := f.sweep(t); !r.Done {
			t.Errorf("Sweep = %+v, want it done", r)
		}
		key := incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: odd.card}, Rule: rule.UnreadableName}
		if _, open := f.store.open(t)[key]; !open {
			t.Errorf("%v is not open: %v", key, f.store.open(t))
		}
	})
}

// refusal is an answer of Redis.
type refusal string

func (r refusal) Error() string { return string(r) }

// RedisError marks it as Redis's.
func (refusal) RedisError() {}

// TestRedisThatRefuses has readiness say what to mend.
func TestRedisThatRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 10, nil)
		f.store.hook = func(string) error { return refusal("WRONGPASS invalid username-password pair or user is disabled.") }
		if _, err := f.Sweep(t.Context()); err == nil {
			t.Error("Sweep = nil, want an error")
		}
		if reason, action := f.Ready(t.Context()); !strings.Contains(reason, "password") || !strings.Contains(action, "SIGNALBOX_REDIS_URL") {
			t.Errorf("Ready = %q, %q, want the password and where it is", reason, action)
		}
	})
}
