package fleet

import (
	"slices"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

const (
	// enoughKnown is how many cards that were in the last sweep's sample show that a
	// listing is the fleet's. Pages are held until so many are found, but at most
	// maxHeld: in a fleet of 100,000 it takes about sixty.
	enoughKnown, maxHeld = 3, 200
	// notOurs is why the cards of a strange listing are not evaluated.
	notOurs = "most cards of the listing are others than before"
)

// admit takes a complete page. The first ones of the listing are held until it is
// known whether the listing is the fleet's: a listing of another account is to open
// nothing, although its end is not read yet.
func (r *run) admit(p *page) {
	r.weigh(p.here)
	r.held = append(r.held, p)
	if p.single || r.judged || r.at.isOurs() || p.ends || len(r.held) >= maxHeld {
		r.release()
	}
}

// release goes on with the pages that were held, by what is known so far.
func (r *run) release() {
	if len(r.held) == 0 {
		return
	}
	r.judged = true
	held := r.held
	r.held = nil
	for _, p := range held {
		r.fold(p)
	}
}

// weigh counts the listed cards that the last sample would have if they had been
// listed then, by whether it has them.
func (r *run) weigh(marks Marks) {
	sample := r.at.Last
	if len(sample) == 0 {
		return
	}
	for _, mark := range marks {
		if mark > reach(sample) {
			continue
		}
		if _, known := slices.BinarySearch(sample, mark); known {
			r.at.Known++
		} else {
			r.at.Strange++
		}
	}
}

// isOurs reports whether the listing is surely the fleet's, or there is nothing to
// compare it with.
func (c Checkpoint) isOurs() bool {
	return len(c.Last) == 0 || c.doubtedLong() || c.Known >= enoughKnown && c.Known > c.Strange
}

// isStrange reports whether the listing seems to be another account's.
func (c Checkpoint) isStrange() bool { return c.Strange > c.Known && !c.doubtedLong() }

// withheld leaves nothing of a card or a pool of a strange listing to be evaluated,
// unless it has an incident: then it is the fleet's.
func (r *run) withheld(i result) result {
	if _, open := r.known.Open[i.observation.Subject]; open {
		return i
	}
	i.observation = rule.Observation{Subject: i.observation.Subject, Unreadable: notOurs}
	i.unknown, i.used = true, card.DataSize{}
	return i
}
