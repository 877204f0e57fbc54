package serve_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve"
	"signalbox/shared/serve/event"
	"signalbox/shared/serve/function"
)

// overlapping is what a run says that found another one under way.
type overlapping struct{}

func (overlapping) Overlapped() bool { return true }

// diary notes when runs begin, as the time since the start.
type diary struct {
	began time.Time
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(payload string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, strings.TrimSpace(fmt.Sprint(time.Since(d.began), " ", payload)))
}

// all returns what was noted, and forgets it.
func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

// runs is a function whose runs do as they are told.
func (d *diary) runs(name string, do func(ctx context.Context, e event.Scheduled) (any, error), timers ...function.Timer) serve.Function {
	f := named(name)
	f.Timers, f.RunTimeout = timers, 5*time.Minute
	f.Scheduled = func(ctx context.Context, e event.Scheduled) (any, error) {
		d.note(e.Payload)
		return do(ctx, e)
	}
	return f
}

func done(context.Context, event.Scheduled) (any, error) { return nil, nil }

// TestTimersKeepToTheirGrid has runs that take longer than the time between two.
func TestTimersKeepToTheirGrid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{began: time.Now()}
		took := []time.Duration{0, 90 * time.Second, time.Minute, 0}
		n := 0
		s := serveTogether(t, d.runs("one", func(context.Context, event.Scheduled) (any, error) {
			time.Sleep(took[n])
			n = min(n+1, len(took)-1)
			return nil, nil
		}, function.Timer{Name: "reports", Every: time.Minute}))
		time.Sleep(6 * time.Minute)
		s.end()
		want := []string{"1s", "1m1s", "3m1s", "5m1s"}
		if diff := cmp.Diff(want, d.all()); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

// TestTimersAreAlone has a run that hangs whatever its ctx says, and one that fails: the
// timers of others, and the function's other timer, go on.
func TestTimersAreAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hung, failing, well := &diary{began: time.Now()}, &diary{began: time.Now()}, &diary{began: time.Now()}
		release := make(chan struct{})
		s := serveTogether(t,
			hung.runs("hung", func(_ context.Context, e event.Scheduled) (any, error) {
				if e.Payload == "hang" {
					<-release
				}
				return nil, nil
			}, function.Timer{Name: "hangs", Payload: "hang", Every: time.Minute}, function.Timer{Name: "other", Payload: "other", Every: 4 * time.Minute}),
			failing.runs("failing", func(context.Context, event.Scheduled) (any, error) { panic("of a run") }, function.Timer{Name: "fails", Every: 4 * time.Minute}),
			well.runs("well", done, function.Timer{Name: "well", Every: 4 * time.Minute}))
		time.Sleep(5*time.Minute + 20*time.Second)
		if _, body := s.get("GET", "/readyz", ""); body != `{"status":"ready"}`+"\n" {
			t.Errorf("GET /readyz = %s, want nothing wrong while a run has time", body)
		}
		time.Sleep(20 * time.Second)
		if got := len(logged(t, s.logs.String(), "ERROR")); got != 3 { // two panics, and the run that hangs
			t.Errorf("%d error lines, want 3:\n%s", got, s.logs)
		}
		status, body := s.get("GET", "/readyz", "")
		if status != 200 || !strings.Contains(body, `{"status":"ready","warnings":[{"function":"hung","part":"timer"`) {
			t.Errorf("GET /readyz = %d, %s; want a warning of the run that hangs", status, body)
		}
		close(release)
		time.Sleep(time.Minute)
		if _, body := s.get("GET", "/readyz", ""); body != `{"status":"ready"}`+"\n" {
			t.Errorf("GET /readyz = %s, want no warning when the run has ended", body)
		}
		for _, got := range [][]string{failing.all(), well.all()} {
			if diff := cmp.Diff([]string{"1s", "4m1s"}, got); diff != "" {
				t.Errorf("runs of others (-want +got):\n%s", diff)
			}
		}
		want := []string{"1s hang", "1s other", "4m1s other", "6m1s hang"}
		if diff := cmp.Diff(want, slices.Sorted(slices.Values(hung.all()))); diff != "" {
			t.Errorf("runs of the one that hangs (-want +got):\n%s", diff)
		}
	})
}

// TestTimersEndARun wants its time bounded, with the cause.
func TestTimersEndARun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{began: time.Now()}
		s := serveTogether(t, d.runs("one", func(ctx context.Context, _ event.Scheduled) (any, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}, function.Timer{Name: "sweep", Every: 10 * time.Minute}))
		time.Sleep(5*time.Minute + 2*time.Second)
		if lines := logged(t, s.logs.String(), "ERROR"); len(lines) != 1 || lines[0]["error"] != "the run has taken its 5m0s: context deadline exceeded" || lines[0]["requestId"] == nil {
			t.Errorf("error lines = %v, want that the time is over", lines)
		}
	})
}

// TestTimersAskAgainSoon has the first run find the lease of a process that was killed.
func TestTimersAskAgainSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{began: time.Now()}
		serveTogether(t, d.runs("one", func(context.Context, event.Scheduled) (any, error) {
			if time.Since(d.began) < 40*time.Second {
				return overlapping{}, nil
			}
			return nil, nil
		}, function.Timer{Name: "sweep", Every: 10 * time.Minute}))
		time.Sleep(11 * time.Minute)
		if diff := cmp.Diff([]string{"1s", "16s", "31s", "46s", "10m1s"}, d.all()); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

// TestDailyTimer begins at midnight UTC, where synctest's time does.
func TestDailyTimer(t *testing.T) {
	t.Parallel()
	nine := function.Timer{Name: "summary", Payload: "summary", At: 9 * time.Hour, Zone: time.UTC}
	early := nine
	early.Zone = time.FixedZone("east", 10*60*60) // where it is 10 o'clock already
	fail := errors.New("no receiver takes it")
	tests := []struct {
		name  string
		timer function.Timer
		do    func(d *diary) (any, error)
		want  []string
	}{
		{"once a day", nine, func(*diary) (any, error) { return nil, nil }, []string{"9h0m5s summary", "33h0m5s summary"}},
		{"its time has passed at the start", early, func(*diary) (any, error) { return nil, nil }, []string{"5s summary", "23h0m5s summary"}},
		{
			"again until it goes well", nine,
			func(d *diary) (any, error) {
				if len(d.all()) < 3 {
					return nil, fail
				}
				return nil, nil
			},
			[]string{"9h0m5s summary", "9h10m5s summary", "9h20m5s summary", "33h0m5s summary"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &diary{began: time.Now()}
				serveTogether(t, d.runs("one", func(context.Context, event.Scheduled) (any, error) { return tt.do(d) }, tt.timer))
				time.Sleep(40 * time.Hour)
				if diff := cmp.Diff(tt.want, d.all()); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}
