package message

import (
	"cmp"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// ruleWords are what people read about one rule.
type ruleWords struct {
	warning, critical string // titles of its groups
	resolved          string // how its incidents end
	column            string // title of what only this rule says; empty: nothing
	// details says it.
	details func(s Style, now time.Time, i rule.Incident) string
}

// words are those of every rule: a new rule adds its own here.
var words = map[string]ruleWords{
	rule.ExpiryName: {
		warning: "Package ends soon", critical: "Package has ended", resolved: "Package renewed",
	},
	rule.UsageName: {
		warning: "Usage is over its threshold", critical: "Data is used up", resolved: "Usage is back to normal",
	},
	rule.StoppedName: {
		warning: "Card is stopped", critical: "Card is stopped until it is paid for", resolved: "Card works again",
		column: "Cause", details: stopCause,
	},
	rule.StaleName: {
		warning: "Usage is not counted", resolved: "Usage is counted again",
		column: "Last counted", details: lastCounted,
	},
	rule.ForecastName: {
		warning:  "Data will not last until it renews, if use goes on like this",
		resolved: "Data will last until it renews, if use goes on like this",
		column:   "Runs out", details: runsOut,
	},
	rule.InactiveName: {
		warning: "Card uses no data any more", resolved: "Card uses data again",
		column: "Last use", details: lastUse,
	},
	rule.UnreadableName: {
		warning: "Card cannot be judged", resolved: "Card can be judged again",
		column: "Why", details: unreadableWhy,
	},
	rule.SweepName: {
		warning: "Sweep is late or failing", resolved: "Sweeps are done in time again",
		column: "Sweeps", details: sweepCause,
	},
	rule.LookupsName: {
		warning: "Many cards cannot be looked up", critical: "Cards cannot be looked up", resolved: "Cards can be looked up again",
		column: "Lookups", details: lookupsCause,
	},
	rule.ListingName: {
		warning: "Listing of the fleet is not complete", critical: "Listing of the fleet cannot be trusted", resolved: "Listing of the fleet is complete again",
		column: "Listing", details: listingCause,
	},
	rule.ReceiverName: {
		warning: "Receiver takes no notifications", critical: "Receiver takes no notifications", resolved: "Receiver takes notifications again",
		column: "Receiver", details: receiverCause,
	},
}

// wordsOf returns the words of a rule, or plain ones for a rule without.
func wordsOf(name string) ruleWords {
	w, ok := words[name]
	if !ok {
		plain := "Rule " + clean(cmp.Or(name, "without a name"), 40)
		w = ruleWords{warning: plain, critical: plain, resolved: plain + ", resolved"}
	}
	return w
}

// title says what is wrong with the subjects of a group.
func title(g notify.Group) string {
	w := wordsOf(g.Rule)
	if g.Severity == incident.Critical {
		return cmp.Or(w.critical, w.warning)
	}
	return w.warning
}

// said is what only the incident's rule says of it, on one line.
func (w ruleWords) said(s Style, now time.Time, i rule.Incident) string {
	if w.details == nil {
		return ""
	}
	return w.details(s, now, i)
}
