package fleet

import (
	"context"
	"fmt"
	"sync/atomic"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// page is a page of the listing, or some subjects that are asked for one by one,
// on its way from the lister to the caller.
type page struct {
	// What the lister knows of it. next is the page to go on with after it, and
	// ends says that there is none in its listing. single says that it is no page
	// of the listing.
	total  int
	next   int
	ends   bool
	single bool
	cards  []listedCard
	here   Marks // its cards that no other page of the listing had
	again  int   // those of them that an earlier listing had
	gaps   []gap

	items   []item
	pending atomic.Int32
	done    chan struct{} // closed when all items have their results
}

// listedCard is a card and where in the listing it stands, from 1.
type listedCard struct {
	linkcard.CardInfo

	position int
}

// rowID names a card of the listing that has no ICCID to be named by.
func (c listedCard) rowID() string {
	page, row := (c.position-1)/linkcard.MaxPageSize, (c.position-1)%linkcard.MaxPageSize
	return fmt.Sprintf("row %d of page %d", row+1, page+1)
}

// item is a subject of a page. ask is nil where the listing was enough.
type item struct {
	result

	ask func(context.Context, result) result
}

// result is what is known of a subject in the end.
type result struct {
	observation rule.Observation
	more        []rule.Observation // of others that came along
	// late says that the time ran out before the answer came, unknown that there is
	// nothing to evaluate.
	late, unknown bool
	counts        bool          // it is one of the cards that are counted
	found         bool          // it is in the account, although not in the listing
	used          card.DataSize // to be added to the fleet's usage

	lookup *Lookup // to be kept
	forget bool    // an earlier lookup is not needed any more
	due    bool    // a lookup was due
	cause  string  // why it failed
	denied bool
}

// repeats counts pages in a row, of which this is the last, without a card that is new.
func (p *page) repeats(before int) int {
	if len(p.here) > 0 {
		return 0
	}
	return before + 1
}

// lose notes that so many cards from one on could not be read.
func (p *page) lose(from, cards int, cause error) {
	p.gaps = append(p.gaps, gap{from: from, to: from + cards - 1, why: unanswered(cause)})
}

// gap is a part of the listing that could not be read: cards in its order, from 1.
type gap struct {
	from, to int
	why      string
}

func unanswered(cause error) string {
	return "a page of the listing was not answered: " + aliyun.Cause(cause)
}

// unreadable says why the subject cannot be evaluated, for a cause of its own and not
// one that it has in common with most cards.
func (r *result) unreadable(why string) { r.observation.Unreadable, r.observation.Common = why, false }

// finish counts one more of the page's items that has its result.
func (p *page) finish() {
	if p.pending.Add(-1) == 0 {
		close(p.done)
	}
}

func (p *page) late() bool {
	for _, i := range p.items {
		if i.late {
			return true
		}
	}
	return false
}
