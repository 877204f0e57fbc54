package message

import (
	"cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

var titles = map[Group]string{
	{rule.Expiry, Critical}:  "Package has ended",
	{rule.Expiry, Warning}:   "Package ends soon",
	{rule.Usage, Critical}:   "Data is used up",
	{rule.Usage, Warning}:    "Usage is over its threshold",
	{rule.Stopped, Critical}: "Card is stopped until it is paid for",
	{rule.Stopped, Warning}:  "Card is stopped",
	{rule.Stale, Warning}:    "Usage is not counted",
	{rule.Forecast, Warning}: "Data will not last until it renews",
	{rule.Sweep, Warning}:    "Sweep is late or failing",
}

// endings say how the incidents of a rule end.
var endings = map[string]string{
	rule.Expiry:   "Package renewed",
	rule.Usage:    "Usage is back to normal",
	rule.Stopped:  "Card works again",
	rule.Stale:    "Usage is counted again",
	rule.Forecast: "Data will last until it renews",
	rule.Sweep:    "Sweeps are done in time again",
}

// causes are why a card was stopped.
var causes = map[string]string{
	rule.UserStop:     "by its owner",
	rule.QuotaStop:    "data used up",
	rule.CreditStop:   "no credit",
	rule.RebindStop:   "moved to another device",
	rule.RealNameStop: "owner's identity not verified",
	rule.AbnormalStop: "abnormal use",
	rule.OtherStop:    "cause unknown",
	rule.Suspended:    "suspended",
}

// Title says what is wrong with the cards of the group.
func (g Group) Title() string {
	if title, ok := titles[g]; ok {
		return title
	}
	return "Rule " + clean(cmp.Or(g.Rule, "without a name"), 40)
}

// ending says how the incidents of the group end.
func (g Group) ending() string {
	if title, ok := endings[g.Rule]; ok {
		return title
	}
	return g.Title() + ", over"
}

// kinds are the kinds of notice in the order in which they are shown, with the
// word for each.
var kinds = []struct {
	kind incident.Kind
	word string
}{
	{incident.Escalated, "worse"},
	{incident.Opened, "new"},
	{incident.Reminded, "still open"},
	{incident.Resolved, "resolved"},
}

// what tells what is new of an incident, and for how long it has been open.
func what(n incident.Notice) string {
	open := age(n.At.Sub(n.Incident.Opened))
	switch {
	case n.Kind == incident.Resolved && n.Incident.Reason == rule.Gone:
		return "card is gone"
	case n.Kind == incident.Resolved:
		return "resolved after " + open
	case n.Kind == incident.Reminded:
		return "still open after " + open
	case n.Kind == incident.Escalated:
		return "worse"
	default:
		return "new"
	}
}
