package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/notify"
)

// Description is an incident in words, for who lays it out alone.
type Description struct {
	Subject string // the card, or whatever else it is about
	Title   string // what is wrong
	Details string // what only its rule says of it; may be empty
	Column  string // the title of that
	Page    string // a link to the page of its card; "": there is none
}

// Describe words an incident as it is at now.
func (s Style) Describe(i rule.Incident, now time.Time) Description {
	return Description{
		Subject: s.subject(i.Key.Subject), Title: s.title(notify.GroupOf(i)),
		Details: s.onlyRuleSays(i, now), Column: s.ofRule(i.Key.Rule).own.Title, Page: s.page(row{Incident: &i}, now),
	}
}

// When says when t was or will be, with the time that is left or over; "": it is not known.
func (s Style) When(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.when(s.day(t), t, now)
}

// WorstFirst orders incidents as messages do: by severity, rule and threshold, and those
// of one threshold by what ends first.
func WorstFirst(a, b *rule.Incident) int { return worstFirst(a, b) }

// Share is how much of the fleet was checked, as a percentage that is rounded down; "":
// nothing was.
func (c Coverage) Share() string {
	if c.Total <= 0 || c.Checked <= 0 {
		return ""
	}
	return percent(min(c.Checked, c.Total), c.Total)
}
