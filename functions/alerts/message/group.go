package message

import (
	"cmp"
	"encoding"
	"errors"
	"strings"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// Severity is how bad an incident is.
type Severity string

// The severities.
const (
	Critical Severity = "critical" // the card does not work, or is about to stop
	Warning  Severity = "warning"  // it still does
)

// SeverityOf returns the severity of an open incident. The reason of a resolved
// one no longer tells.
func SeverityOf(i incident.Incident) Severity {
	switch i.Reason {
	case rule.Expired, rule.UsedUp, rule.QuotaStop, rule.CreditStop:
		return Critical
	default:
		return Warning
	}
}

// Group is the incidents of one rule and severity, which share a message. Its
// text form is "usage/critical".
type Group struct {
	Rule     string
	Severity Severity
}

var (
	_ encoding.TextMarshaler   = Group{}
	_ encoding.TextUnmarshaler = (*Group)(nil)
)

// GroupOf returns the group that an open incident belongs to.
func GroupOf(i incident.Incident) Group { return Group{i.Rule, SeverityOf(i)} }

// MarshalText returns the text form.
func (g Group) MarshalText() ([]byte, error) { return []byte(g.Rule + "/" + string(g.Severity)), nil }

// UnmarshalText reads the text form.
func (g *Group) UnmarshalText(text []byte) error {
	at := strings.LastIndexByte(string(text), '/')
	if at < 0 {
		return errors.New("a group is a rule and a severity, such as usage/critical")
	}
	*g = Group{string(text[:at]), Severity(text[at+1:])}
	return nil
}

// Compare orders groups, the worst first.
func (g Group) Compare(other Group) int {
	return cmp.Or(
		cmp.Compare(g.Severity, other.Severity), // "critical" comes before "warning"
		cmp.Compare(g.Rule, other.Rule),
	)
}

// icon shows the severity.
func (g Group) icon() string {
	if g.Severity == Critical {
		return "🔴"
	}
	return "🟠"
}
