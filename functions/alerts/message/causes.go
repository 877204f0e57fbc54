package message

import (
	"fmt"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
)

// stopCauses are why a card was stopped.
var stopCauses = map[rule.StopCause]string{
	rule.UserStop:     "by its owner",
	rule.QuotaStop:    "data used up",
	rule.CreditStop:   "no credit",
	rule.RebindStop:   "moved to another device",
	rule.RealNameStop: "owner's identity not verified",
	rule.AbnormalStop: "abnormal use",
	rule.OtherStop:    "cause unknown",
	rule.Suspended:    "suspended",
}

func stopCause(_ Style, _ time.Time, i rule.Incident) string {
	details, _ := i.Details.Value.(rule.StoppedDetails)
	return stopCauses[details.Cause]
}

func lastCounted(s Style, now time.Time, i rule.Incident) string {
	at := i.Details.Facts.Refreshed
	if at.IsZero() {
		return ""
	}
	return s.clock(at) + ", " + age(now.Sub(at)) + " ago"
}

// fewDays is how many days of use make a forecast more than a rough one.
const fewDays = 28

// runsOut says when a card is expected to run out, and how sure that is.
func runsOut(_ Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ForecastDetails)
	if !ok {
		return ""
	}
	text := dayText(details.Expected)
	if earliest, latest := dayText(details.Earliest), dayText(details.Latest); earliest != "" && latest != "" {
		text += " (" + earliest + " to " + latest + ")"
	}
	text += ", " + wholePercent(details.Probability)
	if details.Points < fewDays {
		text += ", rough"
	}
	return strings.TrimPrefix(text, ", ")
}

// runsOutAt orders forecasts; the zero time is unknown.
func runsOutAt(i rule.Incident) time.Time {
	details, ok := i.Details.Value.(rule.ForecastDetails)
	if !ok || details.Expected.Year == 0 {
		return time.Time{}
	}
	return time.Date(details.Expected.Year, details.Expected.Month, details.Expected.Day, 0, 0, 0, 0, time.UTC)
}

func lastUse(_ Style, _ time.Time, i rule.Incident) string {
	details, _ := i.Details.Value.(rule.InactiveDetails)
	return dayText(details.LastUse)
}

func unreadableWhy(_ Style, _ time.Time, i rule.Incident) string {
	details, _ := i.Details.Value.(rule.UnreadableDetails)
	return details.Why
}

func sweepCause(s Style, now time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.SweepDetails)
	if !ok {
		return ""
	}
	text := "none was finished yet"
	if !details.Finished.IsZero() {
		text = "last finished " + s.clock(details.Finished) + ", " + age(now.Sub(details.Finished)) + " ago"
	}
	if details.FailedRuns > 0 {
		text += "; " + count(details.FailedRuns, "run", "runs") + " failed: " + details.FailedCause
	}
	return text
}

func lookupsCause(_ Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.LookupsDetails)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("%s of %s failed: %s", number(details.Failed), number(details.Lookups), details.Why)
	if details.Denied {
		text += "; allow the action GetCardFlowInfo to the key or role"
	}
	return text + ". Cards are judged by the listing alone"
}

func listingCause(_ Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ListingDetails)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("%s of %s cards were listed", number(details.Listed), number(details.Total))
	if details.Before > 0 {
		text += fmt.Sprintf(", before there were %s", number(details.Before))
	}
	if details.Overlap < 1 {
		text += ", " + wholePercent(1-details.Overlap) + " of those are not among them"
	}
	return text
}

func receiverCause(s Style, now time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ReceiverDetails)
	if !ok {
		return ""
	}
	text := count(details.Waiting, "notification waits", "notifications wait")
	if !details.Oldest.IsZero() {
		text += ", the oldest for " + age(now.Sub(details.Oldest))
	}
	return text + ": " + details.Why
}
