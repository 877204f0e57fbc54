package slack

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"signalbox/shared/logging"
)

const (
	defaultTimeout = 10 * time.Second
	maxFaults      = 4           // failures of Slack or of the network for one message
	maxLimits      = 25          // answers that ask to wait for one message
	firstBackoff   = time.Second // ceiling of the first wait after a failure, doubled each time
)

// client is how requests reach Slack.
type client struct {
	transport http.RoundTripper
	timeout   time.Duration
	jitter    func(ceiling time.Duration) time.Duration
	logger    *slog.Logger
}

// newClient returns a client over what lent lends. Any argument may be nil.
func newClient(lent *http.Client, jitter func(time.Duration) time.Duration, logger *slog.Logger) *client {
	lent = cmp.Or(lent, &http.Client{})
	c := &client{
		transport: lent.Transport,
		timeout:   cmp.Or(lent.Timeout, defaultTimeout),
		jitter:    jitter,
		logger:    cmp.Or(logger, logging.Discard()),
	}
	if c.transport == nil {
		c.transport = http.DefaultTransport
	}
	if c.jitter == nil {
		c.jitter = func(ceiling time.Duration) time.Duration { return rand.N(ceiling + 1) }
	}
	return c
}

// sendQueue sends one delivery at a time, in the order in which they came. None
// overtakes one that has to wait.
type sendQueue struct {
	*client
	sending chan struct{} // holds one value while a delivery is being sent

	mu     sync.Mutex
	paused Error // why nothing may be sent before its NotBefore
}

func newSendQueue(c *client) *sendQueue {
	return &sendQueue{client: c, sending: make(chan struct{}, 1)}
}

// delivery is a message, a file or a question on its way.
type delivery struct {
	operation operation
	message   Message
	pace      pace
	// send makes one attempt and returns what came of it, nil where Slack took
	// the message.
	send func(ctx context.Context, m Message) *Error

	attempts int // calls of send
	faults   int // of them, those that Slack or the network failed
	limits   int // of them, those that Slack asked to wait after
}

// deliver waits until d may be sent and sends it until Slack takes it or no
// attempt can help. Its errors are of the type *Error.
func (q *sendQueue) deliver(ctx context.Context, d delivery) error {
	failure := q.enter(ctx)
	if failure == nil {
		failure = q.send(ctx, &d)
		<-q.sending
	}
	if failure == nil {
		return nil
	}
	failure.operation, failure.Attempts = d.operation, d.attempts
	return failure
}

// enter waits until all deliveries that came before are done, or returns at
// once where a pause lasts longer than ctx. A Go channel serves those who wait in
// the order in which they came.
func (q *sendQueue) enter(ctx context.Context) *Error {
	if wait, failure := q.pauseLeft(ctx); !endsInTime(ctx, wait) {
		return failure
	}
	if ctx.Err() == nil {
		select {
		case q.sending <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	}
	return &Error{Kind: KindRateLimited, Reason: "waiting in the send queue", cause: ctx.Err()}
}

func (q *sendQueue) send(ctx context.Context, d *delivery) *Error {
	for {
		if failure := q.await(ctx, d.pace); failure != nil {
			return failure
		}
		d.attempts++
		failure := d.send(ctx, d.message)
		if failure == nil || !q.tryAgain(ctx, d, failure) {
			return failure
		}
	}
}

// tryAgain prepares the next attempt, or reports false where none can help or
// one might deliver the message a second time.
func (q *sendQueue) tryAgain(ctx context.Context, d *delivery, failure *Error) bool {
	switch failure.Kind {
	case KindRateLimited:
		q.pause(*failure)
		d.limits++
		return d.limits < maxLimits
	case KindUnavailable:
		d.faults++
		if failure.Uncertain || d.faults == maxFaults || ctx.Err() != nil {
			return false
		}
		backoff := *failure
		backoff.wait(time.Now(), q.jitter(firstBackoff<<(d.faults-1)))
		q.pause(backoff)
		return true
	case KindRejected:
		if len(d.message.Blocks) == 0 {
			return false
		}
		d.message = d.message.plainer()
		q.logPlainer(ctx, failure, d.message)
		return true
	default:
		return false
	}
}

// pause keeps everybody from sending before cause's NotBefore, the deliveries
// that queue included: none may overtake, and what Slack asks for is meant for
// all of them.
func (q *sendQueue) pause(cause Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.paused = cause
}

// pauseLeft returns how long nothing may be sent, and why, as a failure of
// somebody whose ctx ends before that.
func (q *sendQueue) pauseLeft(ctx context.Context) (time.Duration, *Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	failure := q.paused
	wait := max(0, time.Until(failure.NotBefore))
	failure.RetryAfter, failure.cause = wait, ctx.Err()
	return wait, &failure
}

// await returns when the next request may be sent, or at once with the reason
// why it may not be before ctx ends.
func (q *sendQueue) await(ctx context.Context, p pace) *Error {
	if wait, _ := q.pauseLeft(ctx); wait > 0 && !sleep(ctx, wait) {
		_, failure := q.pauseLeft(ctx)
		return failure
	}
	return p.await(ctx)
}

func (q *sendQueue) logPlainer(ctx context.Context, failure *Error, next Message) {
	q.logger.LogAttrs(ctx, slog.LevelWarn, "slack refused the blocks, sending a plainer message",
		slog.Int("status", failure.Status), slog.String("reason", failure.Reason), slog.Int("blocks_left", len(next.Blocks)))
}
