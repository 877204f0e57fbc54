package quota

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// The scripts run in Redis, so that a decision is one round trip however many
// instances take part, and by its clock, so that theirs need not agree.
var (
	//go:embed pace.lua
	paceSource string
	//go:embed reserve.lua
	reserveSource string
	//go:embed throttled.lua
	throttledSource string

	reserveScript   = redis.NewScript(paceSource + reserveSource)
	throttledScript = redis.NewScript(paceSource + throttledSource)
)

const (
	// redisTimeout bounds one script call: a Redis that is slower than this is
	// no help to a call that takes a twentieth of a second.
	redisTimeout = 250 * time.Millisecond
	// redisPause is how long a Redis that failed is not called.
	redisPause = time.Second
)

// Redis keeps one quota for all instances that use the same Redis and account.
// While Redis is unavailable it falls back to a share of the quota for this process:
// no call fails for it.
type Redis struct {
	client    redis.Scripter
	prefix    string
	perSecond float64
	fallback  *Local
	logger    *slog.Logger

	paused atomic.Int64 // Unix nanoseconds until when Redis is not called; 0: it is available
}

var _ source = (*Redis)(nil)

// RedisConfig is what a Redis quota is made of. All fields are required.
type RedisConfig struct {
	Client redis.Scripter
	// Account names the main account, so that two accounts can use one Redis.
	Account string
	// PerSecond is the account's quota of each action.
	PerSecond float64
	// Share is the part of the quota that this process may use alone, above 0
	// and at most 1.
	Share  float64
	Logger *slog.Logger
}

// NewRedis returns a quota kept in Redis. It does not connect.
func NewRedis(c RedisConfig) *Redis {
	return &Redis{
		client:    c.Client,
		prefix:    "signalbox:quota:" + c.Account + ":",
		perSecond: c.PerSecond * margin,
		fallback:  NewLocal(c.PerSecond * c.Share),
		logger:    c.Logger,
	}
}

// Wait waits for one permit, see [Quota].
func (r *Redis) Wait(ctx context.Context, action string) error { return wait(ctx, r, action) }

// Throttled slows the action down for every instance, see [Quota].
func (r *Redis) Throttled(ctx context.Context, action string, retryAfter time.Duration) {
	r.fallback.Throttled(ctx, action, retryAfter)
	// What Redis does not learn now it learns from the next refusal.
	_, _ = r.run(ctx, throttledScript, action, r.perSecond, retryAfter.Microseconds())
}

func (r *Redis) speed() float64 { return r.perSecond }

func (r *Redis) reserve(ctx context.Context, action string, n int) (first, step time.Duration, err error) {
	reply, err := r.run(ctx, reserveScript, action, r.perSecond, n, patience(ctx).Microseconds())
	if err != nil {
		return r.fallback.reserve(ctx, action, n)
	}
	first, step = time.Duration(reply[0])*time.Microsecond, time.Duration(reply[1])*time.Microsecond
	if step == 0 {
		return 0, 0, &ExhaustedError{Action: action, RetryAfter: first}
	}
	return first, step, nil
}

// errUnavailable is a call that was not made because the last one failed.
var errUnavailable = errors.New("redis is unavailable")

// run calls a script that replies with two numbers, unless calls are paused.
func (r *Redis) run(ctx context.Context, script *redis.Script, action string, args ...any) ([]int64, error) {
	if until := r.paused.Load(); until > time.Now().UnixNano() {
		return nil, errUnavailable
	}
	call, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	reply, err := script.Run(call, r.client, []string{r.prefix + "{" + action + "}"}, args...).Int64Slice()
	if err == nil && len(reply) != 2 {
		err = fmt.Errorf("the quota script replied with %d numbers, not 2", len(reply))
	}
	if err != nil && ctx.Err() != nil {
		return nil, err // the caller has left; that says nothing of Redis
	}
	r.pause(ctx, err)
	return reply, err
}

// pause keeps calls from Redis for a while after a failure. It says so once, and
// once more when Redis is available again.
func (r *Redis) pause(ctx context.Context, err error) {
	if err == nil {
		if r.paused.Swap(0) != 0 {
			r.logger.LogAttrs(ctx, slog.LevelWarn, "redis is available again: the quota is kept account-wide")
		}
		return
	}
	if r.paused.Swap(time.Now().Add(redisPause).UnixNano()) == 0 {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "redis is unavailable: this process keeps to its own share of the quota",
			slog.Float64("share_per_second", r.fallback.perSecond), slog.String("error", err.Error()))
	}
}

// Answered takes note of how long a call took, see [Quota].
func (*Redis) Answered(string, time.Duration) {}
