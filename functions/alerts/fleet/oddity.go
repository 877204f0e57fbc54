package fleet

// few is how many cards are named one by one although all of them are odd.
const few = 10

// oddities are the causes for which cards of the listing are unreadable. What is so
// of most of them is the listing's fault, and no card's own.
type oddities struct {
	cards int            // of the sweep so far
	whys  map[string]int // how many of them are unreadable for which cause
}

// sort says of each card of a page that is unreadable whether most others are, too.
func (o *oddities) sort(p *page) {
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
