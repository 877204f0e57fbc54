// Package lookup looks cards up with as few calls of Alibaba as it takes. Callers of
// one card share a call, answers are kept for a while, in Redis for all instances, and
// while Alibaba cannot be asked an answer that is too old is better than none.
//
//	Lookup             an answer that is kept, or a flight
//	flight (flight.go) what callers of one card share; it outlives each of them
//	fly (fly.go)       what is kept by others, or else a call, by one instance at a time
//	ask (ask.go)       the calls themselves
//	record             what Alibaba said of one card, as it is kept
//	answer             what is made of it for some months
package lookup

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
)

// Source is what a lookup asks Alibaba.
type Source interface {
	GetCardFlowInfo(ctx context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error)
}

// Lister is what it asks for beside it: what only the listing tells.
type Lister interface {
	ListCardInfo(ctx context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error)
}

// Config is what a Lookups is made of.
type Config struct {
	Source Source
	Lister Lister         // nil: what the listing tells is unknown
	Zone   *time.Location // of the times in Alibaba's answers. Nil: UTC
	// PageURL returns the address of a card's page. Nil: there are no pages.
	PageURL func(card.ICCID) string
	// TTL is how long an answer is kept. Zero: not at all, but callers at the same
	// time still share one.
	TTL time.Duration
	// Stale is how old an answer may be that is given while Alibaba cannot be asked.
	Stale time.Duration
	// Timeout bounds a call that callers share, all attempts included. Zero: 20 s.
	Timeout time.Duration
	// Redis keeps answers for all instances. Nil: this process keeps its own.
	Redis redis.UniversalClient
	// RedisTimeout bounds one call of it. Zero: 250 ms.
	RedisTimeout time.Duration
	// Account names the main account, so that two can use one Redis.
	Account string
	Logger  *slog.Logger // nil: nothing is logged
	// Meter counts lookups by how they went. Nil: they are not counted.
	Meter *metric.Meter
}

// Lookups looks cards up. It is safe for concurrent use.
type Lookups struct {
	config Config
	cache  *cache
	shared *shared // nil: there is none

	mu      sync.Mutex
	flights map[query]*flight

	listing outage // of the listing, as far as lookups see it
}

// New returns a Lookups. It does not connect.
func New(c Config) *Lookups {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	if c.RedisTimeout == 0 {
		c.RedisTimeout = redisTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Meter == nil {
		c.Meter = metric.New()
	}
	l := &Lookups{config: c, cache: newCache(), flights: make(map[query]*flight)}
	if c.Redis != nil && c.TTL > 0 {
		l.shared = newShared(c)
	}
	l.expect()
	return l
}

const (
	// patience is how long a caller waits for Alibaba where it could have a stale answer.
	patience = 2 * time.Second
	// failingFor is how long after a failure such a caller does not wait at all.
	failingFor = time.Second
	// missingFor is how long a card that does not exist is remembered.
	missingFor = 10 * time.Second
)

// Lookup returns what is known of a card in these months, at most
// [linkcard.MaxMonths], or, for none, the last two. Its error is that of the call, or
// ctx's cause.
func (l *Lookups) Lookup(ctx context.Context, id card.ICCID, months []card.Month) (Answer, error) {
	a, err := l.lookUp(ctx, id, months)
	l.count(ctx, a, err)
	return a, err
}

func (l *Lookups) lookUp(ctx context.Context, id card.ICCID, months []card.Month) (Answer, error) {
	q, now := queryOf(id, months), time.Now()
	old := l.kept(q, now)
	if old != nil && now.Before(old.freshUntil) {
		return old.from(Hit, now), nil
	}
	if old != nil && !now.Before(old.usableUntil) {
		old = nil
	}
	if err := l.cache.failure(id, now); err != nil && (old != nil || isMissing(err)) {
		return l.fallBack(old, err, now)
	}
	f := l.join(ctx, q, months)
	found, err := l.wait(ctx, f, old != nil)
	if err != nil {
		return l.fallBack(old, err, now)
	}
	return found.from(f.origin, now), nil
}

// kept returns the answer that this process has, however old, or nil. One is made of the
// card's record where that is newer, or has these months from another query.
func (l *Lookups) kept(q query, now time.Time) *answer {
	a, p := l.cache.answer(q), l.cache.packed(q.id)
	if p == nil {
		return nil // the card is forgotten
	}
	if a != nil && (a.made == p || now.Before(a.freshUntil)) {
		return a
	}
	return l.keepAnswer(q, l.answerOf(p.unpack(q.id), q), p)
}

// keepAnswer keeps an answer that was made of p.
func (l *Lookups) keepAnswer(q query, a *answer, p *packed) *answer {
	if a != nil && p != nil && l.config.TTL > 0 {
		a.made, a.stored = p, true
		l.cache.answers.Set(q, a)
	}
	return a
}

// fallBack is what a caller gets of a lookup that failed.
func (l *Lookups) fallBack(old *answer, err error, now time.Time) (Answer, error) {
	if old == nil || isMissing(err) {
		return Answer{}, err
	}
	a := old.from(Stale, now)
	a.Flow.Stale, a.Err = true, err
	return a, nil
}

// wait returns how a flight ends. A caller that could have a stale answer leaves after
// a moment, and the flight goes on.
func (l *Lookups) wait(ctx context.Context, f *flight, impatient bool) (*answer, error) {
	if !quota.IsInBackground(ctx) {
		f.lift()
	}
	var late <-chan time.Time
	if impatient {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-f.done:
		return f.answer, f.err
	case <-late:
		return nil, context.DeadlineExceeded
	case <-ctx.Done():
		l.leave(f)
		return nil, context.Cause(ctx)
	}
}
