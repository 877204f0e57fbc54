package page_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"signalbox/functions/conversion/page"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/incident"
	"signalbox/shared/language"
)

const length = 5 * time.Minute

var (
	zone  = time.FixedZone("+08", 8*60*60)
	begin = time.Date(2026, 11, 16, 0, 0, 0, 0, zone)
)

// prefixes are those of the world, with their requests in a window and their rates.
var prefixes = []struct {
	country, prefix string
	volume, rate    float64
}{
	{"SG", "+658123", 40, 0.72},
	{"SG", "+659123", 60, 0.70},
	{"SG", "+659876", 20, 0.75},
	{"MY", "+6012345", 50, 0.62},
	{"MY", "+6019876", 30, 0.60},
	{"ID", "+6281234", 80, 0.55},
}

// world is a sender whose windows are watched.
type world struct {
	chance  *rand.Rand
	at      time.Time
	profile *watch.Profile
	windows []window.Window
	open    map[incident.Key]watch.Incident
}

// change is what happens to a group of a window.
type change func(*window.Group)

// newWorld has a past of so many days.
func newWorld(days int) *world {
	w := &world{chance: rand.New(rand.NewPCG(1, 12)), at: begin, profile: new(watch.Profile), open: make(map[incident.Key]watch.Incident)}
	w.pass(time.Duration(days)*24*time.Hour, nil)
	return w
}

// pass lets time pass.
func (w *world) pass(d time.Duration, then change) *world {
	for end := w.at.Add(d); w.at.Before(end); w.at = w.at.Add(length) {
		one := window.Window{Start: w.at, End: w.at.Add(length), Closes: w.at.Add(3 * length), Status: window.Reported}
		for _, p := range prefixes {
			g := window.Group{Key: window.Key{Country: p.country, Prefix: p.prefix}}
			busy := 1 + 0.6*math.Sin(float64(w.at.Hour())/12*math.Pi)
			g.Requested = int64(p.volume*busy + 3*w.chance.NormFloat64())
			for range g.Requested {
				if w.chance.Float64() < p.rate {
					g.Verified++
				}
			}
			if then != nil {
				then(&g)
			}
			one.By = append(one.By, g)
		}
		w.add(one)
	}
	return w
}

// add has a window close.
func (w *world) add(one window.Window) {
	w.windows = append(w.windows, one)
	for _, e := range w.profile.Step(w.windows[max(len(w.windows)-watch.Longest, 0):], watch.Settings{}) {
		next, _ := incident.Advance(w.open[e.Key], e, one.End, incident.Policy{})
		w.open[e.Key] = next
	}
}

// fall has one prefix lose most of its verifications.
func fall(g *window.Group) {
	if g.Prefix == "+658123" {
		g.Verified = g.Requested / 30
	}
}

// incidents are those that are open.
func (w *world) incidents() (all []watch.Incident) {
	for _, i := range w.open {
		if i.IsOpen() || i.Phase == incident.PhaseOpen {
			all = append(all, i)
		}
	}
	return all
}

// page is one of so many hours.
func (w *world) page(l language.Language, s page.Scope) page.Page {
	s.Length, s.Now = length, w.at.Add(2*time.Minute)
	rates := page.NewRates(s, w.profile)
	for _, one := range w.windows {
		rates.Add(one)
	}
	return page.Page{
		Summary: rates.Summary(), Language: l, Zone: zone, Incidents: w.incidents(), Age: w.profile.Age(),
		Choice: []int{1, 6, 24, 168},
	}
}

func render(t *testing.T, p page.Page) string {
	t.Helper()
	body, err := p.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// many are windows of 24 hours with so many countries and prefixes.
func many(countries, prefixes int) (all []window.Window) {
	var groups []window.Group
	for n := range max(countries, prefixes) {
		c := n % countries
		key := window.Key{Country: string([]byte{'A' + byte(c/26), 'A' + byte(c%26)}), Prefix: fmt.Sprintf("+%d%06d", 100+c, n)}
		groups = append(groups, window.Group{Key: key, Counts: window.Counts{Requested: int64(10 + n%7), Verified: int64(6 + n%5)}})
	}
	for at := begin; at.Before(begin.Add(24 * time.Hour)); at = at.Add(length) {
		all = append(all, window.Window{Start: at, End: at.Add(length), Status: window.Reported, By: slices.Clone(groups)})
	}
	return all
}
