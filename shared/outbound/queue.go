package outbound

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"signalbox/shared/delivery"
)

const (
	maxFaults    = 4           // failures of the receiver or of the network for one message
	maxLimits    = 25          // answers that ask to wait for one message
	firstBackoff = time.Second // ceiling of the first wait after a failure, doubled each time
)

// Queue is a send queue: it sends one job at a time, in the order in which they came.
// None overtakes one that has to wait. Make it with NewQueue. It is safe for
// concurrent use.
type Queue struct {
	jitter  func(ceiling time.Duration) time.Duration
	sending chan struct{} // holds one value while a job is being sent

	mu     sync.Mutex
	paused delivery.Error // why nothing may be sent before its NotBefore
}

// NewQueue returns an empty queue. jitter picks a wait of at most ceiling before an
// attempt after a fault. Nil means any time between zero and ceiling, all equally likely.
func NewQueue(jitter func(ceiling time.Duration) time.Duration) *Queue {
	if jitter == nil {
		jitter = func(ceiling time.Duration) time.Duration { return rand.N(ceiling + 1) }
	}
	return &Queue{jitter: jitter, sending: make(chan struct{}, 1)}
}

// Job is a message, a file or a question on its way.
type Job struct {
	Attempted string // what is to be done, in words, such as "post to slack"
	Pace      Pace
	// Send makes one attempt and returns what came of it, nil where the receiver
	// took it.
	Send func(ctx context.Context) *delivery.Error
	// Plainer has the next attempt send something simpler than what was rejected, or
	// reports false where nothing is simpler. Nil: nothing is.
	Plainer func(ctx context.Context, rejected *delivery.Error) bool
	// MaxWait is how long a receiver may ask to wait for the job to wait here. Zero:
	// as long as ctx lasts.
	MaxWait time.Duration

	attempts int // calls of Send
	faults   int // of them, those that the receiver or the network failed
	limits   int // of them, those that the receiver asked to wait after
}

// Do waits until j may be sent and sends it until the receiver takes it or no attempt
// can help. It waits as long as the receiver asks, but never for a time that lies
// beyond ctx's deadline or just before it: it then returns at once. Its errors are of
// the type [*delivery.Error].
func (q *Queue) Do(ctx context.Context, j Job) error {
	failure := q.enter(ctx, j.MaxWait)
	if failure == nil {
		failure = q.send(ctx, &j)
		<-q.sending
	}
	if failure == nil {
		return nil
	}
	failure.Attempted, failure.Attempts = j.Attempted, j.attempts
	return failure
}

// enter waits until all jobs that came before are done, or returns at
// once where a pause lasts longer than ctx or maxWait. A Go channel serves those who wait in
// the order in which they came.
func (q *Queue) enter(ctx context.Context, maxWait time.Duration) *delivery.Error {
	if wait, failure := q.pauseLeft(ctx); !endsInTime(ctx, wait) || isLong(wait, maxWait) {
		return failure
	}
	if ctx.Err() == nil {
		select {
		case q.sending <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	}
	return &delivery.Error{Kind: delivery.KindRateLimited, Reason: "waiting in the send queue", Cause: ctx.Err()}
}

func isLong(wait, most time.Duration) bool { return most > 0 && wait > most }

func (q *Queue) send(ctx context.Context, j *Job) *delivery.Error {
	var last *delivery.Error
	for {
		if failure := q.await(ctx, j.Pace); failure != nil {
			if last != nil { // It says more than what keeps it from being sent again.
				failure.Status, failure.Reason = last.Status, last.Reason
			}
			return failure
		}
		j.attempts++
		last = j.Send(ctx)
		if last == nil || !q.tryAgain(ctx, j, last) {
			return last
		}
	}
}

// tryAgain prepares the next attempt, or reports false where none can help or
// one might deliver the message a second time.
func (q *Queue) tryAgain(ctx context.Context, j *Job, failure *delivery.Error) bool {
	switch failure.Kind {
	case delivery.KindRateLimited:
		q.pause(*failure)
		j.limits++
		return j.limits < maxLimits && !isLong(failure.RetryAfter, j.MaxWait)
	case delivery.KindUnavailable:
		j.faults++
		if failure.Uncertain || j.faults == maxFaults || ctx.Err() != nil {
			return false
		}
		backoff := *failure
		backoff.Wait(time.Now(), q.jitter(firstBackoff<<(j.faults-1)))
		q.pause(backoff)
		return true
	case delivery.KindRejected:
		return j.Plainer != nil && j.Plainer(ctx, failure)
	default:
		return false
	}
}

// pause keeps everybody from sending before cause's NotBefore, the jobs
// that queue included: none may overtake, and what the receiver asks for is meant for
// all of them.
func (q *Queue) pause(cause delivery.Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.paused = cause
}

// pauseLeft returns how long nothing may be sent, and why, as a failure of
// somebody whose ctx ends before that.
func (q *Queue) pauseLeft(ctx context.Context) (time.Duration, *delivery.Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	failure := q.paused
	wait := max(0, time.Until(failure.NotBefore))
	failure.RetryAfter, failure.Cause = wait, ctx.Err()
	return wait, &failure
}

// await returns when the next request may be sent, or at once with the reason
// why it may not be before ctx ends.
func (q *Queue) await(ctx context.Context, p Pace) *delivery.Error {
	if wait, _ := q.pauseLeft(ctx); wait > 0 && !sleep(ctx, wait) {
		_, failure := q.pauseLeft(ctx)
		return failure
	}
	return p.await(ctx)
}
