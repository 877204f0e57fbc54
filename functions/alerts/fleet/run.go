package fleet

import (
	"context"
	"fmt"
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

const (
	// buffered is how many pages the listing may be ahead of the lookups, and
	// these of the caller.
	buffered = 100
	// stuckRuns is how many runs in a row try a page that cannot be read.
	stuckRuns = 3
)

// run is one run of a sweep. Its fields belong to the caller's goroutine, but
// for those that say otherwise.
type run struct {
	*Scanner

	known    Known
	now      time.Time // does not change
	at       Checkpoint
	listings []linkcard.ListCardInfoRequest // do not change
	watched  map[card.ICCID]bool            // do not change

	yield  func(Part, error) bool
	left   bool // the caller wants no more
	part   Part
	held   []*page // complete, until it is known whether the listing is the fleet's
	judged bool    // that was decided
	pages  int     // in part
	timer  *time.Timer

	// listed has the cards of this run by the listing in which they were last, from
	// 1; it belongs to the lister until that is done. seen has the subjects that
	// earlier runs of the sweep have handed out.
	listed map[uint64]int
	seen   map[uint64]bool // does not change
	pools  sync.Map        // credentials that were asked for, by all

	calls struct{ list, flow, pool atomic.Int64 }
	gate  gate
	over  atomic.Bool // the time has run out

	panicked sync.Once // over a card or a page

	patience time.Duration // for one answer; 0: while the run lasts. Does not change
	slow     atomic.Bool   // an answer took longer
	folded   int           // pages that got all their answers

	tasks errgroup.Group
	all   sync.WaitGroup
	quit  chan struct{} // closed when the caller wants no more
}

func newRun(s *Scanner, from Checkpoint, known Known, yield func(Part, error) bool) *run {
	r := &run{
		Scanner: s, known: known, now: s.config.Now().In(s.config.Zone), at: from, yield: yield,
		listings: s.config.Filters.listings(from.Started, s.config.Zone), watched: make(map[card.ICCID]bool),
		listed: make(map[uint64]int), seen: make(map[uint64]bool), timer: time.NewTimer(partTime), quit: make(chan struct{}),
	}
	r.tasks.SetLimit(inFlight)
	r.at.Counts = from.Counts.clone()
	if r.at.Partial != s.partial() {
		r.at.Partial, r.at.Last = s.partial(), nil // it was of other cards
	}
	r.at.Listing = min(r.at.Listing, len(r.listings)-1) // there were more, if the settings have changed
	for _, mark := range known.Seen {
		r.seen[mark] = true
	}
	for _, id := range s.config.Watch {
		r.watched[id] = true
	}
	if len(r.watched) > 0 {
		r.at.Listed, r.at.Overlap = true, 1
		r.at.Earlier, r.at.Read = len(r.watched), len(r.watched)
	}
	return r
}

// wait returns when nothing of the run is under way any more.
func (r *run) wait() {
	close(r.quit)
	r.all.Wait()
	_ = r.tasks.Wait()
	r.timer.Stop()
}

// sweep goes on to the end of the sweep: first the listing, then what the listing
// should have had.
func (r *run) sweep(ctx context.Context) error {
	if !r.at.Finished.IsZero() {
		return nil
	}
	if !r.at.Listed {
		if err := r.list(ctx); err != nil || r.left {
			return err
		}
	}
	if r.at.Distrust != "" {
		r.config.Logger.LogAttrs(ctx, slog.LevelWarn, "the listing is not believed", slog.String("cause", r.at.Distrust))
	}
	if r.at.Partial || r.at.Distrust == "" {
		if err := r.single(ctx); err != nil || r.left {
			return err
		}
	}
	r.forget()
	finish(&r.at, r.config.Now())
	r.pages++
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
			failure = err // stuck gives the page up in the end
		}
	})
	if err := r.collect(ctx, r.dispatch(ctx, listed), cancel); err != nil || r.left {
		return err
	}
	if failure == nil || outOfTime(ctx, failure) {
		return failure
	}
	return r.stuck(failure)
}

// stuck remembers that the listing could not be read. After a few runs at the
// same page the sweep goes on without some pages, and each time without more.
func (r *run) stuck(cause error) error {
	c := &r.at
	c.Stuck++
	r.pages++
	total := c.Total
	if total == 0 && !c.Partial {
		total = c.Before.Cards
	}
	first, last := c.Page, min(c.Page+failuresInARow<<min(max(c.Stuck-stuckRuns, 0), 20)-1, pagesOf(total))
	// Where nothing at all can be read, or may be, it is not for some pages.
	nothing := c.Here+c.Earlier == 0 && last >= pagesOf(total)
	if c.Stuck < stuckRuns || nothing || !splits(cause, false) {
		return cause
	}
	c.Total = total
	if first <= last {
		lose(c, gap{from: (first-1)*linkcard.MaxPageSize + 1, to: min(last*linkcard.MaxPageSize, total), why: unanswered(cause)})
	}
	if c.Page = max(last, first) + 1; c.Page > pagesOf(total) {
		r.endListing()
	}
	return fmt.Errorf("going on without the pages from %d to %d: %w", first, last, cause)
}

// endListing goes on to the next listing, or decides after the last one whether
// the listings are to be believed.
func (r *run) endListing() {
	endListing(&r.at)
	if r.at.Listing < len(r.listings) {
		return
	}
	r.at.Overlap = 1
	if !r.at.Partial {
		r.at.Overlap = overlap(r.at.Before.Sample, r.at.Sample)
	}
	believe(&r.at, r.doubt())
	grow(&r.at)
}

// doubt returns why listings that leave cards out are not believed: most of the
// cards with an incident are in none of them.
func (r *run) doubt() string {
	if !r.at.Partial {
		return doubt(r.at)
	}
	cards, missing := 0, 0
	for subject := range r.known.Open {
		if subject.Kind == incident.Card {
			cards++
			if !r.wasSeen(subject) {
				missing++
			}
		}
	}
	if cards >= 10 && 2*missing > cards {
		return "most of the cards with an incident are not listed any more"
	}
	return ""
}

// wasSeen reports whether this sweep has observed a subject with an incident.
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
			r.part.Forget = append(r.part.Forget, id)
		}
	}
	slices.Sort(r.part.Forget)
}
