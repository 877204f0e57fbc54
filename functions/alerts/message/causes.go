package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
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

// runsOut says when a card is expected to run out, and how sure that is.
func runsOut(_ Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ForecastDetails)
	if !ok {
		return ""
	}
	text := dayText(details.Expected)
	if text != "" && details.Earliest != (card.Day{}) && details.Latest != (card.Day{}) {
		text += " (" + dayText(details.Earliest) + " to " + dayText(details.Latest) + ")"
	}
	text = joined(", ", text, wholePercent(details.Probability)+" likely before it renews")
	if details.Points < forecast.SoundPoints {
		text += "; rough: only " + count(details.Points, "day of use is", "days of use are") + " known"
	}
	return text
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

func dayText(d card.Day) string {
	if d == (card.Day{}) {
		return ""
	}
	return d.String()
}
