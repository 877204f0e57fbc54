package slack

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"signalbox/shared/logging"
)

const (
	defaultTimeout = 10 * time.Second
	maxFaults      = 4           // answers of 5xx and lost connections for one message
	firstBackoff   = time.Second // ceiling of the first wait after such a fault, doubled each time
)

// lane is the way to one channel. Deliveries go down it one at a time, in the
// order in which they came, and none overtakes one that has to wait.
type lane struct {
	transport http.RoundTripper
	timeout   time.Duration
	jitter    func(ceiling time.Duration) time.Duration
	logger    *slog.Logger

	turn chan struct{} // holds one value while somebody has the turn
	hold hold          // belongs to whoever has the turn
}

// hold is a time before which nothing may be sent, and the failure that asked
// for it.
type hold struct {
	until time.Time
	cause Error
}

// newLane returns a lane over what client lends. Any argument may be nil.
func newLane(client *http.Client, jitter func(time.Duration) time.Duration, logger *slog.Logger) *lane {
	client = cmp.Or(client, &http.Client{})
	l := &lane{
		transport: client.Transport,
		timeout:   cmp.Or(client.Timeout, defaultTimeout),
		jitter:    jitter,
		logger:    cmp.Or(logger, logging.Discard()),
		turn:      make(chan struct{}, 1),
	}
	if l.transport == nil {
		l.transport = http.DefaultTransport
	}
	if l.jitter == nil {
		l.jitter = func(ceiling time.Duration) time.Duration { return rand.N(ceiling + 1) }
	}
	return l
}

// takeTurn queues for the turn. A channel serves those who wait in the order
// in which they came.
func (l *lane) takeTurn(ctx context.Context) *Error {
	if ctx.Err() == nil {
		select {
		case l.turn <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	}
	return &Error{Kind: KindRateLimited, Reason: "waiting for its turn", cause: ctx.Err()}
}

func (l *lane) leave() { <-l.turn }

// delivery is one message on its way.
type delivery struct {
	message Message
	pace    pace
	// send makes one attempt and returns what came of it, nil where Slack took
	// the message.
	send func(ctx context.Context, m Message) *Error

	attempts int // calls of send
	faults   int // of them, those that Slack or the network failed
}

// deliver sends d until Slack takes it or no attempt can help. The caller has
// the turn.
func (l *lane) deliver(ctx context.Context, d delivery) *Error {
	for {
		if failure := l.await(ctx, d.pace); failure != nil {
			failure.Attempts = d.attempts
			return failure
		}
		d.attempts++
		failure := d.send(ctx, d.message)
		if failure == nil {
			return nil
		}
		failure.Attempts = d.attempts
		if !l.tryAgain(ctx, &d, failure) {
			return failure
		}
	}
}

// tryAgain prepares the next attempt, or reports false where none can help.
func (l *lane) tryAgain(ctx context.Context, d *delivery, failure *Error) bool {
	switch failure.Kind {
	case KindRateLimited:
		l.pause(failure, failure.RetryAfter)
		return true
	case KindUnavailable:
		d.faults++
		if d.faults == maxFaults || ctx.Err() != nil {
			return false
		}
		l.pause(failure, l.jitter(firstBackoff<<(d.faults-1)))
		return true
	case KindRejected:
		if len(d.message.Blocks) == 0 || isLost(failure.Reason) {
			return false
		}
		d.message = d.message.plainer()
		l.logPlainer(ctx, failure, d.message)
		return true
	default:
		return false
	}
}

// pause keeps everybody from sending for d, the messages that queue included:
// nobody may overtake, and Slack's wish is meant for the whole channel.
func (l *lane) pause(cause *Error, d time.Duration) {
	l.hold = hold{until: time.Now().Add(d), cause: *cause}
}

// await returns when the next request may be sent, or at once with the reason
// why it may not be before ctx ends.
func (l *lane) await(ctx context.Context, p pace) *Error {
	if wait := time.Until(l.hold.until); wait > 0 {
		failure := l.hold.cause
		failure.RetryAfter = wait
		if !sleep(ctx, wait) {
			failure.cause = ctx.Err()
			return &failure
		}
	}
	return p.await(ctx)
}

func (l *lane) logPlainer(ctx context.Context, failure *Error, next Message) {
	l.logger.LogAttrs(ctx, slog.LevelWarn, "slack refused the blocks, sending a plainer message",
		slog.Int("status", failure.Status), slog.String("reason", failure.Reason), slog.Int("blocks_left", len(next.Blocks)))
}
