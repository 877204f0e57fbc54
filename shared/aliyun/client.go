package aliyun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"signalbox/shared/aliyun/credential"
)

// Quota hands out the places in the quota of an action. Wait returns nil when
// the caller may make one call, and an error at once when that would be later
// than ctx's deadline.
type Quota interface {
	Wait(ctx context.Context, action string) error
}

// Config is what a Client is made of.
type Config struct {
	// Endpoint is the service's scheme and host, such as
	// https://linkcard.aliyuncs.com. Required.
	Endpoint string
	// Region is sent as RegionId. Empty: the parameter is left out.
	Region string
	// Credentials are asked for at every attempt. Required.
	Credentials credential.Provider
	// Quota is asked before every attempt. Required.
	Quota Quota
	// HTTPClient sends the requests. Nil: a client made for one host, with
	// its connections kept and no redirect followed.
	HTTPClient *http.Client
	// MaxAttempts is how often one call is tried. Zero: 4.
	MaxAttempts int
	// AttemptTimeout bounds one attempt. Zero: 7 s, a little more than the
	// 5 to 6 s after which Alibaba's own gateway gives up.
	AttemptTimeout time.Duration
	// Logger gets a line for each attempt that went wrong. Nil: none.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.HTTPClient == nil {
		c.HTTPClient = newHTTPClient()
	}
	if c.MaxAttempts == 0 {
		c.MaxAttempts = 4
	}
	if c.AttemptTimeout == 0 {
		c.AttemptTimeout = 7 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Client calls the actions of one service. It is safe for concurrent use; make
// one per service and keep it, since it keeps the connections.
type Client struct {
	config   Config
	endpoint *url.URL
}

// New returns a client, or an error that names what the Config lacks.
func New(c Config) (*Client, error) {
	endpoint, err := url.Parse(c.Endpoint)
	if err != nil || endpoint.Host == "" {
		return nil, fmt.Errorf("aliyun client: endpoint %q is not a scheme and a host", c.Endpoint)
	}
	if c.Credentials == nil || c.Quota == nil {
		return nil, errors.New("aliyun client: credentials and quota are required")
	}
	return &Client{config: c.withDefaults(), endpoint: endpoint}, nil
}

// Call makes one call of c's service and returns its decoded answer. It tries
// again what may go better the next time, for as long as ctx allows.
//
// The error is an [*Error], except where the quota has no place before ctx's
// deadline (quota.ExhaustedError) and where there are no credentials.
func Call[T Answer](ctx context.Context, c *Client, r Request) (T, error) {
	var answer T
	err := c.loop(ctx, r, func(action string, got reply) error {
		answer = *new(T) // nothing of a refused attempt's answer stays
		if err := readReply(action, got, &answer); err != nil {
			return err
		}
		return judge(action, got, answer.Outcome())
	})
	return answer, err
}

// loop makes attempts until one succeeds or the last has failed.
func (c *Client) loop(ctx context.Context, r Request, read func(action string, got reply) error) error {
	for attempt := 1; ; attempt++ {
		err := c.attempt(ctx, r, read)
		failure, ok := errors.AsType[*Error](err)
		if !ok {
			return err
		}
		failure.Attempts = attempt
		c.log(ctx, failure)
		if !c.retry(ctx, failure) {
			return failure
		}
	}
}

// attempt is one round of the loop: wait, sign, send, read, classify.
func (c *Client) attempt(ctx context.Context, r Request, read func(action string, got reply) error) error {
	model := r.Model()
	action := model.GetActionName()
	if err := c.config.Quota.Wait(ctx, action); err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	credentials, err := c.config.Credentials.Credentials(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.AttemptTimeout)
	defer cancel()
	request, err := c.signed(ctx, model, credentials, newStamp())
	if err != nil {
		return fmt.Errorf("sign %s: %w", action, err)
	}
	got, err := c.send(request)
	if err != nil {
		return transportError(action, err)
	}
	return read(action, got)
}

func (c *Client) log(ctx context.Context, e *Error) {
	c.config.Logger.LogAttrs(ctx, slog.LevelWarn, "upstream call refused",
		slog.String("action", e.Action),
		slog.Int("attempt", e.Attempts),
		slog.String("kind", e.Kind.String()),
		slog.String("code", e.Code),
		slog.Int("status", e.Status),
		slog.String("upstream_request_id", e.RequestID))
}
