package message

import (
	"cmp"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

const maxRuleName = 40 // characters

// ruleWords are what people read about one rule.
type ruleWords struct {
	warning, critical string // titles of its groups
	resolved          string // how its incidents end
	column            string // title of what only this rule says; empty: nothing
	// details says it.
	details func(s Style, now time.Time, i rule.Incident) string
}

// words are those of every rule: a new rule adds its own here. How an incident
// ends is worded so that it holds where a threshold has changed, too.
var words = map[string]ruleWords{
	rule.ExpiryName: {
		warning: "Package ends soon", critical: "Package has ended", resolved: "Package no longer ends soon",
	},
	rule.UsageName: {
		warning: "Usage is over its threshold", critical: "Data is used up", resolved: "Usage is below its threshold",
	},
	rule.StoppedName: {
		warning: "Card is stopped", critical: "Card is stopped until it is topped up", resolved: "Card is no longer stopped",
		column: "Cause", details: stopCause,
	},
	rule.StaleName: {
		warning: "Usage is not counted", resolved: "Usage is counted again",
		column: "Last counted", details: lastCounted,
	},
	rule.ForecastName: {
		warning:  "Data will not last until renewal, if use goes on like this",
		resolved: "Data will last until renewal, if use goes on like this",
		column:   "Runs out", details: runsOut,
	},
	rule.InactiveName: {
		warning: "Card uses no data any more", resolved: "Card is no longer inactive",
		column: "Last use", details: lastUse,
	},
	rule.UnreadableName: {
		warning: "Card cannot be checked in full", resolved: "Card can be checked in full again",
		column: "Why", details: unreadableWhy,
	},
	rule.SweepName: {
		warning: "Sweep is late", critical: "Sweeps fail, cards are not checked", resolved: "Sweeps finish in time again",
		column: "Sweeps", details: sweepCause,
	},
	rule.LookupsName: {
		warning: "Many cards cannot be looked up", critical: "Hardly any card can be looked up", resolved: "Cards can be looked up again",
		column: "Lookups", details: lookupsCause,
	},
	rule.ListingName: {
		warning: "Listing of the fleet is not complete", critical: "Listing of the fleet cannot be trusted", resolved: "Listing of the fleet is complete again",
		column: "Listing", details: listingCause,
	},
	rule.ReceiverName: {
		warning: "Notifications have waited over an hour for a receiver", critical: "Notifications have waited over a day for a receiver",
		resolved: "No notifications wait for the receiver any more",
		column:   "Deliveries", details: receiverCause,
	},
}

// wordsOf returns the words of a rule, or plain ones for a rule without.
func wordsOf(name string) ruleWords {
	w, ok := words[name]
	if !ok {
		plain := "Rule " + ruleName(name)
		w = ruleWords{warning: plain, critical: plain, resolved: plain + ", resolved"}
	}
	return w
}

func ruleName(name string) string { return clean(cmp.Or(name, "without a name"), maxRuleName) }

// title says what is wrong with the subjects of a group.
func title(g notify.Group) string {
	w := wordsOf(g.Rule)
	if g.Severity == incident.Critical {
		return cmp.Or(w.critical, w.warning)
	}
	return w.warning
}

// resolvedTitle says how an incident has ended. One whose rule was switched off,
// or whose card is not there, has not ended well.
func resolvedTitle(i rule.Incident) string {
	switch {
	case i.Status == incident.Off:
		return "Rule " + ruleName(i.Key.Rule) + " is switched off, or does not apply"
	case i.Status == incident.Absent && i.Key.Subject.Kind == incident.Pool:
		return "Pool not found"
	case i.Status == incident.Absent:
		return "Card not found, or destroyed"
	default:
		return wordsOf(i.Key.Rule).resolved
	}
}

// said is what only the incident's rule says of it, on one line.
func (w ruleWords) said(s Style, now time.Time, i rule.Incident) string {
	if w.details == nil {
		return ""
	}
	return w.details(s, now, i)
}
