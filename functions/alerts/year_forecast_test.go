//go:build long

package alerts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// cardMonth is one card's data in one month, which an alarm is about.
type cardMonth struct {
	subject incident.Subject
	month   string
}

// score counts alarms: of the months in which the data ran out, and of others.
// An alarm that comes when the data has run out is none.
type score struct {
	ranOut, fired, right int
	leads                []float64 // days from the alarm to the end
}

func (s *score) precision() float64 { return float64(s.right) / float64(s.fired) }
func (s *score) recall() float64    { return float64(s.right) / float64(s.ranOut) }

func (s *score) medianLead() float64 {
	slices.Sort(s.leads)
	return s.leads[len(s.leads)/2]
}

// add takes a month whose data ran out at end and whose alarm came at fired.
// The zero time is never.
func (s *score) add(end, fired time.Time) {
	if !end.IsZero() {
		s.ranOut++
	}
	if fired.IsZero() || !end.IsZero() && !fired.Before(end) {
		return
	}
	s.fired++
	if !end.IsZero() {
		s.right++
		s.leads = append(s.leads, end.Sub(fired).Hours()/24)
	}
}

// alarms returns when a rule first said something of a month.
func (w *world) alarms(name string) map[cardMonth]time.Time {
	first := make(map[cardMonth]time.Time)
	for _, c := range w.notified.changes {
		if c.Kind != incident.Opened || c.Incident.Key.Rule != name {
			continue
		}
		at := c.At.In(w.zone)
		month := cardMonth{c.Incident.Key.Subject, card.MonthOf(at).Vendor()}
		if _, known := first[month]; !known {
			first[month] = at
		}
	}
	return first
}

// score judges the alarms of a rule by what became of the cards' data. Months in
// which people interfered say nothing of it.
func (w *world) score(name string) *score {
	alarms, s := w.alarms(name), new(score)
	for _, c := range w.cards {
		for month, fate := range c.months {
			if strings.HasPrefix(month, "2026") && !fate.disturbed && !c.flaps {
				s.add(fate.exhausted, alarms[cardMonth{keyOf(string(c.id), name).Subject, month}])
			}
		}
	}
	return s
}

// checkForecasts prints how good the forecast is beside the threshold, as what
// was notified in the year shows, and holds what is said of it: surer and earlier,
// but not of every card.
func (w *world) checkForecasts(t *testing.T) {
	t.Helper()
	static, likely := w.score(rule.UsageName), w.score(rule.ForecastName)
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "rule\talarms\tprecision\trecall\tmedian lead days")
	for _, row := range []struct {
		name string
		*score
	}{{"used >= 80 %", static}, {"forecast, P >= 0.8 on two days", likely}} {
		fmt.Fprintf(table, "%s\t%d\t%.3f\t%.3f\t%.1f\n", row.name, row.fired, row.precision(), row.recall(), row.medianLead())
	}
	table.Flush()
	t.Logf("%d months of cards ran out:\n%s", static.ranOut, text.String())
	if got, least := likely.precision(), 0.75; got < least {
		t.Errorf("precision of the forecast = %.2f, want at least %.2f", got, least)
	}
	if got, least := likely.recall(), 0.80; got < least {
		t.Errorf("recall of the forecast = %.2f, want at least %.2f", got, least)
	}
	if got, least := likely.medianLead(), 2*static.medianLead(); got < least {
		t.Errorf("median lead of the forecast = %.1f days, want at least %.1f", got, least)
	}
}
