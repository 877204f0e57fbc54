package serve

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/shared/logging"
	"signalbox/shared/serve/event"
	"signalbox/shared/serve/function"
)

const (
	// firstRun is how long after the start the first run of a timer is due: a run that
	// was cut off by a restart goes on soon.
	firstRun = time.Second
	// firstDaily comes later, so that the day's run finds what the first other one does.
	firstDaily = 5 * time.Second
	// dayCheck is how often a clock is looked at that people set, and that machines lose
	// while they sleep.
	dayCheck = time.Minute
	// dayAgain is after how long the run of a day is tried again that failed.
	dayAgain = 10 * time.Minute
	// runAgain is the same for one that found another under way, such as that of a process
	// that was killed and whose lease goes on for a while.
	runAgain = 15 * time.Second
	// overdue is how long a run may take to end after its time is over.
	overdue = 30 * time.Second
)

// timers ask for the runs of functions that have no platform to do so. Each timer has
// one run at a time, and waits for no other timer.
type timers struct {
	all  []*timer
	runs sync.WaitGroup
}

// timer is one of them.
type timer struct {
	function.Timer

	service *service
	// until is when the run that is under way has to have ended. Nil: none is.
	until atomic.Pointer[time.Time]
}

func (t *timers) add(s *service) {
	for _, one := range s.Timers {
		t.all = append(t.all, &timer{Timer: one, service: s})
	}
}

// start has every timer ask for its first run. They end with the service's stopping.
func (t *timers) start(ctx context.Context) {
	for _, one := range t.all {
		ctx, cancel := one.service.untilStopping(ctx)
		t.runs.Go(func() {
			defer cancel()
			if one.Every > 0 {
				one.repeat(ctx)
			} else {
				one.daily(ctx)
			}
		})
	}
}

// wait returns when the last run has ended, or ctx has.
func (t *timers) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.runs.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unusable says which runs do not end. All else works, so that it is a warning.
func (t *timers) unusable() []Unusable {
	var parts []Unusable
	for _, one := range t.all {
		if until := one.until.Load(); until != nil && time.Now().After(*until) {
			parts = append(parts, Unusable{
				Function: one.service.Name, Part: "timer", Warning: true,
				Reason: "the run of the timer " + one.Name + " does not end although its time is over, and no other begins",
				Action: "see the log; restart the process",
			})
		}
	}
	return parts
}

// repeat asks for runs at the same distance from each other, however long each takes.
// Those whose time comes while one is under way are left out.
func (t *timer) repeat(ctx context.Context) {
	first := time.Now().Add(firstRun)
	for at := first; sleepUntil(ctx, at); {
		again := t.run(ctx) == ranNot
		at = t.After(first, time.Now())
		if soon := time.Now().Add(runAgain); again && soon.Before(at) {
			at = soon
		}
	}
}

// daily asks for a run when its time of the day has come, or has passed at the start: what
// was done today already, the function knows.
func (t *timer) daily(ctx context.Context) {
	var done string
	var notBefore time.Time
	for at := time.Now().Add(firstDaily); sleepUntil(ctx, at); at = time.Now().Add(dayCheck) {
		now := time.Now()
		due, day := t.Today(now)
		if day == done || now.Before(due) || time.Now().Before(notBefore) {
			continue
		}
		if t.run(ctx) == ran {
			done = day
		} else {
			notBefore = time.Now().Add(dayAgain)
		}
	}
}

// sleepUntil returns whether at has come before ctx has ended.
func sleepUntil(ctx context.Context, at time.Time) bool {
	sleep := time.NewTimer(time.Until(at))
	defer sleep.Stop()
	select {
	case <-sleep.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// ending is how a run went.
type ending int

const (
	ran    ending = iota
	ranNot        // another one was under way
	failed
)

// run makes one run, and returns when it has ended: one that goes on after its time is
// over is waited for, since there may be no two.
func (t *timer) run(ctx context.Context) ending {
	s := t.service
	ctx = logging.WithRequestID(ctx, rand.Text())
	cause := fmt.Errorf("the run has taken its %s: %w", s.RunTimeout, context.DeadlineExceeded)
	bounded, cancel := context.WithTimeoutCause(ctx, s.RunTimeout, cause)
	defer cancel()
	until := time.Now().Add(s.RunTimeout + overdue)
	t.until.Store(&until)
	defer t.until.Store(nil)
	late := time.AfterFunc(time.Until(until), func() {
		s.Logger.LogAttrs(ctx, slog.LevelError, "run does not end", slog.String("timer", t.Name))
	})
	defer late.Stop()
	o, err := s.run(bounded, event.NewScheduled(s.now(), t.Name, t.Payload))
	switch {
	case err != nil:
		return failed // It has been logged.
	case o.overlapped:
		return ranNot
	default:
		return ran
	}
}
