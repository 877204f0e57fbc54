package watch_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
)

// price of a message, in EUR, as a retailer paid it who lost 18,000 by 240,000.
const price = 0.075

// attack is pumping: so many times the usual requests of a prefix or a country are added,
// and nobody verifies them.
type attack struct {
	key    window.Key
	factor float64
}

func (a attack) covers(k window.Key) bool {
	return a.key == k || a.key.Prefix == "" && a.key.Country == k.Country
}

// add adds an attack's requests to a window, and returns how many they are.
func (w *world) add(one window.Window, a attack) (window.Window, int64) {
	var added int64
	for _, p := range w.prefixes {
		if !a.covers(p.key) {
			continue
		}
		n := w.poisson(p.volume * (a.factor - 1))
		added += n
		one.By = appendGroup(one.By, p.key, window.Counts{Requested: n})
	}
	return total(one), added
}

// rule is one that others would use.
type rule struct {
	name    string
	firings func(h *history) []string // countries
}

// history is what rules of others look at: requests and verifications of countries by
// window.
type history struct {
	windows []map[string]window.Counts
}

func (h *history) pass(w window.Window) {
	sums := make(map[string]window.Counts)
	for _, g := range w.By {
		sums[g.Country] = sums[g.Country].Add(g.Counts)
	}
	h.windows = append(h.windows, sums)
	h.windows = h.windows[max(0, len(h.windows)-15*24*perHour):]
}

func (h *history) sum(from, to int) map[string]window.Counts {
	sums := make(map[string]window.Counts)
	for _, w := range h.windows[max(from, 0):max(to, 0)] {
		for c, n := range w {
			sums[c] = sums[c].Add(n)
		}
	}
	return sums
}

// fixed is 100 unverified requests of a country in an hour.
func fixed(h *history) (fired []string) {
	for c, n := range h.sum(len(h.windows)-perHour, len(h.windows)) {
		if n.Requested-n.Verified > 100 {
			fired = append(fired, c)
		}
	}
	return fired
}

// authgear is the rule of docs/specs/fraud-protection.md of authgear-server: unverified
// OTPs of a country in 24 hours over max(20, 0.2 of the most verified in 24 hours of the
// last 14 days, 0.2 of those verified in the last 24 hours), or in an hour over max(3, a
// sixth of that, 0.2 of those verified in the hour).
func authgear(h *history) (fired []string) {
	n := len(h.windows)
	most := make(map[string]float64)
	for i := 1; i <= 14; i++ {
		for c, sum := range h.sum(n-(i+1)*24*perHour, n-i*24*perHour) {
			most[c] = max(most[c], float64(sum.Verified))
		}
	}
	today, hour := h.sum(n-24*perHour, n), h.sum(n-perHour, n)
	for c, sum := range today {
		daily := max(20, 0.2*most[c], 0.2*float64(sum.Verified))
		hourly := max(3, daily/6, 0.2*float64(hour[c].Verified))
		if float64(sum.Requested-sum.Verified) > daily || float64(hour[c].Requested-hour[c].Verified) > hourly {
			fired = append(fired, c)
		}
	}
	return fired
}

// tally is what a rule did.
type tally struct {
	attacks, found, narrow int
	delays                 []time.Duration
	spent                  []float64
	falseAlarms            int
	falseHours             int // country hours in which it fired without a cause
}

func TestPumping(t *testing.T) {
	t.Parallel()
	rules := []rule{{"watch", nil}, {"100 unverified an hour", fixed}, {"authgear", authgear}}
	factors := []float64{2, 5, 20}
	tallies := make(map[string]*tally)
	for _, f := range factors {
		for _, r := range rules {
			tallies[fmt.Sprint(r.name, f)] = new(tally)
		}
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for seed := range 2 {
		wg.Go(func() {
			s := newSender(newWorld(seedsOf["pumping"]+uint64(seed), perDay))
			h := new(history)
			for range warm {
				w := s.window(s.at, nil)
				s.pass(w)
				h.pass(w)
			}
			for _, factor := range factors {
				for n := range *pumps {
					at := s.at.Add(time.Duration(s.chance.IntN(perWeek/2)) * windowTime)
					f := s.fork(t, at)
					own := &history{windows: slices.Clone(h.windows)}
					a := attack{key: s.prefixes[s.chance.IntN(len(s.prefixes))].key, factor: factor}
					for s.sizeOfAttack(a) < 60/12.0 {
						a.key = s.prefixes[s.chance.IntN(len(s.prefixes))].key
					}
					if n%3 == 0 {
						a.key.Prefix = ""
					}
					f.pump(t, a, own, rules, func(name string) *tally { return tallies[fmt.Sprint(name, factor)] }, &mu)
				}
			}
		})
	}
	wg.Wait()
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "factor\trule\tattacks\tfound\tnarrow\tmedian delay\tworst\tmedian EUR spent\tfalse openings\tfalse country hours\t")
	for _, f := range factors {
		for _, r := range rules {
			tallies[fmt.Sprint(r.name, f)].row(table, f, r.name)
		}
	}
	table.Flush()
	t.Log("\n" + text.String())
}

// sizeOfAttack is how many requests an attack adds to a window.
func (w *world) sizeOfAttack(a attack) (sum float64) {
	for _, p := range w.prefixes {
		if a.covers(p.key) {
			sum += p.volume * (a.factor - 1)
		}
	}
	return sum
}

func (y *tally) row(table *tabwriter.Writer, factor float64, name string) {
	slices.Sort(y.delays)
	slices.Sort(y.spent)
	delay, worst, spent := "-", "-", "-"
	if n := len(y.delays); n > 0 {
		delay, worst, spent = fmt.Sprint(y.delays[n/2]), fmt.Sprint(y.delays[n-1]), fmt.Sprintf("%.0f", y.spent[n/2])
	}
	fmt.Fprintf(table, "%gx\t%s\t%d\t%d\t%d\t%s\t%s\t%s\t%d\t%d\t\n", factor, name, y.attacks, y.found, y.narrow, delay, worst, spent, y.falseAlarms, y.falseHours)
}

// pump has an attack last for six hours, after six hours without.
func (s *sender) pump(t *testing.T, a attack, h *history, rules []rule, of func(string) *tally, mu *sync.Mutex) {
	t.Helper()
	found := make(map[string]bool)
	var began time.Time
	var spent float64
	mu.Lock()
	defer mu.Unlock()
	for i := range 2 * longest {
		w := s.window(s.at, nil)
		if i >= longest {
			if began.IsZero() {
				began = s.at
			}
			var added int64
			w, added = s.add(w, a)
			spent += float64(added) * price
		}
		h.pass(w)
		changes := openings(s.pass(w))
		for _, r := range rules {
			y := of(r.name)
			if r.firings == nil {
				for _, c := range changes {
					d, ok := c.Incident.Details.Value.(watch.PumpingDetails)
					if !ok || d.Country != a.key.Country || i < longest {
						y.falseAlarms++
						t.Logf("false: %v: %s %+v", a, c.Incident.Key, c.Incident.Details.Value)
						continue
					}
					if !found[r.name] {
						found[r.name] = true
						y.note(s.at.Add(grace).Sub(began), spent)
						if isNarrow(a, d) {
							y.narrow++
						} else {
							t.Logf("not narrow: %v: %+v", a, d)
						}
					}
				}
				continue
			}
			if i%perHour != perHour-1 && found[r.name] {
				continue
			}
			for _, c := range r.firings(h) {
				if i >= longest && c == a.key.Country {
					if !found[r.name] {
						found[r.name] = true
						y.note(s.at.Add(grace).Sub(began), spent)
					}
				} else if i%perHour == perHour-1 {
					y.falseHours++
				}
			}
		}
	}
	for _, r := range rules {
		of(r.name).attacks++
		if r.firings == nil && !found[r.name] {
			t.Logf("not found: %v, %.1f a window", a, s.sizeOfAttack(a))
		}
	}
}

func isNarrow(a attack, d watch.PumpingDetails) bool {
	if a.key.Prefix == "" {
		return len(d.Parts) == 0 || len(d.Parts) > 1
	}
	return len(d.Parts) == 1 && d.Parts[0].Prefix == a.key.Prefix
}

func (y *tally) note(delay time.Duration, spent float64) {
	y.found++
	y.delays = append(y.delays, delay)
	y.spent = append(y.spent, math.Round(spent))
}
