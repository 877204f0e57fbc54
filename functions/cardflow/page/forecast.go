package page

import (
	"math"
	"time"

	"signalbox/functions/cardflow/flow"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
	"signalbox/shared/htmlpage"
)

// forecastView is the forecast, or why there is none.
type forecastView struct {
	Reason           string // "": there is a forecast
	Summary          string
	Level            string
	Facts            []fact
	Earliest, Latest cell
	Points           string
	Rough            bool
	Strip            strip
}

func (w *words) forecastView(f flow.Flow) forecastView {
	known := f.Forecast
	if !known.Known {
		reason, ok := w.Forecast.Reasons[known.Reason]
		if !ok {
			reason = w.Forecast.None
		}
		return forecastView{Reason: reason}
	}
	// As the answer has it: a forecast is no surer than that.
	probability := math.Round(known.Probability*100) / 100
	view := forecastView{
		Points: w.Forecast.Points(known.Points), Rough: known.Rough, Strip: w.strip(f),
		Earliest: w.within(known.Earliest), Latest: w.within(known.Latest),
		Facts: []fact{
			{Name: w.Forecast.Chance, Value: cell{Text: percent(probability)}},
			{Name: w.Forecast.Expected, Value: w.within(known.Expected)},
			{Name: w.Forecast.Mean, Value: w.size(known.MeanPerDay)},
		},
	}
	switch {
	case probability >= 0.8:
		view.Summary, view.Level = w.Forecast.RunsOut, "over"
	case probability >= 0.2:
		view.Summary, view.Level = w.Forecast.Perhaps, "high"
	default:
		view.Summary, view.Level = w.Forecast.Lasts, "fine"
	}
	return view
}

// within shows a day, which is unknown where it is too far away.
func (w *words) within(d card.Day) cell {
	if d == (card.Day{}) {
		return cell{Text: w.Forecast.Beyond}
	}
	return w.day(d)
}

// strip draws the range on a line of time from today on. What lies beyond its end is
// drawn up to there.
type strip struct {
	From, Width, Expected, End string // in percent; Expected "": beyond
	Early                      bool   // the end is so near that there is no room for a label before it
	Empty                      bool
}

func (w *words) strip(f flow.Flow) strip {
	today := f.RetrievedAt
	end := f.Balance.Renews
	if end.IsZero() || !f.Balance.Expires.IsZero() && f.Balance.Expires.Before(end) {
		end = f.Balance.Expires
	}
	if f.Forecast.Earliest == (card.Day{}) || end.IsZero() || !end.After(today) {
		return strip{Empty: true}
	}
	const margin = 1.08
	horizon := min(max(daysUntil(today, f.Forecast.Latest), daysUntil(today, f.Forecast.Expected), end.Sub(today).Hours()/24)*margin, forecast.Horizon)
	at := func(days float64) float64 { return 100 * min(max(days/horizon, 0), 1) }
	from, to := at(daysUntil(today, f.Forecast.Earliest)), 100.0
	if f.Forecast.Latest != (card.Day{}) {
		to = at(daysUntil(today, f.Forecast.Latest))
	}
	last := at(end.Sub(today).Hours() / 24)
	s := strip{From: htmlpage.Coordinate(from) + "%", Width: htmlpage.Coordinate(max(to-from, 1)) + "%", End: htmlpage.Coordinate(last) + "%", Early: last < 50}
	if f.Forecast.Expected != (card.Day{}) {
		s.Expected = htmlpage.Coordinate(at(daysUntil(today, f.Forecast.Expected))) + "%"
	}
	return s
}

// daysUntil is 0 for a day that is unknown.
func daysUntil(today time.Time, d card.Day) float64 {
	if d == (card.Day{}) {
		return 0
	}
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, today.Location()).Sub(today).Hours() / 24
}
