package fleet

import (
	"cmp"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
)

// Checkpoint is how far a sweep has come and what it has counted. It is small
// and encodes to JSON. Only a scan changes it.
type Checkpoint struct {
	Sweep    string    `json:"sweep"` // its id
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished,omitzero"` // zero: the sweep is not finished
	// Before is the fleet that this one is compared with, as an earlier sweep saw
	// it; zero: there was none. Sample stands for the cards of this one.
	Before Census `json:"before,omitzero"`
	Sample Marks  `json:"sample,omitempty"`

	// Last is the sample of the last sweep that was believed, has read nearly all
	// cards, and was Partial like this one. Of the listed cards that would be in it if
	// they had been listed then, Known counts those that are in it, and Strange those
	// that are not.
	Last    Marks `json:"last,omitempty"`
	Known   int   `json:"known,omitempty"`
	Strange int   `json:"strange,omitempty"`

	// Page is the next page, from 1, of one of the listings, from 0. Total is how
	// many cards that listing has, as it said last.
	Listing int `json:"listing,omitempty"`
	Page    int `json:"page"`
	Total   int `json:"total,omitempty"`
	// Here counts the cards of that listing, Again those of them that an earlier
	// listing had too, Lost those that could not be read. Recent are the last ones.
	// Repeats counts the last pages in a row without a card that is new.
	Here    int   `json:"here,omitempty"`
	Again   int   `json:"again,omitempty"`
	Lost    int   `json:"lost,omitempty"`
	Recent  Marks `json:"recent,omitempty"`
	Repeats int   `json:"repeats,omitempty"`
	// Stuck counts the runs in a row that could not read that page.
	Stuck int `json:"stuck,omitempty"`

	// Late counts the runs in a row that ended before a page had all its answers.
	Late int `json:"late,omitempty"`

	// Earlier counts the cards of the earlier listings, Read those of all listings
	// that were read, Short those that the listings counted but did not list, and
	// Found those of them that were found one by one.
	Earlier int `json:"earlier,omitempty"`
	Read    int `json:"read,omitempty"`
	Short   int `json:"short,omitempty"`
	Found   int `json:"found,omitempty"`
	// Listed says that the listings were read to their ends, Partial that they
	// leave cards out, and Distrust why cards that they lack are not taken to be
	// missing; empty: they are. Overlap is the share of Before's cards in them.
	Listed   bool    `json:"listed,omitempty"`
	Partial  bool    `json:"partial,omitempty"`
	Distrust string  `json:"distrust,omitempty"`
	Overlap  float64 `json:"overlap,omitempty"`
	// Doubted is since when the listings have given cause for distrust; zero: the
	// last ones gave none.
	Doubted time.Time `json:"doubted,omitzero"`
	// Grown is since when at least a tenth of the listed cards are not among Before's;
	// zero: in the last listing they were.
	Grown time.Time `json:"grown,omitzero"`

	Counts Counts `json:"counts"`
}

// Census is a fleet as a sweep that was believed saw it.
type Census struct {
	Cards  int   `json:"cards"` // that were really read
	Sample Marks `json:"sample"`
}

// Begin returns the checkpoint of a new sweep. before is the zero Census where
// there was no sweep before it.
func Begin(now time.Time, before Census) Checkpoint {
	return Checkpoint{Sweep: now.UTC().Format("20060102T150405.000Z"), Started: now, Page: 1, Before: before}
}

// Next returns the checkpoint of the sweep after one that is finished. A fleet that
// has suddenly grown is not what later ones are compared with until that has
// lasted: cards of another account may be among its own for a while.
func (c Checkpoint) Next(now time.Time) Checkpoint {
	before := c.Before
	if c.Distrust == "" && c.grownLong() {
		before, c.Grown = Census{Cards: c.read(), Sample: c.Sample}, time.Time{}
	}
	next := Begin(now, before)
	next.Partial, next.Last = c.Partial, c.Last
	if c.Distrust == "" && !shrunk(c.read(), c.Cards()) {
		next.Last = c.Sample
	}
	next.Doubted, next.Grown, next.Late = c.Doubted, c.Grown, c.Late
	return next
}

// IsBelieved reports whether the sweep is finished, and its listing believed.
func (c Checkpoint) IsBelieved() bool { return !c.Finished.IsZero() && c.Distrust == "" }

// IsWhole reports whether the listing has all cards of the account, is believed, and nearly
// all of them were read.
func (c Checkpoint) IsWhole() bool {
	return c.Listed && !c.Partial && c.Distrust == "" && !shrunk(c.read(), c.Cards())
}

// Cards returns how many cards the fleet has, as far as that is known.
func (c Checkpoint) Cards() int { return c.Earlier + max(c.Total, c.Here+c.Lost) - c.Again }

// read is how many cards were really read, whatever the listing claims to have.
func (c Checkpoint) read() int { return c.Read + min(c.Found, c.Short) }

// Fleet returns what the scan knows of the fleet itself.
func (c Checkpoint) Fleet() rule.FleetObservation {
	lookupError, _ := most(c.Counts.Causes)
	o := rule.FleetObservation{
		Total: c.Cards(), Listed: c.read(), Complete: c.Listed, Overlap: 1,
		Lookups: c.Counts.Lookups, LookupsFailed: c.Counts.LookupsFailed,
		LookupError: lookupError, LookupDenied: 2*c.Counts.Denied > c.Counts.LookupsFailed,
	}
	for _, cards := range c.Counts.Common {
		o.Odd += cards
	}
	o.OddWhy, _ = most(c.Counts.Common)
	if !c.Partial {
		o.Before = c.Before.Cards
	}
	if c.Listed {
		o.Overlap = c.Overlap
	}
	return o
}

// finish ends a sweep.
func finish(c *Checkpoint, now time.Time) {
	found := 0
	if !c.Partial {
		found = min(c.Found, c.Short)
	}
	c.Counts.Checked += found
	fail(&c.Counts, c.Short-found, "the listing counts cards that it does not list")
	c.Finished = now
}

// lose counts the cards of a gap as failed.
func lose(c *Checkpoint, g gap) {
	if cards := g.to - g.from + 1; cards > 0 {
		c.Lost += cards
		fail(&c.Counts, cards, g.why)
	}
}

// pagesOf returns how many pages so many cards fill.
func pagesOf(cards int) int { return (cards + linkcard.MaxPageSize - 1) / linkcard.MaxPageSize }

// earlier returns the earlier of two times, where both are known.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return cmp.Or(b, a)
	}
	return a
}
