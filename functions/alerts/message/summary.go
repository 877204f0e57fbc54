package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/slack"
)

// soon is how far ahead the summary looks for packages that end.
const soon = 7 * 24 * time.Hour

// Daily is a day in the life of a fleet.
type Daily struct {
	Day              time.Time  `json:"day"` // any time of the day that the summary is for
	Opened, Resolved int        // incidents notified during it
	Sweeps           int        // that were finished during it
	Late, Failed     int        // of them, or instead of them
	Usage            []DayUsage // in the order of the days; none: no chart
	// LastFinished is when the last sweep was finished; the zero time is never.
	LastFinished time.Time
}

// DayUsage is the data that the fleet used in a day.
type DayUsage struct {
	Day   time.Time
	Bytes int64
}

// Summary words the daily summary: what happened, what is open, and what can
// still be prevented. Its ID is that of the day.
func (w Writer) Summary(day Daily, open []rule.Incident) slack.Message {
	d := w.draft()
	d.id, d.title = "daily-"+w.Style.day(day.Day), "📋 SIM cards on "+w.Style.day(day.Day)
	if day.Sweeps == 0 {
		d.title = "📋 SIM cards on " + w.Style.day(day.Day) + ": not checked"
	}
	expiring, runningOut := expiring(open, d.at), runningOut(open)
	d.lines = append([]string{day.sweeps(w.Style)}, []string{
		"*" + number(day.Opened) + "* opened, *" + number(day.Resolved) + "* resolved, *" + number(len(open)) + "* open",
		"*" + number(len(expiring)) + "* with a package that ends within a week",
		"*" + number(len(runningOut)) + "* forecast to run out before they renew, if use goes on like this",
	}...)
	if used := w.Style.usageLine(day.Usage); used != "" {
		d.lines = append(d.lines, used)
	}
	for i, line := range d.lines {
		d.lines[i] = bulletLine + line
	}
	d.chart, d.rest = w.Style.usageChart(day.Usage), "The rest is counted above."
	for _, i := range sorted(append(expiring, runningOut...)) {
		d.rows = append(d.rows, row{i, title(groupOf(i))})
	}
	return d.message()
}

// sweeps says how the sweeps did. A day without one was not a quiet day: nothing
// is known of it.
func (d Daily) sweeps(s Style) string {
	text := count(d.Sweeps, "sweep", "sweeps") + " finished"
	if d.Sweeps == 0 {
		text = "*No sweep was finished*: nothing is known of this day"
		if !d.LastFinished.IsZero() {
			text += "; the last one was finished at " + s.clock(d.LastFinished)
		}
	}
	if d.Late > 0 {
		text += ", *" + number(d.Late) + " late*"
	}
	if d.Failed > 0 {
		text += ", *" + count(d.Failed, "run", "runs") + " failed*"
	}
	return text
}

func expiring(open []rule.Incident, now time.Time) []rule.Incident {
	return those(open, func(i rule.Incident) bool {
		end := i.Details.Facts.Expires
		return i.Key.Rule == rule.ExpiryName && end.After(now) && end.Sub(now) <= soon
	})
}

func runningOut(open []rule.Incident) []rule.Incident {
	return those(open, func(i rule.Incident) bool { return i.Key.Rule == rule.ForecastName })
}

func those(open []rule.Incident, match func(rule.Incident) bool) []rule.Incident {
	var found []rule.Incident
	for _, i := range open {
		if match(i) {
			found = append(found, i)
		}
	}
	return found
}
