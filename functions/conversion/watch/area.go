package watch

import (
	"math"

	"signalbox/functions/conversion/window"
)

// area is a country in a horizon. Its prefixes with a past are apart, the others are
// together, with an empty prefix.
type area struct {
	part

	past     *country // without counts where it has none
	prefixes []*part
	// fresh are the prefixes among the others that have no past.
	fresh map[string]*counted

	// usual is that of hour, of which windows are counted.
	usual usual
	hour  int
	// seen is for how many hours that hour was counted before that was counted least, of
	// those that elapse. 0: one is new, so that nobody knows how many requests are usual.
	seen  float64
	lines map[string]*line // nil in a copy
}

// line is where a prefix is counted.
type line struct {
	part *part
	past counted
	rate float64 // in hour
	hour int
	// fresh is of a prefix without a past, else nil.
	fresh *counted
}

const noHour = -1

// newArea has the rate of all countries where the country has no past.
func newArea(code string, past *country, all float64) *area {
	return &area{
		part: part{key: window.Key{Country: code}}, past: past, fresh: make(map[string]*counted),
		usual: usual{rate: all, hour: 1}, hour: noHour, seen: math.Inf(1), lines: make(map[string]*line),
	}
}

// count adds a group.
func (a *area) count(g window.Group) {
	c := counted{float64(g.Requested), float64(g.Verified)}
	l := a.lines[g.Prefix]
	if l == nil {
		l = a.newLine(g.Prefix)
	}
	if l.hour != a.hour {
		l.hour, l.rate = a.hour, a.usual.of(l.past)
	}
	a.part.count(c, l.rate)
	l.part.count(c, l.rate)
	if l.fresh != nil {
		l.fresh.add(c)
	}
}

// newLine finds out where a prefix is counted. The rest has none.
func (a *area) newLine(prefix string) *line {
	if own := a.past.prefixes[prefix]; own != nil && own.requested >= leastPrefix {
		return a.addLine(prefix, *own)
	}
	others := a.lines[""]
	if others == nil {
		others = a.addLine("", a.past.others)
	}
	if prefix == "" {
		return others
	}
	l := &line{part: others.part, past: others.past, hour: noHour - 1, fresh: new(counted)}
	a.lines[prefix], a.fresh[prefix] = l, l.fresh
	return l
}

func (a *area) addLine(prefix string, past counted) *line {
	one := &part{key: window.Key{Country: a.key.Country, Prefix: prefix}, past: past.requested}
	a.prefixes = append(a.prefixes, one)
	l := &line{part: one, past: past, hour: noHour - 1}
	a.lines[prefix] = l
	return l
}

// clone returns a copy that counts no more.
func (a *area) clone() *area {
	c := *a
	c.lines, c.prefixes, c.fresh = nil, make([]*part, len(a.prefixes)), make(map[string]*counted, len(a.fresh))
	copies := make([]part, len(a.prefixes))
	for i, p := range a.prefixes {
		copies[i] = *p
		c.prefixes[i] = &copies[i]
	}
	for prefix, one := range a.fresh {
		same := *one
		c.fresh[prefix] = &same
	}
	return &c
}
