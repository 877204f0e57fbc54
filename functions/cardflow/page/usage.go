package page

import (
	"signalbox/functions/cardflow/flow"
	"signalbox/shared/card"
)

// monthView is a month of the table of days.
type monthView struct {
	Month cell
	Total cell
	Days  []dayView
}

type dayView struct{ Day, Used cell }

// months are all days, in the order of the answer.
func (w *words) months(f flow.Flow) []monthView {
	months := make([]monthView, 0, len(f.Usage.Months))
	for _, m := range f.Usage.Months {
		month := w.unknown()
		if m.Month != (card.Month{}) {
			month = cell{Text: m.Month.String(), Time: m.Month.String()}
		}
		view := monthView{Month: month, Total: w.size(m.Flow)}
		for _, d := range m.Days {
			view.Days = append(view.Days, dayView{w.day(d.Day), w.size(d.Flow)})
		}
		months = append(months, view)
	}
	return months
}
