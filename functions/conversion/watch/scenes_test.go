package watch_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/internal/testsize"
	"signalbox/shared/incident"
)

// said is what a change says, in short: the rule, the subject and the parts.
func said(c watch.Change) string {
	text := fmt.Sprintf("%s %s %s", c.Kind, c.Incident.Key.Rule, c.Incident.Key.Subject.ID)
	var parts []watch.Part
	switch d := c.Incident.Details.Value.(type) {
	case watch.RateDetails:
		parts = d.Parts
	case watch.PumpingDetails:
		parts = d.Parts
		if d.New {
			text += " new"
		}
	}
	for _, p := range parts {
		switch {
		case p.All:
			text += " all"
		case p.Prefix != "":
			text += " " + p.Prefix
		default:
			text += " " + p.Country
		}
	}
	return text
}

// scene is something that happens for some hours to a sender whose past is known, at noon
// of a Wednesday.
type scene struct {
	name   string
	hours  int
	change event
	// extra makes requests that the world has none of.
	extra func(chance *rand.Rand) []window.Group
	want  []string // openings
}

const noon = 2*24*perHour + 12*perHour

// largest returns the prefix of a country with the most requests.
func (w *world) largest(country string) (found prefixWorld) {
	for _, p := range w.of(country) {
		if p.volume > found.volume {
			found = p
		}
	}
	return found
}

func (s *sender) play(sc scene) (changes []watch.Change) {
	for i := range (sc.hours + 3) * perHour {
		change, extra := sc.change, sc.extra
		if i >= sc.hours*perHour {
			change, extra = nil, nil // it is over
		}
		w := s.window(s.at, change)
		if extra != nil {
			w.By = append(w.By, extra(s.chance)...)
			w = total(w)
		}
		changes = append(changes, s.pass(w)...)
	}
	return changes
}

// to returns an event of one country.
func to(country string, volume, rate float64) event {
	return func(p prefixWorld, _ time.Time) (float64, float64) {
		if p.key.Country == country {
			return volume, rate
		}
		return 1, 1
	}
}

// spray makes n requests to numbers that begin with a text, of which a share is verified.
func spray(country, begin string, n int, rate float64) func(*rand.Rand) []window.Group {
	return func(chance *rand.Rand) []window.Group {
		var groups []window.Group
		for range n {
			g := window.Group{Key: window.Key{Country: country, Prefix: fmt.Sprint(begin, 1000+chance.IntN(9000))}, Counts: window.Counts{Requested: 1}}
			if chance.Float64() < rate {
				g.Verified = 1
			}
			groups = append(groups, g)
		}
		return groups
	}
}

func TestScenes(t *testing.T) {
	t.Parallel()
	base := newSender(newWorld(seedsOf["scenes"], perDay)).train(warm)
	prefixes := slices.SortedFunc(slices.Values(base.prefixes), func(a, b prefixWorld) int { return cmp.Compare(b.volume, a.volume) })
	country, prefix := prefixes[25].key.Country, prefixes[25].key.Prefix
	code := prefix[:3]
	scenes := []scene{
		{name: "as usual", hours: 6},
		{name: "a campaign: ten times the requests at the usual rate", hours: 6, change: to(country, 10, 1)},
		{name: "all of a country's messages are lost, and people ask again", hours: 3, change: to(country, 1.8, 0), want: []string{"opened rate all " + country}},
		{name: "everybody's are lost", hours: 3, change: func(prefixWorld, time.Time) (float64, float64) { return 1.5, 0.05 }, want: []string{"opened rate all all"}},
		{name: "a new country with good traffic", hours: 6, extra: spray("PL", "+4850", 30, 0.6)},
		{name: "a new country that is pumped", hours: 2, extra: spray("PL", "+4850", 30, 0.02), want: []string{"opened pumping PL new"}},
		{name: "a prefix is pumped", hours: 2, extra: func(*rand.Rand) []window.Group {
			return []window.Group{{Key: window.Key{Country: country, Prefix: prefix}, Counts: window.Counts{Requested: 300}}}
		}, want: []string{"opened pumping " + country + " " + prefix}},
		{name: "numbers all over a range are pumped", hours: 2, extra: spray(country, code+"97", 150, 0), want: []string{"opened pumping " + country + " new " + code + "97"}},
		{name: "fewer requests than usual at the usual rate", hours: 6, change: func(prefixWorld, time.Time) (float64, float64) { return 0.3, 1 }},
	}
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			s := base.fork(t, monday.Add(time.Duration(warm+noon)*windowTime))
			s.world = newWorld(seedsOf["scenes"], perDay) // the same, with draws of its own
			changes := s.play(sc)
			var got []string
			for _, c := range changes {
				t.Log(s.at.Format("15:04"), said(c), fmt.Sprintf("%+v", c.Incident.Details.Value))
				if c.Kind == incident.Opened {
					got = append(got, said(c))
				}
			}
			if diff := gocmp.Diff(sc.want, got); diff != "" {
				t.Errorf("openings (-want +got):\n%s", diff)
			}
			for key, i := range s.open {
				if i.Phase == incident.PhaseOpen {
					t.Errorf("%s is open, three hours after the end", key)
				}
			}
		})
	}
}

// TestNight has three messages a night, of which none is verified, and 40 an hour by day:
// nothing is said, nor that nothing is requested for hours.
func TestNight(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(3, 1))
	s := newSender(newWorld(3, 1))
	for i := range 28 * 24 * perHour {
		w := window.Window{Start: s.at, End: s.at.Add(windowTime)}
		switch hour := i / perHour % 24; {
		case hour >= 7:
			for range chance.IntN(7) {
				g := window.Group{Key: window.Key{Country: "SG", Prefix: fmt.Sprint("+65", 8120+chance.IntN(5))}, Counts: window.Counts{Requested: 1}}
				if chance.Float64() < 0.7 {
					g.Verified = 1
				}
				w.By = append(w.By, g)
			}
		case chance.IntN(7*perHour) < 3:
			w.By = []window.Group{{Key: window.Key{Country: "SG", Prefix: "+658121"}, Counts: window.Counts{Requested: 1}}}
		}
		for _, c := range s.pass(total(w)) {
			t.Errorf("day %d, hour %d: %s %+v", i/24/perHour, i/perHour%24, said(c), c.Incident.Details.Value)
		}
	}
}

// TestSilence has events stay away at noon, and come again.
func TestSilence(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		volume float64
		within time.Duration
	}{{perDay, 15 * time.Minute}, {perDay / 50, time.Hour}} {
		s := newSender(newWorld(seedsOf["scenes"], test.volume)).train(testsize.Of(1, 2)*perWeek + noon)
		began := s.at
		var opened time.Duration
		for range 4 * perHour {
			for _, c := range s.pass(window.Window{Start: s.at, End: s.at.Add(windowTime)}) {
				if got := said(c); got != "opened silence all" {
					t.Errorf("%g a day: %s", test.volume, got)
				}
				opened = s.at.Sub(began)
			}
		}
		if opened == 0 || opened > test.within {
			t.Errorf("%g a day: said after %v, want within %v", test.volume, opened, test.within)
		}
		var texts []string
		for range perHour {
			for _, c := range s.next(nil) {
				texts = append(texts, said(c))
			}
		}
		if got := strings.Join(texts, ", "); got != "resolved silence all" {
			t.Errorf("%g a day, afterwards: %q, want it resolved", test.volume, got)
		}
	}
}
