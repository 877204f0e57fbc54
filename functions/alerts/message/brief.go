package message

import (
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// Brief says each of open incidents in one line, the worst first: what it is about, what
// is wrong, for how long, and who knows of it.
func Brief(open []rule.Incident, standing action.Standing, s Style, now time.Time) []string {
	lines := make([]string, 0, len(open))
	for _, i := range sorted(pointers(open)) {
		said := s.listed(
			icon(i.Severity)+" "+s.because(clean(s.subject(i.Key.Subject), maxCell), s.title(notify.GroupOf(*i))),
			s.words().Status.OpenFor(s.age(now.Sub(i.Opened))),
		)
		if status := standing.Of(*i, now); status.State != action.Open {
			said = s.apart(said, s.StatusText(status))
		}
		lines = append(lines, said)
	}
	return lines
}

// StatusText says who knows of an incident, and until when it is silenced.
func (s Style) StatusText(status action.Status) string {
	var tally standingTally
	tally.add(status)
	return tally.say(Writer{Style: s})
}

// Subject names what an incident is about.
func (s Style) Subject(subject incident.Subject) string { return clean(s.subject(subject), maxCell) }

// Clock says a time with its offset.
func (s Style) Clock(t time.Time) string { return s.clock(t) }

// Title says what is wrong with an incident.
func (s Style) Title(i rule.Incident) string { return s.title(notify.GroupOf(i)) }
