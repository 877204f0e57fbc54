package otpwatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/internal/testsize"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/route"
	"signalbox/shared/store"
)

const (
	openedRate   = "opened otp/all/rate"
	resolvedRate = "resolved otp/all/rate"
)

// TestDrop plants a fall of one prefix: people are notified of it once, by its name, and
// once that it is over.
func TestDrop(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	s.until(monday.Add(8*time.Hour), drop(monday.Add(2*time.Hour), monday.Add(4*time.Hour)))
	if diff := cmp.Diff([]string{openedRate, resolvedRate}, s.kinds()); diff != "" {
		t.Errorf("changes that arrived (-want +got):\n%s", diff)
	}
	if !strings.Contains(s.titles[0], "SG +65 8123, ") || strings.Contains(s.texts.String(), "+65 9456") {
		t.Errorf("titles %q, of which the first should name the prefix; all:\n%s", s.titles, s.texts.String())
	}
	if open, err := s.watch().Open(t.Context()); len(open) > 0 || err != nil {
		t.Errorf("Open = %+v, %v", open, err)
	}
	if !strings.Contains(s.logs.String(), `"became":"opened"`) || !strings.Contains(s.logs.String(), `"became":"resolved"`) {
		t.Errorf("logs:\n%s", s.logs)
	}
}

// TestNothingToSay has what is no incident.
func TestNothingToSay(t *testing.T) {
	t.Parallel()
	scenes := map[string]counts{
		"a campaign": func(time.Time, window.Key) (requested int64, rate float64) { return 600, 0.7 },
		"a new country": func(_ time.Time, k window.Key) (requested int64, rate float64) {
			if k.Country == "VN" {
				return 200, 0.75
			}
			return 60, 0.7
		},
	}
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSender(t).train().until(monday.Add(3*time.Hour), scene, window.Key{Country: "VN", Prefix: "+8490"})
			if len(s.got) > 0 || s.profile().Until() != s.now.Add(-grace) {
				t.Errorf("arrived: %q %q; the past ends %s", s.got, s.titles, s.profile().Until())
			}
		})
	}
	t.Run("a night of three messages", func(t *testing.T) {
		t.Parallel()
		s := newSender(t)
		night := func(at time.Time, k window.Key) (requested int64, rate float64) {
			switch {
			case at.Hour() >= 6:
				return 60, 0.7
			case k == keys[0] && at.Hour() == 3 && at.Minute() < 15:
				return 1, 0
			default:
				return 0, 0
			}
		}
		s.until(monday.Add(4*24*time.Hour), night)
		if len(s.got) > 0 {
			t.Errorf("arrived: %q %q", s.got, s.titles)
		}
	})
}

// TestSilence has events stay away at a time at which they never do, for long enough that
// an open drop is over, too.
func TestSilence(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	s.until(monday.Add(2*time.Hour), drop(monday.Add(time.Hour), monday.Add(100*time.Hour)))
	s.until(monday.Add(16*time.Hour), func(time.Time, window.Key) (requested int64, rate float64) { return 0, 0 })
	s.until(monday.Add(18*time.Hour), usual)
	want := []string{openedRate, "opened otp/all/silence", resolvedRate, "resolved otp/all/silence"}
	if diff := cmp.Diff(want, s.kinds()); diff != "" {
		t.Errorf("changes that arrived (-want +got):\n%s\n%q", diff, s.titles)
	}
}

// TestReceiverDown has the receiver take nothing for six hours, in which a drop begins: it
// is notified after that, once.
func TestReceiverDown(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	s.refuses = errors.New("connection refused")
	falls := drop(monday.Add(time.Hour), monday.Add(9*time.Hour))
	s.until(monday.Add(6*time.Hour), falls)
	if report := s.must(); len(s.got) > 0 || report.Behind != 1 || report.Waiting != 1 || report.Open != 1 {
		t.Errorf("while it is down: %+v, arrived %q", report, s.got)
	}
	s.refuses = nil
	s.until(monday.Add(8*time.Hour), falls)
	if diff := cmp.Diff([]string{openedRate}, s.kinds()); diff != "" {
		t.Errorf("changes that arrived (-want +got):\n%s", diff)
	}
}

// TestFallback has another receiver be notified in place of one that is down, and of the end
// as well, whoever is routed to by then.
func TestFallback(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	s.refuses = errors.New("connection refused")
	var duty []string
	s.to = receiver.Set{
		Receivers: append(s.to.Receivers, notify.Receiver{Name: "duty", Poster: notify.PosterFunc(func(_ context.Context, m notify.Message) error {
			duty = append(duty, m.Title)
			return nil
		})}),
		Routes: route.Routes{{Country: "SG", Rule: watch.RateName, Receivers: []string{"ops"}, Fallback: []string{"duty"}}, {Receivers: []string{"ops"}}},
	}
	s.until(monday.Add(6*time.Hour), drop(monday.Add(time.Hour), monday.Add(3*time.Hour)))
	if len(duty) != 2 || !strings.Contains(duty[0], "OTP rate low") || !strings.Contains(duty[1], "Resolved") {
		t.Errorf("the fallback got %q, want the beginning and the end", duty)
	}
}

// TestKills kills the process at many batches of a story, and at all that put a change and the
// ones behind them, before or after the batch is written, and goes on with another: every
// change arrives, none under another id, and the past is the same as without.
func TestKills(t *testing.T) {
	t.Parallel()
	// The story begins when the incident is about to open, and ends once it is over.
	falls, from, to := drop(monday.Add(time.Hour), monday.Add(2*time.Hour)), monday.Add(75*time.Minute), monday.Add(190*time.Minute)
	story := func(kill int, lost bool) *sender {
		s := newSender(t).train().until(from, falls)
		s.store.kill, s.store.lost, s.store.batches, s.store.changes = kill, lost, 0, nil
		for s.now.Before(to) {
			s.add(falls)
			if _, err := s.run(); err != nil {
				s.store.dead = false
				s.now = s.now.Add(time.Minute) // the lease of the dead one ends
				s.must()
				s.now = s.now.Add(-time.Minute)
			}
		}
		return s
	}
	whole := story(-1, false)
	want, past := whole.kinds(), encoded(t, whole.profile())
	if len(want) != 2 {
		t.Fatalf("without kills arrived %q", want)
	}
	var kills []int
	for _, batch := range whole.store.changes {
		kills = append(kills, batch, batch+1)
	}
	for kill := 0; kill < whole.store.batches; kill += testsize.Of(10, 1) {
		kills = append(kills, kill)
	}
	slices.Sort(kills)
	t.Logf("%d batches, of which %d put a change", whole.store.batches, len(whole.store.changes))
	for _, kill := range slices.Compact(kills) {
		for _, lost := range []bool{false, true} {
			s := story(kill, lost)
			arrived := slices.Compact(slices.Sorted(slices.Values(s.got)))
			if kinds := slices.Compact(s.kinds()); !slices.Equal(kinds, want) || len(arrived) != len(want) {
				t.Errorf("killed at batch %d (%v): arrived %q, want %q", kill, lost, s.got, want)
			}
			if got := encoded(t, s.profile()); got != past {
				t.Errorf("killed at batch %d (%v): the past is another", kill, lost)
			}
		}
	}
}

func encoded(t *testing.T, p *watch.Profile) string {
	t.Helper()
	value, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

// TestBacklog has a day without runs, and then runs with little time: the windows are
// learnt in their order, each once, and a drop of that day is notified of.
func TestBacklog(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	falls := drop(monday.Add(20*time.Hour), monday.Add(100*time.Hour))
	for s.now.Before(monday.Add(24 * time.Hour)) {
		s.add(falls)
	}
	var learnt []time.Time
	var cancel context.CancelFunc
	s.evaluate = func(p *watch.Profile, windows []window.Window, settings watch.Settings) []watch.Evaluation {
		last := windows[len(windows)-1]
		if learnt = append(learnt, last.End); len(learnt)%50 == 0 {
			cancel()
		}
		for i := 1; i < len(windows); i++ {
			if !windows[i-1].Start.Before(windows[i].Start) {
				t.Errorf("windows out of order: %s, %s", windows[i-1].Start, windows[i].Start)
			}
		}
		if len(windows) != watch.Longest {
			t.Errorf("%d windows up to %s", len(windows), last.End)
		}
		return p.Step(windows, settings)
	}
	runs := 0
	for {
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		report, err := s.runIn(ctx, s.watch())
		cancel()
		if runs++; err != nil || runs > 10 {
			t.Fatalf("run %d: %+v, %v", runs, report, err)
		}
		if report.Why == "" {
			break
		}
	}
	var want []time.Time
	for at := monday.Add(length); !at.After(s.now.Add(-grace)); at = at.Add(length) {
		want = append(want, at)
	}
	if diff := cmp.Diff(want, learnt); diff != "" || runs != 6 {
		t.Errorf("%d runs, learnt (-want +got):\n%s", runs, diff)
	}
	if diff := cmp.Diff([]string{openedRate}, s.kinds()); diff != "" {
		t.Errorf("changes that arrived (-want +got):\n%s", diff)
	}
}

// TestNew learns the windows that there are, and notifies of nothing that was before.
func TestNew(t *testing.T) {
	t.Parallel()
	s := newSender(t)
	attack := func(at time.Time, k window.Key) (requested int64, rate float64) {
		if k.Country == "BD" && at.Before(monday.Add(30*time.Hour)) {
			return 500, 0
		}
		return 60, 0.7
	}
	for s.now.Before(monday.Add(36 * time.Hour)) {
		s.add(attack, window.Key{Country: "BD", Prefix: "+880171"})
	}
	if report := s.must(); report.Windows != 36*12-2 || len(s.got) > 0 || s.store.batches > 20 {
		t.Errorf("%+v, arrived %q, %d batches", report, s.got, s.store.batches)
	}
}

// TestDamage has records that cannot be decoded: they are moved aside, the log and the report
// say so, and the watch begins anew there, with what the windows still tell.
func TestDamage(t *testing.T) {
	t.Parallel()
	falls := drop(monday.Add(time.Hour), monday.Add(100*time.Hour))
	tests := []struct {
		name  string
		spoil func(s *sender)
		aside string
	}{
		{"a profile of bytes", func(s *sender) { s.put("watch", "profile", "\x00\x01") }, "watch-aside profile"},
		{"a profile that is another's", func(s *sender) { s.put("watch", "profile", `{"profile":{"schema":1}}`) }, "watch-aside profile"},
		{"an incident of bytes", func(s *sender) { s.put("watch-incidents", "otp/all/rate", "{") }, "watch-aside incident"},
		{"an incident of another key", func(s *sender) {
			s.put("watch-incidents", "otp/XX/pumping", string(s.store.records["watch-incidents"]["otp/all/rate"]))
		}, "watch-aside incident"},
		{"an unknown rule", func(s *sender) {
			s.put("watch-incidents", "otp/all/x", `{"key":{"subject":{"kind":"otp","id":"all"},"rule":"x"},"phase":"open","details":{"rule":"x"}}`)
		}, "watch-aside incident"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSender(t).train().until(monday.Add(2*time.Hour), falls)
			tt.spoil(s)
			s.add(falls)
			if report := s.must(); report.Damaged != 1 || !strings.Contains(s.logs.String(), "moved aside") {
				t.Errorf("%+v, logs:\n%s", report, s.logs)
			}
			if aside := s.store.keys("watch-aside"); !slices.Equal(aside, []string{tt.aside}) {
				t.Errorf("aside: %q, want %q", aside, tt.aside)
			}
			if report := s.must(); report.Damaged != 0 || s.profile().Until() != s.now.Add(-grace) {
				t.Errorf("the next run: %+v; the past ends %s", report, s.profile().Until())
			}
			if open, err := s.watch().Open(t.Context()); err != nil || len(open) > 1 {
				t.Errorf("Open = %+v, %v", open, err)
			}
		})
	}
}

func (s *sender) put(collection, key, value string) {
	s.store.put(store.Record{Collection: collection, Key: key, Value: []byte(value)})
}

// TestNewerVersion leaves what a newer version has written as it is.
func TestNewerVersion(t *testing.T) {
	t.Parallel()
	s := newSender(t)
	s.put("watch", "profile", `{"profile":{"schema":2}}`)
	report, err := s.run()
	if !errors.Is(err, watch.ErrSchema) || !strings.Contains(report.Why, "newer version") {
		t.Errorf("%+v, %v", report, err)
	}
	if got := string(s.store.records["watch"]["profile"]); got != `{"profile":{"schema":2}}` {
		t.Errorf("the past is %s now", got)
	}
}

// TestPanic has the rules fail over one window: it is passed over, and those after it are
// learnt as ever.
func TestPanic(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	tried := 0
	s.evaluate = func(p *watch.Profile, windows []window.Window, settings watch.Settings) []watch.Evaluation {
		evaluations := p.Step(windows, settings)
		if windows[len(windows)-1].Start.Equal(monday.Add(time.Hour)) {
			tried++
			panic("a poisonous window")
		}
		return evaluations
	}
	s.until(monday.Add(2*time.Hour), usual)
	if tried != 1 || len(s.got) > 0 || s.profile().Until() != s.now.Add(-grace) || !strings.Contains(s.logs.String(), "a poisonous window") {
		t.Errorf("tried %d times, arrived %q, the past ends %s", tried, s.got, s.profile().Until())
	}
}

// TestWindowsThatFail has the ledger fail, a window be damaged, and one not close.
func TestWindowsThatFail(t *testing.T) {
	t.Parallel()
	s := newSender(t).train().until(monday.Add(time.Hour), usual)
	s.err = errors.New("connection refused")
	s.add(usual)
	before := s.profile().Until()
	if report, err := s.run(); err == nil || report.Why == "" || s.profile().Until() != before {
		t.Errorf("without a ledger: %+v, %v", report, err)
	}
	s.err = &store.DamagedError{Where: "x", ID: "y", Reason: "z"}
	if report := s.must(); report.Windows != 1 || !strings.Contains(report.Why, "damaged") {
		t.Errorf("with damage: %+v", report)
	}
	s.err = nil
	s.windows[len(s.windows)-1].Status = window.Closing
	s.windows[len(s.windows)-1].Closes = s.now.Add(20 * time.Minute)
	for range 4 {
		s.add(usual)
	}
	if report := s.must(); report.Windows != 1 {
		t.Errorf("while a window may close: %+v, want those before it alone", report)
	}
	s.until(s.now.Add(2*time.Hour), usual)
	if s.profile().Until() != s.now.Add(-grace) || len(s.got) > 0 {
		t.Errorf("after a window that never closes the past ends %s, now %s; arrived %q", s.profile().Until(), s.now, s.got)
	}
}

// TestClock has the clock jump a day ahead and back: nothing is watched in between, and all
// is, soon after.
func TestClock(t *testing.T) {
	t.Parallel()
	s := newSender(t).train().until(monday.Add(time.Hour), usual)
	right := s.now
	s.now = right.Add(24 * time.Hour)
	s.until(s.now.Add(30*time.Minute), usual)
	s.now = right
	if report := s.must(); report.Why != "" {
		t.Errorf("after the clock went back: %+v", report)
	}
	s.until(right.Add(time.Hour), usual)
	if s.profile().Until() != s.now.Add(-grace) {
		t.Errorf("the past ends %s, now %s", s.profile().Until(), s.now)
	}
	arrived := s.kinds()
	if slices.Contains(arrived, openedRate) {
		t.Errorf("arrived %q: %q", arrived, s.titles)
	}
	s.until(right.Add(4*time.Hour), drop(right.Add(time.Hour), right.Add(100*time.Hour)))
	if !slices.Contains(s.kinds(), openedRate) {
		t.Errorf("arrived %q, want the drop among it", s.kinds())
	}
}

// TestLostLease has another run take over: nothing is written any more.
func TestLostLease(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	s.add(usual)
	s.now = s.now.Add(grace)
	r, err := s.watch().Begin(t.Context(), store.Record{Collection: "leases", Key: "report/holder", Value: []byte("nobody")})
	if err != nil {
		t.Fatal(err)
	}
	before := s.profile().Until()
	if err := r.Learn(t.Context()); !errors.Is(err, store.ErrLost) {
		t.Errorf("Learn = %v, want %v", err, store.ErrLost)
	}
	if _, err := r.Evaluate(t.Context(), watch.ReportsObservation{DeadLetters: 1}.Evaluate(s.now)); !errors.Is(err, store.ErrLost) {
		t.Errorf("Evaluate = %v, want %v", err, store.ErrLost)
	}
	if got := s.profile().Until(); got != before || len(s.store.keys("watch-incidents")) > 0 {
		t.Errorf("the past ends %s, before %s; incidents %q", got, before, s.store.keys("watch-incidents"))
	}
}

// TestForgotten has an incident of a country that the past does not know any more.
func TestForgotten(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	s.put("watch-incidents", "otp/QQ/pumping", `{"key":{"subject":{"kind":"otp","id":"QQ"},"rule":"pumping"},"phase":"open",
		"opened":"2026-11-22T00:00:00Z","severity":"warning","details":{},"notified":{"count":1,"at":"2026-11-22T00:00:00Z","open":true,"severity":"warning","peakSeverity":"warning"}}`)
	s.until(monday.Add(30*time.Minute), usual)
	if open, _ := s.watch().Open(t.Context()); len(open) != 1 || open[0].Key.Subject.ID != "QQ" {
		t.Errorf("after half an hour open are %+v", open)
	}
	s.until(monday.Add(2*time.Hour), usual)
	if diff := cmp.Diff([]string{"resolved otp/QQ/pumping"}, s.kinds()); diff != "" {
		t.Errorf("changes that arrived (-want +got):\n%s", diff)
	}
}

// TestBounded has every country that can be named be pumped.
func TestBounded(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	var all []window.Key
	for n := range 26 * 26 {
		code := string([]byte{'A' + byte(n/26), 'A' + byte(n%26)})
		all = append(all, window.Key{Country: code, Prefix: fmt.Sprint("+", 100+n, "1234")})
	}
	attack := func(_ time.Time, k window.Key) (requested int64, rate float64) {
		if slices.Contains(keys, k) {
			return 60, 0.7
		}
		return 100, 0
	}
	s.until(monday.Add(40*time.Minute), attack, all...)
	if n := len(s.store.keys("watch-incidents")); n < 500 || n > 26*26+3 {
		t.Errorf("%d incidents", n)
	}
	for _, title := range s.titles {
		if len(title) > 200 {
			t.Errorf("a title of %d bytes: %q", len(title), title)
		}
	}
}

// TestReportsWait has the rule about reports advance like the others.
func TestReportsWait(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	for minute := range 180 {
		s.now = s.now.Add(time.Minute)
		lease, err := store.Acquire(t.Context(), s.store, store.LeaseConfig{Name: "report", Length: time.Minute, Now: func() time.Time { return s.now }})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.watch().Begin(t.Context(), lease.Fence())
		if err != nil {
			t.Fatal(err)
		}
		var o watch.ReportsObservation
		if minute < 90 {
			o = watch.ReportsObservation{Waiting: 3, Oldest: monday, Why: "circuit breaker open"}
		}
		_, err = r.Evaluate(t.Context(), o.Evaluate(s.now))
		if err = errors.Join(err, r.Deliver(t.Context()), lease.Release(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"opened otp/reports/reports", "resolved otp/reports/reports"}, s.kinds()); diff != "" {
		t.Errorf("changes that arrived (-want +got):\n%s", diff)
	}
	if !strings.Contains(s.texts.String(), "circuit breaker open") || !strings.Contains(s.titles[0], "3 reports of rates wait") {
		t.Errorf("texts:\n%s", s.texts.String())
	}
}
