package quota

import (
	"context"
	_ "embed" // the scripts
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
)

// The scripts run in Redis, so that a decision is one round trip however many
// instances take part, and by its clock, so that theirs need not agree.
var (
	//go:embed timeline.lua
	timelineSource string
	//go:embed book.lua
	bookSource string
	//go:embed throttled.lua
	throttledSource string

	bookScript      = redis.NewScript(timelineSource + bookSource)
	throttledScript = redis.NewScript(timelineSource + throttledSource)
)

// redisTimeout bounds one script call: a Redis that is slower than this is
// no help to a call that takes a twentieth of a second.
const redisTimeout = 250 * time.Millisecond

// Redis keeps one quota for all instances that use the same Redis and account.
// While Redis is unavailable, or refuses, it falls back to a share of the quota
// for this process: no call fails for it.
type Redis struct {
	*actions
	engine *redisEngine
}

var _ Quota = (*Redis)(nil)

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
	e := &redisEngine{
		client:    c.Client,
		prefix:    "signalbox:quota:" + c.Account + ":",
		perSecond: c.PerSecond * margin,
		fallback:  newLocalEngine(c.PerSecond * c.Share),
		logger:    c.Logger,
	}
	return &Redis{newActions(e), e}
}

// Background returns r for callers that let all others go first.
func (r *Redis) Background() Background { return Background{r} }

// Ready asks Redis for nothing, unless it failed a moment ago, and returns why it
// cannot keep the quota: it is unavailable, or its configuration is wrong.
func (r *Redis) Ready(ctx context.Context) error {
	_, err := r.engine.run(ctx, bookScript, "ready", 7, 0, 0, 0, 0, 0)
	if err != nil {
		return fmt.Errorf("keep the quota in Redis: %w", err)
	}
	return nil
}

// redisEngine keeps timelines in Redis.
type redisEngine struct {
	client    redis.Scripter
	prefix    string
	perSecond float64
	fallback  *localEngine
	logger    *slog.Logger
	link      link
}

func (r *redisEngine) book(action string, q request) grant {
	reply, err := r.run(context.Background(), bookScript, action, 7,
		q.want[foreground], q.want[background], q.waited.Microseconds(), q.known.Microseconds(), q.step.Microseconds())
	if err != nil {
		g := r.fallback.book(action, q)
		g.alone = true
		return g
	}
	at := func(i int) time.Duration { return time.Duration(reply[i]) * time.Microsecond }
	return grant{
		reserved: int(reply[0]), permits: int(reply[1]),
		first: at(2), step: at(3), next: at(4), again: [classes]time.Duration{at(5), at(6)},
	}
}

func (r *redisEngine) throttled(ctx context.Context, action string, retryAfter time.Duration) time.Duration {
	next := r.fallback.throttled(ctx, action, retryAfter)
	// What Redis does not learn now it learns from the next refusal.
	reply, err := r.run(context.WithoutCancel(ctx), throttledScript, action, 1, retryAfter.Microseconds())
	if err != nil {
		return next
	}
	return time.Duration(reply[0]) * time.Microsecond
}

// run calls a script that replies with so many numbers, unless calls are paused.
func (r *redisEngine) run(ctx context.Context, script *redis.Script, action string, numbers int, args ...any) ([]int64, error) {
	if err := r.link.paused(time.Now()); err != nil {
		return nil, err
	}
	call, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	reply, err := script.Run(call, r.client, []string{r.prefix + "{" + action + "}"}, append([]any{r.perSecond}, args...)...).Int64Slice()
	if err == nil && len(reply) != numbers {
		err = fmt.Errorf("the quota script replied with %d numbers, not %d", len(reply), numbers)
	}
	if err != nil && ctx.Err() != nil {
		return nil, err // the caller has left; that says nothing of Redis
	}
	if change := r.link.note(err, time.Now()); change != same {
		r.log(ctx, change, err)
	}
	return reply, err
}

func (r *redisEngine) log(ctx context.Context, change change, err error) {
	switch change {
	case available:
		r.logger.LogAttrs(ctx, slog.LevelWarn, "redis is available again: the quota is kept account-wide")
	case refused:
		r.logger.LogAttrs(ctx, slog.LevelError, "redis refuses the quota's scripts, which its configuration has to allow: this process keeps to its own share of the quota",
			slog.Float64("share_per_second", r.fallback.perSecond), slog.String("error", err.Error()))
	default:
		r.logger.LogAttrs(ctx, slog.LevelWarn, "redis is unavailable: this process keeps to its own share of the quota",
			slog.Float64("share_per_second", r.fallback.perSecond), slog.String("error", err.Error()))
	}
}
