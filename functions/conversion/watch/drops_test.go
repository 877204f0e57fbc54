//go:build long

package watch_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
)

// drop is a fall of the rates of one to three countries or prefixes, or of all.
type drop struct {
	keys   []window.Key // without a prefix: the country; no keys: everything
	factor float64      // of the rates
}

func (d drop) covers(k window.Key) bool {
	return len(d.keys) == 0 || slices.ContainsFunc(d.keys, func(one window.Key) bool {
		return one == k || one.Prefix == "" && one.Country == k.Country
	})
}

func (w *world) drop() drop {
	d := drop{factor: []float64{0, 0.2, 0.4, 0.6, 0.75, 0.85}[w.chance.IntN(6)]}
	if w.chance.IntN(20) == 0 {
		return d
	}
	for range 1 + w.chance.IntN(3) {
		p := w.prefixes[w.chance.IntN(len(w.prefixes))].key
		if w.chance.IntN(3) == 0 {
			p.Prefix = ""
		}
		if !d.covers(p) || len(d.keys) == 0 {
			d.keys = slices.DeleteFunc(d.keys, func(k window.Key) bool { return p.Prefix == "" && k.Country == p.Country })
			d.keys = append(d.keys, p)
		}
	}
	return d
}

// size is what a drop takes in its first hour: verifications, and by how many of their
// standard deviations, of the part that is hit least.
func (w *world) size(d drop, at time.Time) (missing, deviations float64) {
	keys := d.keys
	if len(keys) == 0 {
		keys = []window.Key{{}}
	}
	missing, deviations = math.Inf(1), math.Inf(1)
	for _, key := range keys {
		one := drop{factor: d.factor}
		if len(d.keys) > 0 {
			one.keys = []window.Key{key}
		}
		m, s := w.sizeOf(one, at)
		missing, deviations = min(missing, m), min(deviations, m/s)
	}
	return missing, deviations
}

func (w *world) sizeOf(d drop, at time.Time) (missing, deviation float64) {
	var variance float64
	drift := make(map[int]float64)
	for i := range perHour {
		hour := int(at.Add(time.Duration(i)*windowTime).Sub(monday) / time.Hour)
		for _, p := range w.prefixes {
			if !d.covers(p.key) {
				continue
			}
			busy, off := rhythm((hour + w.hours[p.country]) % (7 * 24))
			n, rate := p.volume*busy, logistic(p.logit+off)
			missing += n * rate * (1 - d.factor)
			variance += n * rate * (1 - rate) * (1 + n*p.spread)
			drift[p.country] += n * rate * (1 - rate) * 0.04
		}
	}
	for _, x := range drift {
		variance += x * x
	}
	return missing, math.Sqrt(variance)
}

// outcome is what became of a planted drop.
type outcome struct {
	delay     time.Duration // after the drop began, up to when the window that showed it had closed
	found     bool
	explained float64 // share of what was taken
	unplanted string
	before    bool // something opened before
	drop      drop
	missing   float64
	size      float64
	details   watch.RateDetails
}

const (
	lead    = 12
	longest = 72
	grace   = 10 * time.Minute
)

// plant has a drop begin, and waits until an incident opens.
func (s *sender) plant(t *testing.T, d drop) (o outcome) {
	t.Helper()
	o.drop = d
	for range lead {
		o.before = o.before || len(openings(s.next(nil))) > 0
	}
	began := s.at
	o.missing, o.size = s.size(d, began)
	for range longest {
		for _, c := range openings(s.next(func(p prefixWorld, _ time.Time) (float64, float64) {
			if d.covers(p.key) {
				return 1, d.factor
			}
			return 1, 1
		})) {
			details, ok := c.Incident.Details.Value.(watch.RateDetails)
			if !ok {
				o.unplanted += fmt.Sprintf("%s %+v", c.Incident.Key, c.Incident.Details.Value)
				continue
			}
			o.found, o.delay, o.details = true, s.at.Add(grace).Sub(began), details
		}
		if o.found {
			s.judge(&o)
			return o
		}
	}
	return o
}

// judge compares what is named with what was planted.
func (s *sender) judge(o *outcome) {
	var taken, explained float64
	for _, p := range s.prefixes {
		if !o.drop.covers(p.key) {
			continue
		}
		missing := p.volume * logistic(p.logit)
		taken += missing
		if slices.ContainsFunc(o.details.Parts, func(part watch.Part) bool { return isIn(p.key, part) }) {
			explained += missing
		}
	}
	o.explained = explained / taken
	for _, part := range o.details.Parts {
		for _, p := range s.prefixes {
			if isIn(p.key, part) && !o.drop.covers(p.key) {
				o.unplanted += fmt.Sprintf("%+v ", part)
				break
			}
		}
	}
}

func isIn(k window.Key, p watch.Part) bool {
	return p.All || k.Country == p.Country && strings.HasPrefix(k.Prefix, p.Prefix)
}

func (o outcome) right() bool {
	return o.found && o.explained >= 0.8 && o.unplanted == "" && !o.before
}

// TestDrops has rates fall somewhere: what is named is what fell, and next to nothing else.
func TestDrops(t *testing.T) {
	t.Parallel()
	worlds := max(2, *trials/125)
	outcomes := make([][]outcome, worlds)
	together(worlds, func(seed int) {
		s := newSender(newWorld(seedsOf["drops"]+uint64(seed), perDay)).train(warm)
		for qualified := 0; qualified < *trials/worlds; {
			at := s.at.Add(time.Duration(s.chance.IntN(perWeek-lead-longest)) * windowTime)
			f := s.fork(t, at)
			d := s.drop()
			if missing, deviations := s.size(d, at); (missing < 30 || deviations < 4) && s.chance.IntN(8) > 0 {
				continue // most drops are small
			}
			o := f.plant(t, d)
			if o.qualified() {
				qualified++
			}
			outcomes[seed] = append(outcomes[seed], o)
		}
	})
	all := slices.Concat(outcomes...)
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "planted drop, in its first hour\ttrials\tright\tfound\t80 % named\tunplanted named\tbefore it\tmedian delay\t90 %\t")
	for _, c := range classes {
		row(table, c.name, slices.DeleteFunc(slices.Clone(all), func(o outcome) bool { return !c.is(o) }))
	}
	table.Flush()
	t.Log("\n" + text.String())
	right, qualified := 0, 0
	for _, o := range all {
		if !o.qualified() {
			continue
		}
		qualified++
		if o.right() {
			right++
		} else {
			t.Logf("not right: %+v", o)
		}
	}
	least := 0.95 * float64(qualified)
	if qualified < 500 { // by chance two deviations fewer are
		least -= 2 * math.Sqrt(0.95*0.05*float64(qualified))
	}
	if float64(right) < least {
		t.Errorf("%d of %d drops are named as they are, want 95 %%", right, qualified)
	}
}
