package fleet

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// buffered is how many pages the listing may be ahead of the lookups, and these of
// the caller.
const buffered = 100

// run is one run of a sweep. Its fields belong to the caller's goroutine, but for
// those that say otherwise.
type run struct {
	*Scanner

	// These do not change.
	known    Known
	now      time.Time
	listings []linkcard.ListCardInfoRequest
	watched  map[card.ICCID]bool
	seen     map[uint64]bool // subjects that earlier runs of the sweep have handed out

	at     Checkpoint
	parts  parts
	held   []*page // complete pages, until it is known whether the listing is the fleet's
	judged bool    // they are held no longer
	folded int     // pages that got all their answers

	// listed has the cards of this run by the listing in which they were last, from
	// 1. It belongs to the lister until that is done.
	listed map[uint64]int

	// These are safe for concurrent use.
	calls    calls
	pools    sync.Map    // credentials that were asked for
	over     atomic.Bool // the time has run out
	panicked sync.Once   // over a card or a page

	tasks errgroup.Group // what is asked about cards and pools
	all   sync.WaitGroup // what hands pages on: the lister or single, and dispatch
	quit  chan struct{}  // closed when the caller wants no more
}

func newRun(s *Scanner, from Checkpoint, known Known, yield func(Part, error) bool) *run {
	r := &run{
		Scanner: s, known: known, now: s.config.Now().In(s.config.Zone), at: from,
		listings: s.config.Filters.listings(from.Started, s.config.Zone),
		watched:  make(map[card.ICCID]bool), seen: make(map[uint64]bool), listed: make(map[uint64]int),
		parts: parts{yield: yield, timer: time.NewTimer(partTime)},
		calls: calls{cards: s.config.Cards, pools: s.config.Pools},
		quit:  make(chan struct{}),
	}
	r.tasks.SetLimit(inFlight)
	for _, mark := range known.Seen {
		r.seen[mark] = true
	}
	for _, id := range s.config.Watch {
		r.watched[id] = true
	}
	r.adapt()
	return r
}

// adapt makes the checkpoint of an earlier run fit this one's settings, which may be
// others.
func (r *run) adapt() {
	c := &r.at
	c.Counts = c.Counts.clone()
	if c.Partial != r.partial() {
		c.Partial, c.Last = r.partial(), nil // it was of other cards
	}
	c.Listing = min(c.Listing, len(r.listings)-1)
	if len(r.watched) > 0 {
		c.Listed, c.Overlap = true, 1
		c.Earlier, c.Read = len(r.watched), len(r.watched)
	}
}

// wait returns when nothing of the run is under way any more.
func (r *run) wait() {
	close(r.quit)
	r.all.Wait()
	_ = r.tasks.Wait()
	r.parts.timer.Stop()
}

// sweep goes on to the end of the sweep: first the listing, then what the listing
// should have had.
func (r *run) sweep(ctx context.Context) error {
	if !r.at.Finished.IsZero() {
		return nil
	}
	if !r.at.Listed {
		if err := r.list(ctx); err != nil || r.parts.left {
			return err
		}
	}
	if r.at.Distrust != "" {
		r.config.Logger.LogAttrs(ctx, slog.LevelWarn, "the listing is not believed", slog.String("cause", r.at.Distrust))
	}
	if r.at.Partial || r.at.Distrust == "" {
		if err := r.single(ctx); err != nil || r.parts.left {
			return err
		}
	}
	r.forget()
	finish(&r.at, r.config.Now())
	r.parts.due = true
	return nil
}

// list reads the listings, with lookups of the cards that need one.
func (r *run) list(ctx context.Context) error {
	listing, cancel := context.WithCancel(ctx)
	defer cancel()
	listed := make(chan *page, buffered)
	lister := newLister(r, listed)
	var failure error
	r.all.Go(func() {
		defer close(listed)
		if err := r.guard(listing, func() { failure = lister.list(listing) }); err != nil {
			failure = err // after some runs the sweep goes on without the page
		}
	})
	if err := r.collect(ctx, r.dispatch(ctx, listed), cancel); err != nil || r.parts.left {
		return err
	}
	if failure == nil || outOfTime(ctx, failure) {
		return failure
	}
	return r.stuck(failure)
}

// wasSeen reports whether this sweep has observed a subject with an incident: in this
// run, in an earlier one, or where the incident was opened by it.
func (r *run) wasSeen(s incident.Subject) bool {
	mark := markOf(s)
	_, asked := r.pools.Load(s.ID)
	since := r.known.Open[s].Since
	return r.listed[mark] > 0 || r.seen[mark] || s.Kind == incident.Pool && asked || !since.Before(r.at.Started)
}

// forget has the lookups deleted of cards that are not listed any more.
func (r *run) forget() {
	for id, l := range r.known.Lookups {
		subject := incident.Subject{Kind: incident.Card, ID: string(id)}
		_, open := r.known.Open[subject]
		if r.at.Distrust == "" && !open && l.At.Before(r.at.Started) && !r.wasSeen(subject) {
			r.parts.next.Forget = append(r.parts.next.Forget, id)
		}
	}
	slices.Sort(r.parts.next.Forget)
}
