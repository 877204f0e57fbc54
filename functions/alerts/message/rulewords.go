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
	warning, critical words.RuleGroup
	resolved          string
	own               ownColumn
}

// ownColumn is what a rule goes by. Without a title there is nothing to say.
type ownColumn struct {
	words.Column

	evident bool // it needs no label where there are no columns
	// said is the value. threshold is the one that was crossed, and action what to do
	// next, of open incidents.
	said, threshold, action func(s Style, now time.Time, i rule.Incident) string
}

// ofRule returns the words of a rule, or plain ones for a rule without. A new rule adds
// its own here.
func (s Style) ofRule(name string) ruleWords {
	w := s.words()
	rules, columns, actions := w.Rules, w.Columns, w.Actions
	switch name {
	case rule.ExpiryName:
		return ofSubjects(rules.Expiry, ownColumn{columns.PackageEnd, false, packageEnd, underDays, always(actions.Renew)})
	case rule.UsageName:
		return ofSubjects(rules.Usage, ownColumn{columns.Usage, true, used, overShare, topUp})
	case rule.StoppedName:
		return ofSubjects(rules.Stopped, ownColumn{columns.Cause, false, stopCause, nil, unstop})
	case rule.StaleName:
		return ofSubjects(rules.Stale, ownColumn{columns.LastCounted, false, lastCounted, nil, always(actions.CheckDevice)})
	case rule.ForecastName:
		return ofSubjects(rules.Forecast, ownColumn{columns.RunsOut, false, runsOut, overChance, always(actions.TopUpBefore)})
	case rule.InactiveName:
		return ofSubjects(rules.Inactive, ownColumn{columns.LastUse, false, lastUse, idleDays, always(actions.CheckDevice)})
	case rule.UnreadableName:
		return ofSubjects(rules.Unreadable, ownColumn{columns.Why, false, unreadableWhy, nil, always(actions.Log)})
	case rule.ReceiverName:
		return ofSubjects(rules.Receiver, ownColumn{columns.Deliveries, false, receiverCause, nil, always(actions.CheckReceiver)})
	case rule.SweepName:
		return ofFleet(rules.Sweep, ownColumn{columns.Sweeps, false, sweepCause, nil, always(actions.Log)})
	case rule.LookupsName:
		return ofFleet(rules.Lookups, ownColumn{columns.Lookups, false, lookupsCause, nil, mendLookups})
	case rule.ListingName:
		return ofFleet(rules.Listing, ownColumn{columns.Listing, false, listingCause, nil, always(actions.Log)})
	case rule.StoppedGroupName, rule.StaleGroupName:
		return s.groupWords(name)
	default:
		return s.ofOther(name)
	}
}

func ofSubjects(r words.Rule, own ownColumn) ruleWords {
	return ruleWords{r.Warning, r.Critical, r.Resolved, own}
}

func ofFleet(r words.FleetRule, own ownColumn) ruleWords {
	return ruleWords{words.RuleGroup{Title: r.Warning}, words.RuleGroup{Title: r.Critical}, r.Resolved, own}
}

func (s Style) ofOther(name string) ruleWords {
	w, name := s.words().Rules, s.ruleName(name)
	of := words.RuleGroup{Title: w.Other(name), Of: func(subjects string) string { return s.because(subjects, w.Other(name)) }}
	return ruleWords{warning: of, critical: of, resolved: w.OtherResolved(name)}
}

func (s Style) ruleName(name string) string {
	return clean(cmp.Or(name, s.words().Rules.Unnamed), maxRuleName)
}

// title says what is wrong with the subjects of a group.
func (s Style) title(g notify.Group) string {
	w := s.ofRule(g.Rule)
	if g.Severity == incident.Critical {
		return w.critical.Title
	}
	return w.warning.Title
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
		return s.ofRule(i.Key.Rule).resolved
	}
}

// said is what decided about an incident, on one line.
func (s Style) said(i rule.Incident, now time.Time) string {
	return s.ask(s.ofRule(i.Key.Rule).own.said, i, now)
}

// onlyRuleSays is that, but for what is a fact of every card.
func (s Style) onlyRuleSays(i rule.Incident, now time.Time) string {
	if i.Key.Rule == rule.UsageName || i.Key.Rule == rule.ExpiryName {
		return ""
	}
	return s.said(i, now)
}

// threshold is the one that an open incident has crossed, in words.
func (s Style) threshold(i rule.Incident, now time.Time) string {
	if i.Phase != incident.PhaseOpen {
		return ""
	}
	return s.ask(s.ofRule(i.Key.Rule).own.threshold, i, now)
}

// action is what to do next about an open incident.
func (s Style) action(i rule.Incident, now time.Time) string {
	if i.Phase != incident.PhaseOpen {
		return ""
	}
	return s.ask(s.ofRule(i.Key.Rule).own.action, i, now)
}

func (s Style) ask(say func(Style, time.Time, rule.Incident) string, i rule.Incident, now time.Time) string {
	if say == nil {
		return ""
	}
	return say(s, now, i)
}
