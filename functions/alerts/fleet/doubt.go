package fleet

import (
	"time"

	"signalbox/shared/incident"
)

const (
	// doubtTime is how long listings must give cause for distrust until they are
	// believed all the same: the fleet is then another one.
	doubtTime = 24 * time.Hour
	// enoughOpen is how many cards with an incident it takes to judge a filtered
	// listing by them.
	enoughOpen = 10
)

// endListing goes on to the next listing. After the last one it decides whether the
// listings are believed: only then do cards that they lack count as missing.
func (r *run) endListing() {
	c := &r.at
	nextListing(c)
	if c.Listing < len(r.listings) {
		return
	}
	if c.Partial {
		c.Overlap = 1
		believe(c, r.doubtPart())
	} else {
		c.Overlap = overlap(c.Before.Sample, c.Sample)
		believe(c, doubtWhole(*c))
	}
	grow(c)
}

// nextListing begins another listing and adds the one before to the earlier ones.
func nextListing(c *Checkpoint) {
	c.Short += max(0, c.Total-c.Here-c.Lost)
	c.Earlier = c.Cards()
	c.Here, c.Again, c.Lost, c.Total, c.Recent, c.Repeats = 0, 0, 0, 0, nil, 0
	c.Listing, c.Page = c.Listing+1, 1
}

// doubtPart returns why listings that leave cards out are not to be believed: most
// cards with an incident are in none of them.
func (r *run) doubtPart() string {
	cards, missing := 0, 0
	for subject := range r.known.Open {
		if subject.Kind == incident.Card {
			cards++
			if !r.wasSeen(subject) {
				missing++
			}
		}
	}
	if cards >= enoughOpen && 2*missing > cards {
		return "most of the cards with an incident are not listed any more"
	}
	return ""
}

// doubtWhole returns why a listing of the whole account is not to be believed.
func doubtWhole(c Checkpoint) string {
	switch {
	case c.Cards() == 0:
		return "the account lists no cards"
	case shrunk(c.Cards(), c.Before.Cards):
		return "a tenth of the cards or more are not listed any more"
	case aTenth(float64(c.Before.Cards)*(1-c.Overlap), c.Before.Cards):
		return "a tenth of the listed cards or more are others than before"
	default:
		return ""
	}
}

// believe ends the last listing. doubt is the cause for distrust, empty for none.
func believe(c *Checkpoint, doubt string) {
	c.Listed, c.Distrust = true, ""
	switch {
	case doubt == "":
		c.Doubted = time.Time{}
	case c.Doubted.IsZero():
		c.Distrust, c.Doubted = doubt, c.Started
	case c.Cards() == 0, !c.doubtedLong(): // an empty account is never believed
		c.Distrust = doubt
	}
}

// doubtedLong reports whether the listings have given cause for distrust for so long
// that they are believed all the same.
func (c Checkpoint) doubtedLong() bool {
	return !c.Doubted.IsZero() && c.Started.Sub(c.Doubted) >= doubtTime
}

// grow notes a listing with a tenth of new cards, or more.
func grow(c *Checkpoint) {
	share := 1 - overlap(c.Sample, c.Before.Sample)
	switch {
	case c.Before.Cards == 0 || !aTenth(float64(c.Cards())*share, c.Before.Cards):
		c.Grown = time.Time{}
	case c.Grown.IsZero():
		c.Grown = c.Started
	}
}

// grownLong reports whether the listings have had many new cards for so long that
// these are the fleet's, or have none.
func (c Checkpoint) grownLong() bool {
	return c.Grown.IsZero() || c.Started.Sub(c.Grown) >= doubtTime
}

// shrunk reports whether a fleet has lost a tenth of its cards, or more.
func shrunk(now, before int) bool { return aTenth(float64(before-now), before) }

// aTenth reports whether so many cards are a tenth of a fleet. One card never is.
func aTenth(cards float64, fleet int) bool { return cards > 1 && 10*cards >= float64(fleet) }
