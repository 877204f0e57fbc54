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

// runsOut says when a card is expected to run out, where that is before its data is fresh
// again, and how sure that is.
func runsOut(s Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ForecastDetails)
	if !ok {
		return ""
	}
	w, chance := s.words().Causes.Forecast, s.chance(details.Probability)
	text := s.runsOutOn(details, s.freshOn(i.Details.Facts))
	if text == "" {
		text = w.Before(chance)
	} else {
		text = s.listed(text, chance)
	}
	var rough string
	if details.Points < forecast.SoundPoints {
		rough = w.Rough(details.Points)
	}
	return s.apart(text, rough)
}

// runsOutOn are the days on which a card may run out before the day on which its data is
// fresh again, "" where it is not expected to.
func (s Style) runsOutOn(d rule.ForecastDetails, fresh card.Day) string {
	w, isBefore := s.words().Causes.Forecast, func(day card.Day) bool {
		return day != card.Day{} && (fresh == card.Day{} || day.String() < fresh.String())
	}
	switch {
	case !isBefore(d.Expected):
		return ""
	case isBefore(d.Earliest) && isBefore(d.Latest):
		return w.Between(d.Expected.String(), d.Earliest.String(), d.Latest.String())
	case isBefore(d.Earliest):
		return w.From(d.Expected.String(), d.Earliest.String())
	default:
		return d.Expected.String()
	}
}

// freshOn is the day on which a card's data is renewed or ends, the zero Day where that
// is unknown.
func (s Style) freshOn(f rule.Facts) card.Day {
	end := f.Renews
	if end.IsZero() || !f.Expires.IsZero() && f.Expires.Before(end) {
		end = f.Expires
	}
	if end.IsZero() {
		return card.Day{}
	}
	return card.DayOf(end.In(s.zone()))
}

// chance says how likely something is.
func (s Style) chance(probability float64) string {
	w, share := s.words().Causes.Forecast, wholePercent(probability)
	switch {
	case probability >= 0.95:
		return w.AlmostCertain(share)
	case probability >= 0.65:
		return w.Likely(share)
	case probability >= 0.35:
		return w.Even(share)
	default:
		return w.Unlikely(share)
	}
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
