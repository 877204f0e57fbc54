package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// stopCause says why a card was stopped.
func stopCause(s Style, _ time.Time, i rule.Incident) string {
	details, _ := i.Details.Value.(rule.StoppedDetails)
	w := s.words().Causes.Stops
	return map[rule.StopCause]string{
		rule.UserStop:     w.User,
		rule.QuotaStop:    w.Quota,
		rule.CreditStop:   w.Credit,
		rule.RebindStop:   w.Rebind,
		rule.RealNameStop: w.RealName,
		rule.AbnormalStop: w.Abnormal,
		rule.OtherStop:    w.Other,
		rule.Suspended:    w.Suspended,
	}[details.Cause]
}

func lastCounted(s Style, now time.Time, i rule.Incident) string {
	at := i.Details.Facts.Refreshed
	if at.IsZero() {
		return ""
	}
	return s.when(s.clock(at), at, now)
}

// runsOut says when a card is expected to run out, and how sure that is.
func runsOut(s Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ForecastDetails)
	if !ok {
		return ""
	}
	w, text := s.words().Causes.Forecast, dayText(details.Expected)
	if text != "" && details.Earliest != (card.Day{}) && details.Latest != (card.Day{}) {
		text = w.Between(text, dayText(details.Earliest), dayText(details.Latest))
	}
	var rough string
	if details.Points < forecast.SoundPoints {
		rough = w.Rough(details.Points)
	}
	return s.apart(s.listed(text, w.Chance(wholePercent(details.Probability))), rough)
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
