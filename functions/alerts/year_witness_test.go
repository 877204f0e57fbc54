//go:build long

package alerts_test

import (
	"sync"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// witness is rules that remember the forecasts they were shown.
type witness struct {
	rule.Policy

	mu   sync.Mutex
	seen map[incident.Subject]outlook
}

// outlook is the last forecast of a card, and the last two days of data by which
// one was bad with no better one between.
type outlook struct {
	probability float64
	bad, before card.Day
}

func (w *witness) Evaluate(o rule.Observation, now time.Time) []rule.Evaluation {
	if o.Forecast.Known {
		w.mu.Lock()
		w.seen[o.Subject] = w.seen[o.Subject].then(o.Forecast.Probability, card.DayOf(o.Refreshed))
		w.mu.Unlock()
	}
	return w.Policy.Evaluate(o, now)
}

func (o outlook) then(probability float64, day card.Day) outlook {
	o.probability = probability
	switch {
	case probability < yearForecast.Fire:
		o.bad, o.before = card.Day{}, card.Day{}
	case o.bad != day:
		o.bad, o.before = day, o.bad
	}
	return o
}

// believable reports whether the forecast was bad by the data of today and of
// another day before.
func (o outlook) believable(now time.Time) bool {
	return o.bad == card.DayOf(now) && o.before == card.DayOf(now.AddDate(0, 0, -1))
}
