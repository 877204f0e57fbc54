package fleet

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
)

const (
	// smallPage is the size of the smallest page that Alibaba gives. A card that makes
	// its page unreadable costs so many cards.
	smallPage = 10
	// maxShort is how many short pages one run reads in tens.
	maxShort = 10
	// breakerPause is how long to wait for a circuit breaker to let calls through
	// again.
	breakerPause = 6 * time.Second
)

// split reads a page that cannot be read in smaller ones.
func (l *lister) split(ctx context.Context, p *page, number int, cause error) (rows int, err error) {
	l.window = 1
	first := (number-1)*linkcard.MaxPageSize + 1
	if !splits(cause, l.here > 0) {
		p.lose(first, linkcard.MaxPageSize, cause)
		return 0, nil
	}
	rows, err = l.inTens(ctx, first, func(from int, got answer) { l.takeTen(p, from, got) })
	if err != nil || rows == 0 {
		return rows, err
	}
	again := p.gaps // others could be read: the service may just have failed for a moment
	p.gaps = nil
	for _, gap := range again {
		got, err := l.ten(ctx, gap.from)
		if err != nil {
			return 0, err
		}
		l.takeTen(p, gap.from, got)
		rows += len(got.data.List)
	}
	return rows, nil
}

func (l *lister) takeTen(p *page, from int, got answer) {
	if got.err != nil {
		p.lose(from, smallPage, got.err)
		return
	}
	l.take(p, from, got.data)
	l.total, l.most = got.data.Total, max(l.most, got.data.Total)
}

// ten reads the small page that begins with card from. It is tried once, since further
// attempts at a page that always fails would open the circuit breaker for all pages.
// An error means that the time ran out.
func (l *lister) ten(ctx context.Context, from int) (answer, error) {
	got := <-l.fetch(aliyun.Once(ctx), (from-1)/smallPage+1, smallPage)
	if outOfTime(ctx, got.err) {
		return got, got.err
	}
	return got, nil
}

// inTens reads a page in smaller ones, and hands on each with its first card.
func (l *lister) inTens(ctx context.Context, first int, each func(from int, got answer)) (rows int, err error) {
	for from := first; from < first+linkcard.MaxPageSize && (l.most == 0 || from <= l.most); from += smallPage {
		got, err := l.ten(ctx, from)
		if err != nil {
			return 0, err
		}
		each(from, got)
		rows += len(got.data.List)
	}
	return rows, nil
}

// fill reads a page again that had fewer new cards than the total says. If it is short
// again, a card may be the cause, and it is read in tens. This is done for few pages of
// a run: a listing whose total is wrong has many that are short.
func (l *lister) fill(ctx context.Context, p *page, number, rows int) (int, error) {
	l.window = 1
	first := (number-1)*linkcard.MaxPageSize + 1
	again := <-l.fetch(ctx, number, linkcard.MaxPageSize)
	if outOfTime(ctx, again.err) {
		return 0, again.err
	}
	l.take(p, first, again.data) // nothing where there was an error
	rows = max(rows, len(again.data.List))
	if l.short == maxShort || rows >= min(cmp.Or(l.total, l.most)-first+1, linkcard.MaxPageSize) {
		return rows, nil
	}
	l.short++
	got, err := l.inTens(ctx, first, func(from int, got answer) { l.take(p, from, got.data) })
	return max(rows, got), err
}

// splits reports whether a part of a page may be readable although the page is not.
// Where others are answered, a page that is denied has a card that is denied.
func splits(err error, others bool) bool {
	switch kindOf(err) {
	case aliyun.Denied, aliyun.Expired:
		return others
	case aliyun.Throttled:
		return false
	default:
		return true
	}
}

// fail remembers a page of which nothing could be read. It is lost if later ones can be
// read. Several in a row, or a listing without any other, are an error. Pages that were
// read ahead are dropped: they may have been answered before the service failed.
func (l *lister) fail(ctx context.Context, p *page, cause error) error {
	l.failed = append(l.failed, p)
	clear(l.ahead)
	nothing := p.ends && l.listing == 0 && l.here == 0
	if nothing || len(l.failed) >= failuresInARow {
		return cause
	}
	if p.ends {
		return l.sendFailed(ctx)
	}
	return nil
}

// sendFailed hands on the pages of which nothing could be read. Another page was read
// since, so each is tried once more before it is lost.
func (l *lister) sendFailed(ctx context.Context) error {
	for _, p := range l.failed {
		number := p.next - 1
		got := <-l.fetch(aliyun.Once(ctx), number, linkcard.MaxPageSize)
		if outOfTime(ctx, got.err) {
			return got.err
		}
		if got.err == nil {
			p.gaps = nil
			l.take(p, (number-1)*linkcard.MaxPageSize+1, got.data)
		}
		p.total = l.total
		l.send(ctx, p)
	}
	l.failed = nil
	return nil
}

// send hands a page on.
func (l *lister) send(ctx context.Context, p *page) {
	for n := range p.gaps {
		gap := &p.gaps[n]
		gap.to = min(gap.to, l.most)
		l.config.Logger.LogAttrs(ctx, slog.LevelWarn, "a part of the listing was not read",
			slog.Int("from", gap.from), slog.Int("to", gap.to), slog.String("cause", gap.why))
	}
	select {
	case l.out <- p:
	case <-l.quit:
	}
}

// afterBreak reads a page again that an open circuit breaker has kept from being
// read, if need be after the time that the breaker is open for.
func (l *lister) afterBreak(ctx context.Context, number int) answer {
	got := <-l.fetch(ctx, number, linkcard.MaxPageSize)
	if kindOf(got.err) == aliyun.Broken {
		wait(ctx, breakerPause)
		got = <-l.fetch(ctx, number, linkcard.MaxPageSize)
	}
	return got
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
