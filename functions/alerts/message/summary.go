package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// soon is how far ahead the summary looks for packages that end.
const soon = 7 * 24 * time.Hour

// Daily is a day in the life of a fleet.
type Daily struct {
	Day              time.Time           // any time of the day that the summary is for
	Opened, Resolved int                 // incidents told during it
	Open             []incident.Incident // at its end
	Sweeps           int                 // that ended during it
	Late, Failed     int                 // of them, or instead of them
	Usage            []DayUsage          // in the order of the days; none: no chart
}

// DayUsage is the data that the fleet used in a day.
type DayUsage struct {
	Day   time.Time
	Bytes int64
}

// Summary is the daily summary. Its ID is that of the day.
func Summary(s Style, d Daily, c Coverage) slack.Message {
	ahead := d.ahead(c.At)
	m := draft{
		style: s, at: c.At, id: "daily-" + s.day(d.Day), title: "📋 SIM cards on " + s.day(d.Day),
		lines: d.lines(s, c.At), chart: s.usageChart(d.Usage), footer: c.line(s),
		rest: "The rest is counted above.",
	}
	m.rows = rowsOf(sorted(ahead))
	for i, r := range m.rows {
		m.rows[i].what = GroupOf(r.Incident).Title()
	}
	return m.message()
}

func (d Daily) lines(s Style, now time.Time) []string {
	lines := []string{
		"*" + number(d.Opened) + "* opened, *" + number(d.Resolved) + "* resolved, *" + number(len(d.Open)) + "* open",
		"*" + number(len(d.expiring(now))) + "* with a package that ends within a week",
		"*" + number(len(d.runningOut())) + "* forecast to run out before they renew",
		d.sweeps(),
	}
	if used := s.usageLine(d.Usage); used != "" {
		lines = append(lines, used)
	}
	for i, line := range lines {
		lines[i] = bulletLine + line
	}
	return lines
}

func (d Daily) sweeps() string {
	text := count(d.Sweeps, "sweep", "sweeps")
	if d.Late > 0 {
		text += ", *" + number(d.Late) + " late*"
	}
	if d.Failed > 0 {
		text += ", *" + number(d.Failed) + " failed*"
	}
	return text
}

// ahead is what can still be prevented.
func (d Daily) ahead(now time.Time) []incident.Incident {
	return append(d.expiring(now), d.runningOut()...)
}

func (d Daily) expiring(now time.Time) []incident.Incident {
	return d.those(func(i incident.Incident) bool {
		end, err := time.Parse(time.RFC3339, i.Facts[rule.FactExpires])
		return i.Rule == rule.Expiry && err == nil && end.After(now) && end.Sub(now) <= soon
	})
}

func (d Daily) runningOut() []incident.Incident {
	return d.those(func(i incident.Incident) bool { return i.Rule == rule.Forecast })
}

func (d Daily) those(match func(incident.Incident) bool) []incident.Incident {
	var found []incident.Incident
	for _, i := range d.Open {
		if match(i) {
			found = append(found, i)
		}
	}
	return found
}
