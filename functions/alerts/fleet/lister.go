package fleet

import (
	"context"
	"fmt"
	"sync"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
)

const (
	// inFlight is how many calls of an action may be under way at once: enough to
	// use a quota of 20/s from another continent, where an answer takes most of a
	// second.
	inFlight = 16
	// failuresInARow is how many pages in a row must be unreadable as a whole to
	// take the service for unavailable.
	failuresInARow = 3
	// emptyInARow is how many pages in a row without cards end a listing, whatever
	// its total says.
	emptyInARow = 3
	// repeatedInARow is how many pages in a row without a card that is new end a
	// listing, whatever its total says. So many are read again where 2,000 cards arrive
	// at its front meanwhile.
	repeatedInARow = 50
	// maxPages bounds a listing without an end.
	maxPages = 100_000
	// maxDrift is how many pages are read again where cards have left the fleet,
	// maxDrifts how many in one run.
	maxDrift, maxDrifts = 10, 100
)

// lister reads the pages of the listings in their order.
type lister struct {
	*run

	out  chan<- *page
	from Checkpoint // a copy: the caller's goroutine goes on with at

	listing int
	total   int // as the listing's last page said
	most    int // the largest total that it said
	here    int // distinct cards of the listing so far
	empty   int // pages in a row without cards
	repeats int // pages in a row without a card that is new
	failed  []*page
	drifts  int // pages that were read again because cards had left the fleet
	short   int // pages that were read in tens because they were short

	window  int // how many pages are read at once
	ahead   map[int]<-chan answer
	fetches sync.WaitGroup
}

// answer is what came of reading a page.
type answer struct {
	data linkcard.CardPage
	err  error
}

func newLister(r *run, out chan<- *page) *lister {
	l := &lister{run: r, out: out, from: r.at, listing: r.at.Listing}
	for _, mark := range r.at.Recent {
		l.listed[mark] = l.listing + 1
	}
	return l
}

// list reads all listings from the checkpoint on.
func (l *lister) list(ctx context.Context) error {
	defer l.fetches.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	from := l.from
	for ; l.listing < len(l.listings); l.listing++ {
		l.total, l.most, l.here = from.Total, from.Total, from.Here
		l.empty, l.repeats = 0, from.Repeats
		l.window, l.ahead = 1, make(map[int]<-chan answer)
		for number, ends := from.Page, false; !ends; number++ {
			var err error
			if ends, err = l.page(ctx, number); err != nil {
				return fmt.Errorf("list the fleet: page %d: %w", number, err)
			}
		}
		from = Checkpoint{Page: 1}
	}
	return nil
}

// page reads one page and hands it on. It reports whether the listing ends there.
func (l *lister) page(ctx context.Context, number int) (ends bool, err error) {
	got := <-l.read(ctx, number)
	if kindOf(got.err) == aliyun.Broken {
		got = l.afterBreak(ctx, number)
	}
	if outOfTime(ctx, got.err) {
		return false, got.err
	}
	p := &page{next: number + 1}
	var rows int
	if got.err != nil {
		rows, err = l.split(ctx, p, number, got.err)
	} else {
		rows, err = l.whole(ctx, p, number, got.data)
	}
	if err != nil {
		return false, err
	}
	l.repeats = p.repeats(l.repeats)
	p.total, p.ends = l.total, l.ends(number, rows, len(p.here))
	if rows == 0 && got.err != nil {
		p.ends = p.ends && l.most > 0 // else nothing has said yet how long the listing is
		return p.ends, l.fail(ctx, p, got.err)
	}
	if err := l.sendFailed(ctx); err != nil {
		return false, err
	}
	l.send(ctx, p)
	return p.ends, nil
}

// read returns the answer of a page, and has some of those after it read too.
func (l *lister) read(ctx context.Context, number int) <-chan answer {
	last := min(number+l.window-1, max(pagesOf(l.most), number))
	for n := number; n <= last; n++ {
		if l.ahead[n] == nil {
			l.ahead[n] = l.fetch(ctx, n, linkcard.MaxPageSize)
		}
	}
	got := l.ahead[number]
	delete(l.ahead, number)
	return got
}

// fetch begins to read a page of some size.
func (l *lister) fetch(ctx context.Context, number, size int) <-chan answer {
	got := make(chan answer, 1)
	request := l.listings[l.listing]
	request.PageNo, request.PageSize = number, size
	l.fetches.Go(func() {
		var data linkcard.CardPage
		var err error
		if panicked := l.guard(ctx, func() { data, err = l.calls.readPage(ctx, request) }); panicked != nil {
			err = panicked
		}
		got <- answer{data, err}
	})
	return got
}

// whole takes a page that was read. One with fewer new cards than the total says
// is read again.
func (l *lister) whole(ctx context.Context, p *page, number int, data linkcard.CardPage) (rows int, err error) {
	l.window = min(2*l.window, inFlight)
	if err := l.follow(ctx, number, data.Total); err != nil {
		return 0, err
	}
	first := (number-1)*linkcard.MaxPageSize + 1
	l.take(p, first, data)
	rows = len(data.List)
	if len(p.here) < min(l.most-first+1, linkcard.MaxPageSize) {
		if rows, err = l.fill(ctx, p, number, rows); err != nil {
			return 0, err
		}
	}
	l.empty++
	if rows > 0 {
		l.empty = 0
	}
	return rows, nil
}

// follow reads pages again where cards have left the fleet since they were read:
// others have moved up in the listing and would be missed.
func (l *lister) follow(ctx context.Context, number, total int) error {
	drift := min(pagesOf(l.total-total), maxDrift, number-1, maxDrifts-l.drifts)
	l.total, l.most = total, max(l.most, total)
	for n := number - max(drift, 0); n < number; n++ {
		l.drifts++
		got := <-l.fetch(ctx, n, linkcard.MaxPageSize)
		if outOfTime(ctx, got.err) {
			return got.err
		}
		p := &page{next: number, total: l.total}
		l.take(p, (n-1)*linkcard.MaxPageSize+1, got.data)
		l.send(ctx, p)
	}
	return nil
}

// take adds the cards to a page that this run has not seen yet.
func (l *lister) take(p *page, first int, data linkcard.CardPage) {
	for i, info := range data.List {
		c := listedCard{CardInfo: info, position: first + i}
		mark := markOf(subjectOf(c))
		listing := l.listed[mark]
		l.listed[mark] = l.listing + 1
		switch {
		case listing == l.listing+1:
			continue
		case listing > 0 || l.listedBefore(info):
			p.again++
		default:
			p.cards = append(p.cards, c)
		}
		p.here = append(p.here, mark)
		l.here++
	}
}

// listedBefore reports whether the card was in the first listing, that of the cards
// that expire, too: an earlier run may have read it there.
func (l *lister) listedBefore(info linkcard.CardInfo) bool {
	expires := info.Expires(l.config.Zone)
	return l.listing > 0 && !expires.IsZero() && !expires.After(l.listings[0].ExpireEnd)
}

// ends reports whether a page is the listing's last. Where the total cannot be
// right, full pages with new cards are followed by more.
func (l *lister) ends(number, rows, fresh int) bool {
	if l.empty >= emptyInARow || l.repeats >= repeatedInARow || number >= maxPages {
		return true
	}
	if number < pagesOf(l.most) {
		return false
	}
	wrong := l.here > l.total || !l.partial() && shrunk(l.total, l.from.Before.Cards)
	return !wrong || rows < linkcard.MaxPageSize || fresh == 0
}
