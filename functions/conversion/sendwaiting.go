package conversion

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"signalbox/functions/conversion/outbox"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun"
	"signalbox/shared/metric"
)

// The reports that wait are sent in their order, a few at the same time, so that the
// quota and not the time of an answer is what bounds them: each begins when the one
// before it is done, or has had the time of one permit, and none more than a few ahead
// of the oldest that is not done.
const (
	reportsAtOnce = 32 // read and written together
	sentAtOnce    = 4
)

// sendWaiting sends the reports that wait when it begins, each once at most.
func (r *run) sendWaiting(ctx context.Context) error {
	tail, err := r.outbox.Tail(ctx)
	for {
		var entries []outbox.Entry
		if err == nil {
			entries, err = r.outbox.Oldest(ctx, tail, reportsAtOnce)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		outcomes := r.sendSome(ctx, entries)
		settled, err := r.settle(ctx, outcomes)
		if err != nil || settled == 0 {
			return errors.Join(err, r.countWaiting(ctx))
		}
	}
}

// countWaiting adds the reports that wait to the run's own report.
func (r *run) countWaiting(ctx context.Context) error {
	bounded, cancel := afterwards(ctx)
	defer cancel()
	n, err := r.outbox.Waiting(bounded)
	r.report.Waiting += n
	return err
}

// sendSome sends entries in their order, until one says that all behind it would fail.
func (r *run) sendSome(ctx context.Context, entries []outbox.Entry) []outbox.Outcome {
	s := &sending{run: r, outcomes: make([]outbox.Outcome, len(entries)), last: -1}
	done := make([]chan struct{}, len(entries))
	for n, e := range entries {
		s.outcomes[n], done[n] = outbox.Outcome{Entry: e, Status: outbox.Accepted}, make(chan struct{})
		if n >= sentAtOnce {
			<-done[n-sentAtOnce]
		}
		if !s.begins(ctx, e) {
			close(done[n])
			continue
		}
		go func() {
			defer close(done[n])
			s.one(ctx, n)
		}()
		r.onePermit(done[n])
	}
	for _, d := range done {
		<-d
	}
	s.moveFailed()
	return s.outcomes
}

// onePermit waits until done, or for as long as the quota has one permit each.
func (r *run) onePermit(done <-chan struct{}) {
	timer := time.NewTimer(time.Duration(float64(time.Second) / r.config.PerSecond))
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// sending is a few entries on their way.
type sending struct {
	*run

	outcomes []outbox.Outcome

	mu     sync.Mutex
	failed []int // those that failed and let others go on
	last   int   // the last that was forwarded, -1 for none
}

// begins reports whether there is any use in sending an entry. One that has waited for
// too long is tried whatever came before, so that it becomes a dead letter.
func (s *sending) begins(ctx context.Context, e outbox.Entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	tooLong := e.Waited(s.config.Now()) > s.config.Keep
	return ctx.Err() == nil && (s.stopped == nil || tooLong)
}

func (s *sending) one(ctx context.Context, n int) {
	o := &s.outcomes[n]
	if o.Unreadable != nil {
		o.Status, o.Reason = outbox.Dead, "the record cannot be read"
		return
	}
	answer, err := s.send(ctx, o.Report)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.after(ctx, err, o.Waited(s.config.Now())) {
	case stepDone:
		o.Status, o.RequestID = outbox.Forwarded, string(answer.RequestID)
		s.last = max(s.last, n)
	case stepDead:
		o.Status, o.Reason = outbox.Dead, aliyun.Cause(err)
	case stepNext:
		s.failed = append(s.failed, n)
	default:
		s.stop(ctx, err)
	}
}

// moveFailed puts those behind all others that failed while a later one was forwarded:
// they fail alone.
func (s *sending) moveFailed() {
	for _, n := range s.failed {
		s.outcomes[n].Behind = n < s.last
	}
}

// settle writes what became of entries, and returns how many do not wait where they
// did.
func (r *run) settle(ctx context.Context, outcomes []outbox.Outcome) (settled int, err error) {
	for _, o := range outcomes {
		if o.Status != outbox.Accepted || o.Behind {
			settled++
		}
	}
	if settled == 0 {
		return 0, nil
	}
	bounded, cancel := afterwards(ctx)
	defer cancel()
	if err := r.outbox.Settle(bounded, r.fence, outcomes); err != nil {
		return 0, err
	}
	for _, o := range outcomes {
		err = errors.Join(err, r.settled(bounded, o))
	}
	return settled, err
}

// settled counts an outcome, and marks the window that a dead letter was about.
func (r *run) settled(ctx context.Context, o outbox.Outcome) error {
	switch o.Status {
	case outbox.Forwarded:
		r.report.Forwarded++
		r.config.Meter.Add(metric.Reports, 1, countForwarded)
	case outbox.Dead:
		r.report.DeadLetters++
		r.noteDead(ctx, o)
	default: // it waits
	}
	if o.Window == nil || o.Status != outbox.Forwarded {
		return nil
	}
	w := window.Window{
		Start: o.Window.From(), End: o.Window.To(), Status: window.Reported,
		ReportTime: time.UnixMilli(o.Report.Time), RequestID: o.RequestID,
	}
	if err := r.config.Windows.Mark(ctx, w); err != nil {
		return fmt.Errorf("a dead letter was sent: %w", err)
	}
	return nil
}
