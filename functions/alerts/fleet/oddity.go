package fleet

// few is up to how many cards each have an incident of their own, even where all of
// them are unreadable for one cause.
const few = 10

// oddities count the causes for which cards of the listing are unreadable. A cause
// that most cards have in common is the listing's fault.
type oddities struct {
	cards int            // of the sweep so far
	whys  map[string]int // how many of them are unreadable for which cause
}

// mark counts the cards of a page, and says of each unreadable one whether most cards
// have its cause in common.
func (o *oddities) mark(p *page) {
	for _, i := range p.items {
		if i.counts {
			o.cards++
		}
		if why := i.observation.Unreadable; why != "" {
			add(&o.whys, why, 1)
		}
	}
	for n := range p.items {
		own := &p.items[n].observation
		own.Common = own.Unreadable != "" && !p.single && o.cards > few && 2*o.whys[own.Unreadable] > o.cards
	}
}
