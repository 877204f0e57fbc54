package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

func sweepCause(s Style, now time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.SweepDetails)
	if !ok {
		return ""
	}
	text := "no sweep was finished yet"
	if !details.Finished.IsZero() {
		text = "last finished " + s.clock(details.Finished) + ", " + age(now.Sub(details.Finished)) + " ago"
	}
	if details.FailedRuns > 0 {
		text += "; " + count(details.FailedRuns, "run", "runs") + " in a row failed" + because(details.FailedCause)
	}
	return text
}

func lookupsCause(_ Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.LookupsDetails)
	if !ok {
		return ""
	}
	text := number(details.Failed) + " of " + number(details.Lookups) + " failed"
	if details.Failed <= 0 {
		return text
	}
	text += because(details.Why)
	if details.Denied {
		text += "; allow the key or role the action linkcard:GetCardFlowInfo"
	}
	if i.Phase == incident.PhaseOpen {
		text += "; until then the listing alone decides about these cards"
	}
	return text
}

func listingCause(_ Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ListingDetails)
	if !ok {
		return ""
	}
	text := "it has no cards"
	if details.Total > 0 {
		text = number(details.Listed) + " of its " + count(details.Total, "card", "cards") + " could be read"
	}
	if details.Odd > 0 {
		text += "; for " + count(details.Odd, "card", "cards") + " " + details.Why
	}
	if details.Before <= 0 {
		return text
	}
	text += "; before, it had " + number(details.Before)
	if lost := 1 - details.Overlap; lost >= 0.01 && details.Total > 0 {
		text += ", and " + wholePercent(lost) + " of those are missing now"
	}
	return text
}

func receiverCause(_ Style, now time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ReceiverDetails)
	if !ok {
		return ""
	}
	text := count(details.Waiting, "notification waits", "notifications wait")
	if !details.Oldest.IsZero() {
		text += ", the oldest for " + age(now.Sub(details.Oldest))
	}
	return text + because(details.Why)
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}
