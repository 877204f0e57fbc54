package message

import (
	"cmp"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

const maxRuleName = 40 // characters

// ruleWords are what people read about one rule.
type ruleWords struct {
	words.Rule

	column words.Column // of what only this rule says; without a title: nothing
	// details says it.
	details func(s Style, now time.Time, i rule.Incident) string
}

// ofRule returns the words of a rule, or plain ones for a rule without. A new rule adds
// its own here.
func (s Style) ofRule(name string) ruleWords {
	w := s.words()
	switch rules, columns := w.Rules, w.Columns; name {
	case rule.ExpiryName:
		return ruleWords{Rule: rules.Expiry}
	case rule.UsageName:
		return ruleWords{Rule: rules.Usage}
	case rule.StoppedName:
		return ruleWords{rules.Stopped, columns.Cause, stopCause}
	case rule.StaleName:
		return ruleWords{rules.Stale, columns.LastCounted, lastCounted}
	case rule.ForecastName:
		return ruleWords{rules.Forecast, columns.RunsOut, runsOut}
	case rule.InactiveName:
		return ruleWords{rules.Inactive, columns.LastUse, lastUse}
	case rule.UnreadableName:
		return ruleWords{rules.Unreadable, columns.Why, unreadableWhy}
	case rule.SweepName:
		return ruleWords{rules.Sweep, columns.Sweeps, sweepCause}
	case rule.LookupsName:
		return ruleWords{rules.Lookups, columns.Lookups, lookupsCause}
	case rule.ListingName:
		return ruleWords{rules.Listing, columns.Listing, listingCause}
	case rule.ReceiverName:
		return ruleWords{rules.Receiver, columns.Deliveries, receiverCause}
	case rule.StoppedGroupName, rule.StaleGroupName:
		return s.groupWords(name)
	default:
		plain, resolved := rules.Other(s.ruleName(name)), rules.OtherResolved(s.ruleName(name))
		return ruleWords{Rule: words.Rule{Warning: plain, Critical: plain, Resolved: resolved}}
	}
}

func (s Style) ruleName(name string) string {
	return clean(cmp.Or(name, s.words().Rules.Unnamed), maxRuleName)
}

// title says what is wrong with the subjects of a group.
func (s Style) title(g notify.Group) string {
	w := s.ofRule(g.Rule)
	if g.Severity == incident.Critical {
		return w.Critical
	}
	return w.Warning
}

// resolvedTitle says how an incident has ended. One whose rule was switched off,
// or whose card is not there, has not ended well.
func (s Style) resolvedTitle(i rule.Incident) string {
	w := s.words().Rules
	switch {
	case i.Status == incident.Off:
		return w.Off(s.ruleName(i.Key.Rule))
	case i.Status == incident.Absent && i.Key.Subject.Kind == incident.Pool:
		return w.PoolAbsent
	case i.Status == incident.Absent:
		return w.CardAbsent
	default:
		return s.ofRule(i.Key.Rule).Resolved
	}
}

// said is what only the incident's rule says of it, on one line.
func (s Style) said(i rule.Incident, now time.Time) string {
	if details := s.ofRule(i.Key.Rule).details; details != nil {
		return details(s, now, i)
	}
	return ""
}
