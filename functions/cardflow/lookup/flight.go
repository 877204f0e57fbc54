package lookup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/quota"
)

// query is what callers ask for.
type query struct {
	id     card.ICCID
	months string // as they are sent, with commas between; "": none
}

func queryOf(id card.ICCID, months []card.Month) query {
	if len(months) == 0 {
		return query{id: id}
	}
	texts := make([]string, len(months))
	for i, m := range months {
		texts[i] = m.Vendor()
	}
	return query{id, strings.Join(texts, ",")}
}

// flight is a lookup that callers share. It goes on for as long as one of them waits,
// or has gone with something older in its hands.
type flight struct {
	query  query
	months []card.Month
	lift   func() // ends that it lets others go first
	cancel context.CancelFunc
	done   chan struct{}
	// once done
	answer *answer
	origin Origin
	err    error

	waiting int // callers; under the mutex of Lookups
}

// join takes part in the flight of q, and begins it where there is none. It has the
// values of the ctx of the caller that began it, but not its end.
func (l *Lookups) join(ctx context.Context, q query, months []card.Month) *flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, ok := l.flights[q]
	if !ok {
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.config.Timeout)
		shared, lift := quota.WithLift(shared)
		f = &flight{query: q, months: months, lift: lift, cancel: cancel, done: make(chan struct{})}
		l.flights[q] = f
		go l.run(shared, f)
	}
	f.waiting++
	return f
}

// leave is for a caller that wants nothing any more. With the last of them the flight
// ends, so that it takes no permit from others.
func (l *Lookups) leave(f *flight) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		l.land(f)
	}
}

// land takes a flight out of those that can be joined. The caller holds mu.
func (l *Lookups) land(f *flight) {
	if l.flights[f.query] == f {
		delete(l.flights, f.query)
	}
}

// run flies a flight to its end, whatever happens.
func (l *Lookups) run(ctx context.Context, f *flight) {
	defer func() {
		if cause := recover(); cause != nil {
			f.err = fmt.Errorf("look up %s: panic: %v", f.query.id, cause)
		}
		left := errors.Is(ctx.Err(), context.Canceled)
		if f.err != nil && !left && l.config.TTL > 0 {
			l.cache.fail(f.query.id, f.err, time.Now())
		}
		f.cancel()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.land(f)
		close(f.done)
	}()
	f.answer, f.origin, f.err = l.fly(ctx, f)
}
