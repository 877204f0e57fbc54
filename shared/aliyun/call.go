package aliyun

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"signalbox/shared/aliyun/credential"
)

// call is one call on its way through its attempts.
type call struct {
	*Client

	model   requests.AcsRequest // of the next attempt; nil: to be asked for
	request Request
	action  string
	// read decodes an answer, or says why it is none.
	read func(action string, got reply) *Error

	attempts int                    // made so far
	breaks   int                    // how often the circuit breaker was open instead
	signer   credential.Credentials // of the last one
	waited   time.Duration          // for quota, before the last one
	took     time.Duration          // the last one, from sending to the end of the answer
}

func (c *Client) call(ctx context.Context, r Request, read func(string, reply) *Error) error {
	model := r.Model()
	one := &call{Client: c, model: model, request: r, action: model.GetActionName(), read: read}
	return one.run(ctx)
}

// run makes attempts until one succeeds or the last has failed.
func (c *call) run(ctx context.Context) error {
	for {
		err := c.attempt(ctx)
		failure, ok := errors.AsType[*Error](err)
		if err != nil && !ok {
			return err
		}
		c.observe(ctx, failure)
		if failure == nil {
			return nil
		}
		failure.Attempts = c.attempts
		if !c.retry(ctx, failure) {
			return failure
		}
	}
}

// attempt is one round: wait, sign, send, read, classify.
func (c *call) attempt(ctx context.Context) error {
	c.waited, c.took = 0, 0
	if failure := c.breakers.check(c.action); failure != nil {
		return failure
	}
	start := time.Now()
	if err := c.config.Quota.Wait(ctx, c.action); err != nil {
		return fmt.Errorf("%s: %w", c.action, err)
	}
	c.waited = time.Since(start)
	signer, err := c.config.Credentials.Credentials(ctx)
	if err != nil {
		return &Error{Action: c.action, Kind: Denied, Err: err}
	}
	c.signer = signer
	failure := c.breakers.try(ctx, c.action, func() *Error { return c.exchange(ctx) })
	if failure == nil {
		return nil
	}
	c.learn(ctx, failure)
	return failure
}

// exchange sends the request and judges the answer.
func (c *call) exchange(ctx context.Context) *Error {
	c.attempts++
	start := time.Now()
	defer func() { c.took = time.Since(start) }()
	ctx, cancel := context.WithTimeout(ctx, c.config.AttemptTimeout)
	defer cancel()
	request, err := c.signed(ctx, c.nextModel(), c.signer, c.clock.stamp())
	if err != nil {
		return &Error{Action: c.action, Kind: Invalid, Err: err}
	}
	got, err := c.send(request)
	if err != nil {
		return transportError(c.action, err)
	}
	c.config.Quota.Answered(c.action, time.Since(start))
	failure := c.read(c.action, got)
	if failure != nil {
		failure.conceal(c.signer, request.URL.Query().Get("Signature"))
	}
	return failure
}

// nextModel returns a model that was not signed yet.
func (c *call) nextModel() requests.AcsRequest {
	model := c.model
	c.model = nil
	if model == nil {
		model = c.request.Model()
	}
	return model
}

// learn takes from a failure what helps all later calls.
func (c *call) learn(ctx context.Context, e *Error) {
	switch e.Kind {
	case Throttled:
		c.config.Quota.Throttled(ctx, c.action, e.RetryAfter)
	case Stale:
		c.clock.learn(e.date)
	default:
	}
}
