package rule

import (
	"time"

	"signalbox/shared/incident"
)

// GroupObservation is what a sweep knows of a group for one rule about cards.
type GroupObservation struct {
	Group        GroupID
	Of           string
	Cards, Total int // breached, and all that are breached or in use
	Earlier      int // of Cards, those that were breached before the group was
	Severity     incident.Severity
	Since        time.Time
	First        []string
}

// Grouping returns p's groups.
func (p Policy) Grouping() Groups { return p.Groups }

// EvaluateGroup says whether a group is an incident: one that was formed is until fewer of
// its cards are breached, or it has none.
func (p Policy) EvaluateGroup(o GroupObservation, past Incident, now time.Time) Evaluation {
	e := Evaluation{Key: o.key(), Status: incident.Clear}
	switch {
	case !p.Groups.On(), o.Total == 0:
		e.Status = incident.Off
	case past.Phase != incident.PhaseOpen, p.Groups.lasts(o):
		e.Status, e.Severity = incident.Breached, o.Severity
	}
	details := GroupDetails{Of: o.Of, Cards: o.Cards, Total: o.Total, Since: o.Since, First: o.First}
	if before, ok := past.Details.Value.(GroupDetails); ok && past.Phase == incident.PhaseOpen {
		details.Since = before.Since
	}
	e.Details = Details{Facts: o.Group.facts(), Value: details}
	subject := said(Incident{Key: e.Key, Details: e.Details})
	evaluations := []Evaluation{e}
	p.suppress(evaluations, func(s Silence, e Evaluation) bool { return s.silences(e.Key.Rule, subject) }, inhibitions{}, now)
	return evaluations[0]
}

func (o GroupObservation) key() incident.Key { return GroupKey(o.Group, o.Of) }

// GroupKey is the key of a group's incident for a rule about cards.
func GroupKey(g GroupID, of string) incident.Key {
	return incident.Key{Subject: g.Subject(), Rule: GroupRule(of)}
}

// facts are what all cards of the group have in common.
func (g GroupID) facts() Facts {
	switch g.Kind {
	case TagGroup:
		return Facts{Tags: []string{g.Name}}
	case PoolGroup:
		return Facts{Pool: g.Name}
	default:
		return Facts{}
	}
}

// said is what an incident says of its subject, for patterns. A group of a pool is meant
// by what means the pool.
func said(i Incident) Observation {
	o := Observation{Subject: i.Key.Subject, Tags: i.Details.Facts.Tags, Package: i.Details.Facts.Package}
	if pool := i.Details.Facts.Pool; pool != "" && o.Subject.Kind == incident.Group {
		o.Subject = incident.Subject{Kind: incident.Pool, ID: pool}
	}
	return o
}

// Suppression is what suppresses a card's incident now, but for what inhibits it.
func (p Policy) Suppression(i Incident, now time.Time) incident.Suppression {
	e := Evaluation{Key: i.Key, Status: i.Status, Severity: i.Severity, Details: i.Details}
	evaluations := []Evaluation{e}
	p.suppress(evaluations, func(s Silence, e Evaluation) bool { return s.silences(e.Key.Rule, said(i)) }, inhibitions{}, now)
	return evaluations[0].Suppressed
}
