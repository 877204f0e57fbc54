package forecast

import (
	"time"

	"signalbox/shared/card"
)

// OfCard makes the forecast for a card whose data stands at b and whose usage by day
// is u, both true at now, which is in the fleet's zone.
func OfCard(b card.Balance, u card.Usage, now time.Time) Forecast {
	var days []card.DayUsage
	for _, m := range u.Months {
		days = append(days, m.Days...)
	}
	return Of(Input{
		Days: days, Used: b.Used, Rest: b.Rest, Now: now,
		PeriodStart: b.PeriodStart, Renews: b.Renews, Expires: b.Expires,
	})
}
