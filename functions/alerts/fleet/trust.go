package fleet

import (
	"slices"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

const (
	// enoughKnown is how many cards of earlier sweeps' samples show that a listing is
	// the fleet's, and maxHeld how many pages are held until they are found. In a
	// fleet of 100,000 that takes about sixty.
	enoughKnown, maxHeld = 3, 200
	// notOurs is why cards are not evaluated that a listing has in the place of others.
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

// weigh counts which cards earlier sweeps had.
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

// isOurs reports whether the listing is surely the fleet's, or nobody can say.
func (c Checkpoint) isOurs() bool {
	return len(c.Last) == 0 || c.lasts() || c.Known >= enoughKnown && c.Known > c.Strange
}

// isStrange reports whether the listing seems to be another account's.
func (c Checkpoint) isStrange() bool { return c.Strange > c.Known && !c.lasts() }

// withheld is what is left of a card or a pool of a strange listing. What has an
// incident is the fleet's.
func (r *run) withheld(i result) result {
	if _, open := r.known.Open[i.observation.Subject]; open {
		return i
	}
	i.observation = rule.Observation{Subject: i.observation.Subject, Unreadable: notOurs}
	i.unknown, i.used = true, card.DataSize{}
	return i
}
