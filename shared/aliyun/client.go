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

// Quota hands out permits for calls of an action. Wait returns nil when
// the caller may make one call, and an error at once when that would be later
// than ctx's deadline. Throttled takes note of a call that was too fast all the same,
// and Answered of how long a call took from its permit to the end of its answer.
type Quota interface {
	Wait(ctx context.Context, action string) error
	Throttled(ctx context.Context, action string, retryAfter time.Duration)
	Answered(action string, took time.Duration)
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
	// Background says that nobody waits for the calls: while the circuit breaker
	// is open they wait for it for a minute, as far as ctx allows, instead of
	// failing; and they are made all the same while the service answers other
	// actions.
	Background bool
	// Observe is called after each attempt. Nil: nothing is.
	Observe func(Attempt)
	// Logger gets a line for each attempt: at warn where it went wrong, else
	// at debug. Nil: none.
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
	if c.Observe == nil {
		c.Observe = func(Attempt) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Client calls the actions of one service. It is safe for concurrent use; make
// one per service and keep it, since it keeps the connections, what it learned
// of the service's clock, and whether an action is worth calling.
type Client struct {
	config   Config
	endpoint string // scheme, host and the path of all RPC calls
	breakers *breakers
	clock    clock
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
	c = c.withDefaults()
	return &Client{config: c, endpoint: endpoint.Scheme + "://" + endpoint.Host + "/", breakers: &breakers{host: endpoint.Host, background: c.Background, logger: c.Logger}}, nil
}

// BreakerOpen reports whether the circuit breaker of an action is open: calls then
// fail at once, with [Broken], or wait where they are in the background.
func (c *Client) BreakerOpen(action string) bool { return c.breakers.check(action) != nil }

// Actions are those that were called, in no order.
func (c *Client) Actions() []string {
	var names []string
	c.breakers.byAction.Range(func(name, _ any) bool {
		names = append(names, name.(string)) //nolint:forcetypeassert // there are no others
		return true
	})
	return names
}

// Call makes one call of c's service and returns its decoded answer. It tries
// again what may go better the next time, for as long as ctx allows.
//
// The error is an [*Error], except where the quota has no permit before ctx's
// deadline (quota.ExhaustedError). Without credentials it is [Denied].
func Call[T Answer](ctx context.Context, c *Client, r Request) (T, error) {
	var answer T
	err := c.call(ctx, r, func(action string, got reply) *Error {
		answer = *new(T) // nothing of a refused attempt's answer stays
		if failure := readReply(action, got, &answer); failure != nil {
			return failure
		}
		return judge(action, got, answer.Outcome())
	})
	return answer, err
}
