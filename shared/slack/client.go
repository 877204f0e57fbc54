package slack

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/logging"
	"signalbox/shared/outbound"
)

const (
	defaultTimeout  = 10 * time.Second
	defaultInterval = time.Second      // Slack takes one message per second and channel
	tier3Interval   = time.Minute / 50 // and of its tier 3, chat.update among them, 50 calls a minute
)

// client is how requests reach Slack.
type client struct {
	transport http.RoundTripper
	timeout   time.Duration
	logger    *slog.Logger
}

// newClient returns a client over what lent lends. Any argument may be nil.
func newClient(lent *http.Client, logger *slog.Logger) *client {
	lent = cmp.Or(lent, &http.Client{})
	c := &client{
		transport: lent.Transport,
		timeout:   cmp.Or(lent.Timeout, defaultTimeout),
		logger:    cmp.Or(logger, logging.Discard()),
	}
	if c.transport == nil {
		c.transport = http.DefaultTransport
	}
	return c
}

// job is what delivers m by send, in a plainer form where Slack refuses its blocks.
func (c *client) job(o operation, p outbound.Pace, m Message, send func(ctx context.Context, m Message) *delivery.Error) outbound.Job {
	return outbound.Job{
		Attempted: o.attempted(), Pace: p,
		Send: func(ctx context.Context) *delivery.Error { return send(ctx, m) },
		Plainer: func(ctx context.Context, rejected *delivery.Error) bool {
			if len(m.Blocks) == 0 {
				return false
			}
			m = m.plainer()
			c.logPlainer(ctx, rejected, m)
			return true
		},
	}
}

func (c *client) logPlainer(ctx context.Context, failure *delivery.Error, next Message) {
	c.logger.LogAttrs(ctx, slog.LevelWarn, "slack refused the blocks, sending a plainer message",
		slog.Int("status", failure.Status), slog.String("reason", failure.Reason), slog.Int("blocks_left", len(next.Blocks)))
}
