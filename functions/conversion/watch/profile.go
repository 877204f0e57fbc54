package watch

import (
	"cmp"
	"math"
	"slices"
	"time"

	"signalbox/functions/conversion/window"
)

// Profile is the past that windows are compared with: for each country its requests
// and verifications by hour of the week, and for each country and prefix those of the
// last weeks, the older the less they count. It is bounded, however many prefixes come.
// The zero value has no past. It is not safe for concurrent use.
type Profile struct {
	from, until time.Time
	cells       [week]cell
	countries   map[string]*country
	// spreads are how much more the counts of each horizon vary than chance has it.
	spreads [horizons]spread
}

const (
	week = 7 * 24 // hours
	// day is what an hour of the week is to the same hour of another day.
	day = 24
	// young is the age at which the last weeks begin to count, and not the last day.
	young = week * time.Hour
	// longPast and shortPast are after which time a count weighs 1/e: from then on,
	// and before.
	longPast  = 14 * 24 * time.Hour
	shortPast = 24 * time.Hour
	// weekly is what a week later is left of the weight of an hour.
	weekly = 0.7
	// longestGap is how long without windows counts as without requests, and not as
	// time in which nobody counted.
	longestGap = 12 * time.Hour
	// MaxPrefixes is how many prefixes have a past of their own. The smallest give way
	// to larger ones, and are then known as part of their country alone.
	MaxPrefixes = 1000
)

// cell is for how long an hour of the week was seen, in hours, the last weeks most.
type cell struct {
	week  int64
	hours float64
}

// country is the past of one country. others are its prefixes that have none of their
// own.
type country struct {
	sum      counted
	cells    [week]counted
	prefixes map[string]*counted
	others   counted
}

// hourOf returns the hour of the week and the week of a time.
func hourOf(t time.Time) (hour int, number int64) {
	hours := t.Unix() / int64(time.Hour/time.Second)
	return int(hours % week), hours / week
}

// Age returns how long the past is.
func (p *Profile) Age() time.Duration { return p.until.Sub(p.from) }

// Until returns the end of the newest window that was learnt, or zero.
func (p *Profile) Until() time.Time { return p.until }

// Rewind has the past end at a time before its end, as is needed where a clock was ahead:
// windows from then on are compared and learnt again. What was learnt stays.
func (p *Profile) Rewind(to time.Time) {
	if ahead := p.until.Sub(to); ahead > 0 {
		p.from, p.until = p.from.Add(-ahead), to
	}
}

// learn adds a window, in which unusual says what was not as usual.
func (p *Profile) learn(w window.Window, unusual unusual) {
	if p.countries == nil {
		p.countries = make(map[string]*country)
	}
	p.elapse(w)
	hour, _ := hourOf(w.Start)
	for _, g := range w.By {
		c := p.countries[g.Country]
		if c == nil {
			c = &country{prefixes: make(map[string]*counted)}
			p.countries[g.Country] = c
		}
		counts := unusual.learnt(g)
		c.sum.add(counts)
		c.cells[hour].add(counts)
		c.prefix(g.Key).add(counts)
	}
	p.bound()
}

// prefix returns the past of a group.
func (c *country) prefix(k window.Key) *counted {
	if k.Rest || k.Prefix == "" {
		return &c.others
	}
	past := c.prefixes[k.Prefix]
	if past == nil {
		past = new(counted)
		c.prefixes[k.Prefix] = past
	}
	return past
}

// elapse has the past lose weight until the end of a window, and counts the time.
func (p *Profile) elapse(w window.Window) {
	if p.from.IsZero() {
		p.from, p.until = w.Start, w.Start
	}
	fade := shortPast
	if p.Age() >= young {
		fade = longPast
	}
	by := math.Exp(-float64(w.End.Sub(p.until)) / float64(fade))
	for _, c := range p.countries {
		c.sum.scale(by)
		c.others.scale(by)
		for _, past := range c.prefixes {
			past.scale(by)
		}
	}
	for h := range p.spreads {
		p.spreads[h].fade(math.Exp(-float64(w.End.Sub(p.until)) / float64(longPast)))
	}
	if w.Start.Sub(p.until) <= longestGap {
		for at := p.until; at.Before(w.Start); {
			next := at.Truncate(time.Hour).Add(time.Hour)
			if next.After(w.Start) {
				next = w.Start
			}
			p.see(at, next.Sub(at))
			at = next
		}
	}
	p.see(w.Start, w.End.Sub(w.Start))
	p.until = w.End
}

// see counts the time of an hour of the week, and has its last weeks lose weight.
func (p *Profile) see(at time.Time, length time.Duration) {
	hour, number := hourOf(at)
	seen := &p.cells[hour]
	if seen.week != number {
		by := math.Pow(weekly, float64(min(max(number-seen.week, 0), week)))
		seen.week, seen.hours = number, seen.hours*by
		for _, c := range p.countries {
			c.cells[hour].scale(by)
		}
	}
	seen.hours += length.Hours()
}

// bound has the smallest prefixes be known as part of their country alone.
func (p *Profile) bound() {
	n := 0
	for _, c := range p.countries {
		n += len(c.prefixes)
	}
	if n <= MaxPrefixes {
		return
	}
	type entry struct {
		country *country
		prefix  string
		size    float64
	}
	all := make([]entry, 0, n)
	for _, c := range p.countries {
		for prefix, past := range c.prefixes {
			all = append(all, entry{c, prefix, past.requested})
		}
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.prefix, b.prefix))
	})
	for _, e := range all[MaxPrefixes:] {
		past := e.country.prefixes[e.prefix]
		e.country.others.add(*past)
		delete(e.country.prefixes, e.prefix)
	}
}
