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

// Distinct says an open incident in one line as [Brief] does, with what tells its card apart
// from others: the remark and the tags.
func Distinct(i rule.Incident, standing action.Standing, s Style, now time.Time) string {
	f := i.Details.Facts
	line := Brief([]rule.Incident{i}, standing, s, now)[0]
	return joined(" · ", line, clean(f.Remark, maxNote), clean(s.listed(f.Tags...), maxNote))
}

// StatusText says how an incident is: who knows of it, and who or what silences it until
// when and why.
func (s Style) StatusText(status action.Status) string {
	said := &s.words().Act
	var text string
	switch {
	case status.State == action.Open:
		return said.StateOpen
	case status.State == action.Acknowledged:
		return said.StateAcknowledged(s.Who(status.By))
	case !status.ByFile():
		text = said.StateSilenced(s.Who(status.By), s.clock(status.Until))
	case status.Until.IsZero():
		text = s.because(said.StateByFileAlone, clean(status.Comment, maxComment))
	default:
		text = s.because(said.StateByFile(s.clock(status.Until)), clean(status.Comment, maxComment))
	}
	if !status.AcknowledgedAt.IsZero() {
		text = s.apart(text, said.StateAcknowledged(s.Who(status.AcknowledgedBy)))
	}
	return text
}

// maxComment is how much of a silence's comment is shown, in characters.
const maxComment = 200

// Who names who has done something, in the language of the style where they gave no name.
func (s Style) Who(name string) string {
	switch name {
	case "", action.Somebody:
		return s.words().Act.Somebody
	case action.UnnamedToken:
		return s.words().Act.Unnamed
	default:
		return clean(name, maxActor)
	}
}

// Subject names what an incident is about.
func (s Style) Subject(subject incident.Subject) string { return clean(s.subject(subject), maxCell) }

// Clock says a time with its offset.
func (s Style) Clock(t time.Time) string { return s.clock(t) }

// Title says what is wrong with an incident.
func (s Style) Title(i rule.Incident) string { return s.title(notify.GroupOf(i)) }
