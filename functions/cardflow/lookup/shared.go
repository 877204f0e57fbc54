package lookup

import (
	"context"
	"crypto/rand"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/shared/card"
	"signalbox/shared/quota"
)

var (
	//go:embed claim.lua
	claimSource string
	//go:embed settle.lua
	settleSource string

	claimScript  = redis.NewScript(claimSource)
	settleScript = redis.NewScript(settleSource)
)

const (
	// redisTimeout bounds one call of Redis, unless Config says otherwise.
	redisTimeout = 250 * time.Millisecond
	// redisCalls is how many there are at once: more would only wait for one another,
	// and a crowd of cold cards would pass for a slow Redis.
	redisCalls = 8
	// redisPause is how long a Redis that failed is not called.
	redisPause = time.Second
	// leaseFor is how long a lease lasts unless it is renewed, which is done three
	// times in that time: how long an instance that dies keeps others from asking.
	leaseFor = 3 * time.Second
	// askEvery is how often an instance that waits for another looks, at first and
	// then at most.
	askFirst, askEvery = 20 * time.Millisecond, 200 * time.Millisecond
)

// shared is what instances keep for one another. While Redis is unavailable each does
// without.
type shared struct {
	client  redis.UniversalClient
	prefix  string
	logger  *slog.Logger
	timeout time.Duration
	began   time.Time
	until   atomic.Int64 // Redis is not called before: nanoseconds since began
	outage  outage
	asked   atomic.Bool // Redis has answered or failed once
	slots   chan struct{}
}

func newShared(c Config) *shared {
	return &shared{client: c.Redis, prefix: "signalbox:flow:" + c.Account + ":", logger: c.Logger, timeout: c.RedisTimeout, began: time.Now(), slots: make(chan struct{}, redisCalls)}
}

// key is that of a card's record. The braces keep its lease on the same node of a Cluster.
func (s *shared) key(id card.ICCID) string { return s.prefix + "{" + string(id) + "}" }

// claim returns a record that is enough, or else the right to ask for one: then nobody
// else does for now. It waits for whoever has that right for as long as they renew it,
// or until ctx ends. The lease is nil where Redis cannot be used.
func (s *shared) claim(ctx context.Context, id card.ICCID, enough func(*record) bool) (*record, *lease) {
	found, ok := s.get(ctx, id)
	if !ok || enough(found) {
		return found, nil
	}
	holder := rand.Text()
	for pause := askFirst; ; pause = min(2*pause, askEvery) {
		found, held, ok := s.try(ctx, id, holder)
		switch {
		case !ok || held == nil && enough(found):
			return found, nil
		case held != nil:
			return found, held
		}
		timer := time.NewTimer(pause/2 + mathrand.N(pause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return found, nil
		}
	}
}

// get returns the card's record, nil for none, and whether Redis could be used.
func (s *shared) get(ctx context.Context, id card.ICCID) (*record, bool) {
	var data []byte
	ok := s.do(ctx, func(ctx context.Context) error {
		var err error
		data, err = s.client.Get(ctx, s.key(id)).Bytes()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		return err
	})
	return (&packed{data}).unpack(id), ok
}

// try takes the lease, if it is free.
func (s *shared) try(ctx context.Context, id card.ICCID, holder string) (found *record, held *lease, ok bool) {
	class := "foreground"
	if quota.IsInBackground(ctx) {
		class = "background"
	}
	key := s.key(id)
	taken := false
	ok = s.do(ctx, func(ctx context.Context) error {
		reply, err := claimScript.Run(ctx, s.client, []string{key + ":lease", key}, class, holder, leaseFor.Milliseconds()).Slice()
		if err != nil {
			return err
		}
		if len(reply) != 2 {
			return fmt.Errorf("the claim script replied with %d values, not 2", len(reply))
		}
		if data, there := reply[1].(string); there {
			found = (&packed{[]byte(data)}).unpack(id)
		}
		taken = reply[0] == int64(1)
		return nil
	})
	if taken {
		held = s.keep(ctx, key+":lease", class+holder)
	}
	return found, held, ok
}

// put keeps a record. What cannot be kept others ask for themselves.
func (s *shared) put(ctx context.Context, r *record, keepFor time.Duration) {
	p := r.pack()
	if p == nil {
		return
	}
	s.do(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return s.client.Set(ctx, s.key(card.ICCID(r.ICCID)), p.data, keepFor).Err()
	})
}

// do makes one call of Redis, and reports whether it was made and answered.
func (s *shared) do(ctx context.Context, call func(context.Context) error) bool {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return false
	}
	if time.Since(s.began) < time.Duration(s.until.Load()) {
		return false
	}
	bounded, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := call(bounded)
	s.asked.Store(s.asked.Load() || ctx.Err() == nil)
	switch {
	case err == nil:
		if s.outage.over() {
			s.logger.LogAttrs(ctx, slog.LevelWarn, "redis is available again: lookups are shared with other instances")
		}
		return true
	case ctx.Err() != nil, // the caller has left; that says nothing of Redis
		redis.HasErrorPrefix(err, "WRONGTYPE"): // one key of another program's, which says nothing of the others
		return false
	}
	s.until.Store(int64(time.Since(s.began) + redisPause))
	if s.outage.began() {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "redis is unavailable: lookups are not shared with other instances", slog.String("error", err.Error()))
	}
	return false
}
