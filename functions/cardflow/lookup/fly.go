package lookup

import (
	"context"
	"errors"
	"time"

	"signalbox/shared/aliyun"
)

// isMissing reports whether err says that the card does not exist.
func isMissing(err error) bool {
	failure, ok := errors.AsType[*aliyun.Error](err)
	return ok && failure.Kind == aliyun.NotFound
}

// fly looks a card up: in this process once more, since another flight may have ended
// just now; in Redis; and at Alibaba.
func (l *Lookups) fly(ctx context.Context, f *flight) (*answer, Origin, error) {
	if a := l.kept(f.query, time.Now()); a != nil && time.Now().Before(a.freshUntil) {
		return a, Hit, nil
	}
	if l.shared == nil {
		return l.call(ctx, f, l.cache.record(f.query.id))
	}
	found, lease := l.shared.claim(ctx, f.query.id, func(r *record) bool { return l.answers(r, f.query) })
	defer lease.release() //nolint:contextcheck // it gives the lease back after ctx has ended too
	if l.answers(found, f.query) {
		return l.take(f, found)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, Miss, err
	}
	return l.call(ctx, f, l.cache.record(f.query.id).with(found))
}

// answers reports whether a record says what is asked for, or that there is no such card.
func (l *Lookups) answers(r *record, q query) bool {
	now := time.Now()
	freshUntil, _, ok := r.lifetime(q, l.config, now)
	return ok && now.Before(freshUntil) || r != nil && r.isMissing(now)
}

// take keeps and returns what another instance has found.
func (l *Lookups) take(f *flight, found *record) (*answer, Origin, error) {
	if found.isMissing(time.Now()) {
		l.cache.forget(f.query.id)
		return nil, Miss, found.missing()
	}
	// Before it is merged: newer series that this process knows may crowd out that of the query.
	a := l.answerOf(found, f.query)
	return l.keepAnswer(f.query, a, l.cache.keep(found.with(l.cache.record(f.query.id)))), Hit, nil
}

// call asks Alibaba, and keeps what it says together with what is known.
func (l *Lookups) call(ctx context.Context, f *flight, known *record) (*answer, Origin, error) {
	asked, err := l.ask(ctx, f, known)
	if isMissing(err) {
		l.cache.forget(f.query.id)
		l.share(ctx, recordOfMissing(f.query.id, err), missingFor)
	}
	if err != nil {
		return nil, Miss, err
	}
	a := l.answerOf(asked, f.query)
	if l.config.TTL > 0 {
		// A flight for other months may have ended meanwhile.
		asked = asked.with(known).with(l.cache.record(f.query.id))
		l.keepAnswer(f.query, a, l.cache.keep(asked))
		l.share(ctx, asked, asked.keepFor(l.config))
	}
	return a, Miss, nil
}

func (l *Lookups) share(ctx context.Context, r *record, keepFor time.Duration) {
	if l.shared != nil {
		l.shared.put(ctx, r, keepFor)
	}
}
