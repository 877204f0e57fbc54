package slack

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	slackgo "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"signalbox/shared/logging"
)

const (
	defaultTimeout  = 10 * time.Second
	defaultInterval = time.Second // Slack takes one message per second and channel
	maxFaults       = 4           // answers of 5xx and lost connections for one message
	firstBackoff    = time.Second // ceiling of the first wait after such a fault, doubled each time
)

// WebhookConfig is what a Webhook needs. Only URL is required.
type WebhookConfig struct {
	// URL is the incoming webhook's address, a secret: https, or http on a
	// loopback address.
	URL string
	// Client lends its Transport and Timeout. Nil means http.DefaultTransport;
	// a zero Timeout means 10 s for one request. It follows no redirect.
	Client *http.Client
	// Interval is the least time between two messages. Zero means 1 s.
	Interval time.Duration
	// Jitter picks a wait of at most ceiling before an attempt after a fault.
	// Nil means any time between zero and ceiling, all equally likely.
	Jitter func(ceiling time.Duration) time.Duration
	// Logger hears of messages that Slack took only as plain text. Nil means
	// nobody does.
	Logger *slog.Logger
}

// Webhook posts messages to the one channel of an incoming webhook. It is safe
// for concurrent use; messages go out one at a time, in the order in which Post
// was called. A webhook's messages cannot be updated: Slack does not say which
// message it made of one.
//
// See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/.
type Webhook struct {
	url       *url.URL
	transport http.RoundTripper
	timeout   time.Duration
	interval  time.Duration
	jitter    func(ceiling time.Duration) time.Duration
	logger    *slog.Logger
	limiter   *rate.Limiter

	turn chan struct{} // holds one value while a message is being delivered
	hold hold          // belongs to whoever has the turn
}

// hold is a time before which nothing may be sent, and the failure that asked
// for it.
type hold struct {
	until time.Time
	cause Error
}

// NewWebhook returns a Webhook, or an error that says what is wrong with the
// URL without repeating it.
func NewWebhook(c WebhookConfig) (*Webhook, error) {
	address, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	client := cmp.Or(c.Client, &http.Client{})
	w := &Webhook{
		url:       address,
		transport: client.Transport,
		timeout:   cmp.Or(client.Timeout, defaultTimeout),
		interval:  cmp.Or(c.Interval, defaultInterval),
		jitter:    c.Jitter,
		logger:    cmp.Or(c.Logger, logging.Discard()),
		turn:      make(chan struct{}, 1),
	}
	if w.transport == nil {
		w.transport = http.DefaultTransport
	}
	if w.jitter == nil {
		w.jitter = func(ceiling time.Duration) time.Duration { return rand.N(ceiling + 1) }
	}
	w.limiter = rate.NewLimiter(rate.Every(w.interval), 1)
	return w, nil
}

// String names the webhook without its URL.
func (w *Webhook) String() string { return "slack webhook" }

// Post delivers m, or returns an *Error. It waits for its turn and for Slack's
// pace, waits exactly as long as a 429 asks, tries again a few times where
// Slack fails or cannot be reached, and sends Text alone, once, where Slack
// refuses the blocks. It never waits for a time that lies beyond ctx's
// deadline, but returns at once.
//
// Before anything is sent, Text and headers are cut to Slack's limits and the
// rest must pass Check.
func (w *Webhook) Post(ctx context.Context, m Message) error {
	m = m.fitted()
	if err := m.Check(); err != nil {
		return err
	}
	if err := w.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-w.turn }()
	return w.deliver(ctx, m)
}

// takeTurn queues for the turn. A channel serves those who wait in the order
// in which they came.
func (w *Webhook) takeTurn(ctx context.Context) error {
	if ctx.Err() == nil {
		select {
		case w.turn <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	}
	return &Error{Kind: KindRateLimited, Reason: "waiting for its turn", cause: ctx.Err()}
}

// delivery is one message on its way.
type delivery struct {
	message  Message
	attempts int // requests sent
	faults   int // of them, those that Slack or the network failed
}

func (w *Webhook) deliver(ctx context.Context, m Message) error {
	d := delivery{message: m}
	for {
		if failure := w.await(ctx); failure != nil {
			failure.Attempts = d.attempts
			return failure
		}
		d.attempts++
		failure := w.send(ctx, d.message)
		if failure == nil {
			return nil
		}
		failure.Attempts = d.attempts
		if !w.tryAgain(ctx, &d, failure) {
			return failure
		}
	}
}

// tryAgain prepares the next attempt, or reports false where none can help.
func (w *Webhook) tryAgain(ctx context.Context, d *delivery, failure *Error) bool {
	switch failure.Kind {
	case KindRateLimited:
		w.pause(failure, failure.RetryAfter)
		return true
	case KindUnavailable:
		d.faults++
		if d.faults == maxFaults || ctx.Err() != nil {
			return false
		}
		w.pause(failure, w.jitter(firstBackoff<<(d.faults-1)))
		return true
	case KindRejected:
		if len(d.message.Blocks) == 0 {
			return false
		}
		d.message.Blocks = nil
		w.logPlain(ctx, failure)
		return true
	default:
		return false
	}
}

// pause keeps everybody from sending for d, the messages that queue included:
// nobody may overtake, and Slack's wish is meant for the whole channel.
func (w *Webhook) pause(cause *Error, d time.Duration) {
	w.hold = hold{until: time.Now().Add(d), cause: *cause}
}

// await returns when the next request may be sent, or at once with the reason
// why it may not be before ctx ends.
func (w *Webhook) await(ctx context.Context) *Error {
	if wait := time.Until(w.hold.until); wait > 0 {
		failure := w.hold.cause
		failure.RetryAfter = wait
		if !sleep(ctx, wait) {
			failure.cause = ctx.Err()
			return &failure
		}
	}
	if err := w.limiter.Wait(ctx); err != nil {
		return &Error{Kind: KindRateLimited, Reason: "waiting for its turn", RetryAfter: w.interval, cause: ctx.Err()}
	}
	return nil
}

// sleep waits for d and reports true, or false where ctx ends before that. A
// deadline that lies before d is not waited for.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// send makes one request and returns what came of it, nil for Slack's "ok".
func (w *Webhook) send(ctx context.Context, m Message) *Error {
	payload := &slackgo.WebhookMessage{Text: m.Text}
	if len(m.Blocks) > 0 {
		payload.Blocks = &slackgo.Blocks{BlockSet: m.Blocks}
	}
	l := &listener{base: w.transport}
	err := slackgo.PostWebhookCustomHTTPContext(ctx, w.url.String(), l.client(w.timeout), payload)
	if l.answer != nil {
		return l.answer.failure(time.Now())
	}
	return &Error{Kind: KindUnavailable, Reason: reasonOf(err, w.url), cause: ctx.Err()}
}

func (w *Webhook) logPlain(ctx context.Context, failure *Error) {
	w.logger.LogAttrs(ctx, slog.LevelWarn, "slack refused the blocks, sending plain text",
		slog.Int("status", failure.Status), slog.String("reason", failure.Reason))
}
