package quota

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Config says where a quota is kept and how large it is.
type Config struct {
	// RedisURL is the Redis that all instances share. Empty: none, the quota
	// is kept within this process.
	RedisURL string
	// Account names the main account, so that two can use one Redis.
	Account string
	// PerSecond is the account's quota of each action.
	PerSecond float64
	// Share is the part of PerSecond that this process keeps to while Redis
	// is away, above 0 and at most 1.
	Share float64
	// Background says that the calls can wait for others'.
	Background bool
	// Logger is told when Redis is away and when it is back.
	Logger *slog.Logger
}

// Open returns the quota that c describes. It does not connect: a Redis that is
// away at the start is no reason not to start.
func Open(c Config) (Quota, error) {
	var from source = NewLocal(c.PerSecond)
	if c.RedisURL != "" {
		redis.SetLogger(silent{})
		options, err := redis.ParseURL(c.RedisURL)
		if err != nil {
			return nil, errors.New("quota: the Redis URL cannot be read")
		}
		from = NewRedis(RedisConfig{
			Client: redis.NewClient(tuned(options)), Account: c.Account,
			PerSecond: c.PerSecond, Share: c.Share, Logger: c.Logger,
		})
	}
	if c.Background {
		return newBackground(from), nil
	}
	return from, nil
}

// silent keeps go-redis from writing lines of its own to stderr: what there is to
// say of Redis, [Redis] says.
type silent struct{}

// Printf writes nothing.
func (silent) Printf(context.Context, string, ...any) {}

// tuned makes a client that would rather fail than wait: there is a fallback,
// and an instance may be frozen between two calls.
func tuned(o *redis.Options) *redis.Options {
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisTimeout, redisTimeout, redisTimeout, redisTimeout
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1 // a reservation that was made twice is a place lost
	o.DialerRetries = 1
	o.ConnMaxIdleTime = time.Minute
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}
