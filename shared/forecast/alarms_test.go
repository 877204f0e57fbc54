package forecast_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// cards is how many are simulated of each regime. In TestAlarms they begin with the period,
// have no past, and are looked at every midnight.
const cards = 2000

// look is what is known of a card at a midnight.
type look struct {
	share    float64 // used of the allowance
	forecast forecast.Forecast
}

func (l life) look(days int) look {
	used := l.usage[days-1]
	return look{float64(used) / allowance, forecast.Of(forecast.Input{
		Days:   l.days[:days],
		Rest:   card.Bytes(allowance - used),
		Now:    start.AddDate(0, 0, days),
		Renews: start.AddDate(0, 0, period),
	})}
}

// alarm fires when it was due so many midnights in a row, and then stays on
// until it is clear.
type alarm struct {
	name  string
	inRow int
	due   func(look) bool
	clear func(look) bool
}

func alarms() []alarm {
	used := func(l look) bool { return l.share >= 0.8 }
	likely := func(l look) bool { return l.forecast.Probability >= 0.8 }
	return []alarm{
		{"used >= 80 %", 1, used, not(used)},
		{"P >= 0.8", 1, likely, not(likely)},
		{"P >= 0.8 pending, clear < 0.5", 2, likely, func(l look) bool { return l.forecast.Probability < 0.5 }},
	}
}

func not(claim func(look) bool) func(look) bool {
	return func(l look) bool { return !claim(l) }
}

// watch returns after how many days a first fired, or 0 for never, and how often
// it went on or off.
func (a alarm) watch(looks []look) (fired, flips int) {
	on, row := false, 0
	for i, l := range looks {
		row++
		if !a.due(l) {
			row = 0
		}
		if !on && row >= a.inRow || on && a.clear(l) {
			on = !on
			flips++
		}
		if on && fired == 0 {
			fired = i + 1
		}
	}
	return fired, flips
}

// tally counts cards.
type tally struct {
	cards, ended, fired, right, flips int
	leads                             []int // days from the alarm to the end
}

func (s *tally) add(end, fired, flips int) {
	s.cards++
	s.flips += flips
	if end > 0 {
		s.ended++
	}
	if fired > 0 {
		s.fired++
	}
	if end > 0 && fired > 0 {
		s.right++
		s.leads = append(s.leads, end-fired)
	}
}

func (s *tally) precision() float64    { return float64(s.right) / float64(s.fired) }
func (s *tally) recall() float64       { return float64(s.right) / float64(s.ended) }
func (s *tally) flipsPerCard() float64 { return float64(s.flips) / float64(s.cards) }

func (s *tally) medianLead() int {
	slices.Sort(s.leads)
	return s.leads[len(s.leads)/2]
}

// simulate has every alarm watch the same cards, each until the midnight before
// its data is used up.
func (r regime) simulate() (static, plain, pending tally) {
	chance := rand.New(rand.NewPCG(2026, 11))
	tallies := make([]tally, len(alarms()))
	for range cards {
		l := r.live(chance, period)
		end := l.end()
		looks := l.looks(end)
		for i, a := range alarms() {
			fired, flips := a.watch(looks)
			tallies[i].add(end, fired, flips)
		}
	}
	return tallies[0], tallies[1], tallies[2]
}

// looks stops before end, where there is one.
func (l life) looks(end int) []look {
	if end == 0 {
		end = period
	}
	looks := make([]look, 0, end)
	for days := 1; days < end; days++ {
		looks = append(looks, l.look(days))
	}
	return looks
}

// TestAlarms holds an alarm by forecast against one by a plain threshold.
func TestAlarms(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "regime\talarm\tprecision\trecall\tmedian lead days\tflips per card")
	for _, r := range regimes() {
		static, plain, pending := r.simulate()
		for i, s := range []*tally{&static, &plain, &pending} {
			fmt.Fprintf(table, "%s\t%s\t%.2f\t%.2f\t%d\t%.2f\n",
				r.name, alarms()[i].name, s.precision(), s.recall(), s.medianLead(), s.flipsPerCard())
		}
		checkAlarms(t, r.name, &static, &plain, &pending)
	}
	table.Flush()
	t.Logf("%d cards a regime, %d days:\n%s", cards, period, text.String())
}

// checkAlarms holds what the documentation says of every regime.
func checkAlarms(t *testing.T, name string, static, plain, pending *tally) {
	t.Helper()
	if got, least := pending.precision(), static.precision()+0.08; got < least {
		t.Errorf("%s: precision of the forecast = %.3f, want at least %.3f", name, got, least)
	}
	if got, least := pending.precision(), plain.precision(); got <= least {
		t.Errorf("%s: precision with hysteresis = %.3f, want more than %.3f", name, got, least)
	}
	if got, least := pending.flipsPerCard(), plain.flipsPerCard()*0.85; got > least {
		t.Errorf("%s: flips per card with hysteresis = %.3f, want at most %.3f", name, got, least)
	}
	if got, least := float64(pending.medianLead()), 1.5*float64(static.medianLead()); got < least {
		t.Errorf("%s: median lead of the forecast = %v days, want at least %v", name, got, least)
	}
	// The price, for which a plain threshold stays beside the forecast.
	if got, most := pending.recall(), static.recall(); got < 0.5 || got >= most {
		t.Errorf("%s: recall of the forecast = %.3f, want 0.5 to %.3f", name, got, most)
	}
}
