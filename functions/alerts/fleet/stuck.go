package fleet

import (
	"context"
	"fmt"

	"signalbox/shared/aliyun/linkcard"
)

const (
	// stuckRuns is how many runs in a row try a page that cannot be read.
	stuckRuns = 3
	// lateRuns is how many runs in a row may end before a page has all its answers.
	// The next one waits less for each.
	lateRuns = 3
	// maxDoublings keeps the number of pages that are left out from overflowing.
	maxDoublings = 20
)

// stuck counts a run that could not read the listing. From the third one in a row at
// the same page on, the sweep goes on after some pages that it leaves out: three,
// and with each further run twice as many.
func (r *run) stuck(cause error) error {
	c := &r.at
	c.Stuck++
	r.parts.due = true
	total := c.Total
	if total == 0 && !c.Partial {
		total = c.Before.Cards
	}
	leftOut := failuresInARow << min(max(c.Stuck-stuckRuns, 0), maxDoublings)
	first, last := c.Page, min(c.Page+leftOut-1, pagesOf(total))
	// A sweep that has read no card does not leave out all pages up to the end.
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

// countLate counts a run that ended before any page had all its answers. The count
// begins anew after a run that got further, gave up waiting for no answer and was
// answered in the end: while some take too long, or the client itself gives them up,
// later runs have to do so, too.
func (r *run) countLate(ctx context.Context, err error) {
	late := r.at.Late
	switch {
	case r.folded == 0 && outOfTime(ctx, err):
		late = min(late+1, lateRuns)
	case r.folded > 0 && !r.calls.slow.Load() && !r.calls.gate.failing():
		late = 0
	}
	if late != r.at.Late {
		r.at.Late = late
		r.parts.due = true
	}
}
