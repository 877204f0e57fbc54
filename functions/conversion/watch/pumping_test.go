//go:build long

package watch_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
)

// price of a message, in EUR: a retailer lost 18,000 by 240,000 of them.
const price = 0.075

// attack is pumping: the requests to a prefix or a country are so many times the usual ones,
// and nobody verifies those that are added.
type attack struct {
	key    window.Key
	factor float64
}

func (a attack) covers(k window.Key) bool {
	return a.key == k || a.key.Prefix == "" && a.key.Country == k.Country
}

// attack draws one of at least 60 added requests an hour. Every third is of a country.
func (w *world) attack(n int, factor float64) attack {
	for {
		a := attack{key: w.prefixes[w.chance.IntN(len(w.prefixes))].key, factor: factor}
		if n%3 == 0 {
			a.key.Prefix = ""
		}
		var sum float64
		for _, p := range w.prefixes {
			if a.covers(p.key) {
				sum += p.volume * (factor - 1)
			}
		}
		if sum*float64(perHour) >= 60 {
			return a
		}
	}
}

// add adds an attack's requests to a window, and returns how many they are.
func (w *world) add(one window.Window, a attack) (window.Window, int64) {
	var added int64
	for _, p := range w.prefixes {
		if a.covers(p.key) {
			n := w.poisson(p.volume * (a.factor - 1))
			added += n
			one.By = appendGroup(one.By, p.key, window.Counts{Requested: n})
		}
	}
	return total(one), added
}

// score is what a rule did about attacks of one factor.
type score struct {
	attacks, found, narrow int
	lowFirst               int // found as a low rate of the same part before
	again                  int // opened again while it lasts
	delays                 []time.Duration
	spent                  []int
	falsely                int // country hours without an attack in which it found one
}

func (y *score) find(delay time.Duration, spent float64) {
	y.found++
	y.delays = append(y.delays, delay)
	y.spent = append(y.spent, int(spent))
}

// scores are by factor and name of the rule.
type scores struct {
	mu sync.Mutex
	of map[string]*score
}

func (s *scores) get(factor float64, name string) *score {
	key := fmt.Sprint(factor, name)
	if s.of[key] == nil {
		s.of[key] = new(score)
	}
	return s.of[key]
}

// pump has an attack last for six hours, after six without.
func (s *sender) pump(t *testing.T, a attack, h *history, all *scores) {
	t.Helper()
	found := make(map[string]bool)
	var low, again bool
	var spent float64
	var began time.Time
	for i := range 2 * longest {
		w := s.window(s.at, nil)
		if i >= longest {
			if i == longest {
				began = s.at
			}
			var added int64
			w, added = s.add(w, a)
			spent += float64(added) * price
		}
		h.pass(w)
		changes := openings(s.pass(w))
		all.mu.Lock()
		low = s.own(t, a, all.get(a.factor, watchName), changes, began, spent, low, &again)
		for _, r := range rivals {
			y := all.get(a.factor, r.name)
			for _, c := range r.find(h) {
				switch {
				case c == a.key.Country && i >= longest:
					if !found[r.name] {
						found[r.name] = true
						y.find(s.at.Add(grace).Sub(began), spent)
					}
				case i%perHour == 0:
					y.falsely++
				}
			}
		}
		all.mu.Unlock()
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, name := range ruleNames() {
		all.get(a.factor, name).attacks++
	}
}

const watchName = "watch"

func ruleNames() []string {
	names := []string{watchName}
	for _, r := range rivals {
		names = append(names, r.name)
	}
	return names
}

// own counts what the watch said. began is zero before the attack.
func (s *sender) own(t *testing.T, a attack, y *score, changes []watch.Change, began time.Time, spent float64, low bool, again *bool) bool {
	t.Helper()
	for _, c := range changes {
		switch d := c.Incident.Details.Value.(type) {
		case watch.PumpingDetails:
			if began.IsZero() || d.Country != a.key.Country {
				y.falsely++
				t.Logf("not pumped: %s, while it is %+v: %+v", c.Incident.Key, a, d)
				continue
			}
			if *again {
				y.again++
				continue
			}
			*again = true
			y.find(s.at.Add(grace).Sub(began), spent)
			if a.named(d) {
				y.narrow++
			}
			if low {
				y.lowFirst++
			}
		case watch.RateDetails:
			if began.IsZero() || len(d.Parts) != 1 || d.Parts[0].Country != a.key.Country {
				y.falsely++
				t.Logf("not low: %+v, while %+v is pumped", d, a)
				continue
			}
			low = true
		}
	}
	return low
}

// named reports whether no more is named than was pumped.
func (a attack) named(d watch.PumpingDetails) bool {
	if a.key.Prefix == "" {
		return true
	}
	return len(d.Parts) == 1 && d.Parts[0].Prefix == a.key.Prefix
}

func TestPumping(t *testing.T) {
	t.Parallel()
	factors := []float64{2, 5, 20}
	all := &scores{of: make(map[string]*score)}
	together(2, func(seed int) {
		s := newSender(newWorld(seedsOf["pumping"]+uint64(seed), perDay))
		h := new(history)
		for range warm {
			w := s.window(s.at, nil)
			s.pass(w)
			h.pass(w)
		}
		for n := range *pumps {
			for _, factor := range factors {
				f := s.fork(t, s.at.Add(time.Duration(s.chance.IntN(perWeek/2))*windowTime))
				f.pump(t, s.attack(n, factor), &history{windows: slices.Clone(h.windows)}, all)
			}
		}
	})
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "requests\trule\tattacks\tfound\tno more named\tlow rate first\topened again\tmedian delay\tworst\tmedian EUR spent\tfalse\t")
	for _, factor := range factors {
		for _, name := range ruleNames() {
			all.get(factor, name).row(table, factor, name)
		}
		y := all.get(factor, watchName)
		if y.found < y.attacks*9/10 || y.narrow < y.found*8/10 || y.falsely > max(1, y.attacks/10) {
			t.Errorf("%gx: %d of %d attacks found, %d of them as narrow as they are, %d falsely", factor, y.found, y.attacks, y.narrow, y.falsely)
		}
	}
	table.Flush()
	t.Log("\n" + text.String())
}

func (y *score) row(table *tabwriter.Writer, factor float64, name string) {
	slices.Sort(y.delays)
	slices.Sort(y.spent)
	delay, worst, spent := "-", "-", "-"
	if n := len(y.delays); n > 0 {
		delay, worst, spent = fmt.Sprint(y.delays[n/2]), fmt.Sprint(y.delays[n-1]), strconv.Itoa(y.spent[n/2])
	}
	fmt.Fprintf(table, "%gx\t%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%d\t\n", factor, name, y.attacks, y.found, y.narrow, y.lowFirst, y.again, delay, worst, spent, y.falsely)
}
