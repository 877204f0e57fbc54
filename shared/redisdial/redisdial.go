// Package redisdial makes the Redis clients of a function: for quotas and for
// state, which differ only in how long they wait.
package redisdial

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errURL stands for the library's error, which repeats the URL.
var errURL = errors.New("the Redis URL cannot be read")

// Open returns a client for a URL such as rediss://:password@host:6379/0. It does
// not connect. Each step of a call takes at most timeout, and a call is made
// once: what it does may not bear being done twice, and callers know better when
// to try again.
func Open(url string, timeout time.Duration) (*redis.Client, error) {
	redis.SetLogger(silent{})
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errURL
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = timeout, timeout, timeout, timeout
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.ConnMaxIdleTime = time.Minute // an instance may be frozen between two calls
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(options), nil
}

// silent keeps go-redis from writing lines of its own to stderr: what there is to
// say of Redis, those who call it say.
type silent struct{}

// Printf writes nothing.
func (silent) Printf(context.Context, string, ...any) {}
