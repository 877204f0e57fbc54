package page

import (
	"math"
	"time"

	"signalbox/functions/cardflow/flow"
	"signalbox/shared/card"
	"signalbox/shared/htmlpage"
)

// Months is how many months of daily usage a page shows, as many as one lookup answers.
const Months = 6

// Sizes of the chart in pixels. Its width is whatever there is room for: places along
// it are percentages.
const (
	chartTop    = 16
	chartHeight = 150
	chartBottom = chartTop + chartHeight
)

// chart is daily usage as bars.
type chart struct {
	Label   string
	Bars    []column
	Lines   []line // of amounts
	Begins  []line // of months
	Unknown string // says on how many days the usage is not known; "": on none
	Empty   bool
}

// column is the bar of a day, or a mark of one whose usage is not known.
type column struct {
	X, Y, Width, Height string
	Title               string
	Unknown             bool
}

// line is a line across the chart with its label.
type line struct{ At, Label string }

// bar is a bar that fills as data is used.
type bar struct {
	Label string
	Width string // in percent; "": not known
	Level string // of worry, as a class of the style
}

func (w *words) bar(r card.Ratio) bar {
	share, known := r.Value()
	if !known {
		return bar{Label: w.Package.BarUnknown}
	}
	level := "fine"
	switch {
	case share >= 1:
		level = "over"
	case share >= 0.8:
		level = "high"
	}
	return bar{Label: w.Package.Bar(percent(share)), Width: htmlpage.Coordinate(100*min(share, 1)) + "%", Level: level}
}

// chart draws the days of the last [Months] months. Days outside of them, which nobody
// asked for, are in the table alone.
func (w *words) chart(f flow.Flow) chart {
	first, length := span(f)
	var days []card.DayUsage
	most := int64(0)
	for _, m := range f.Usage.Months {
		for _, d := range m.Days {
			if at := daysFrom(first, d.Day); d.Day != (card.Day{}) && at >= 0 && at < length {
				days = append(days, d)
				used, _ := d.Flow.Bytes()
				most = max(most, used)
			}
		}
	}
	if len(days) == 0 {
		return chart{Empty: true}
	}
	scale := newScale(most)
	c := chart{Label: w.Usage.Chart(len(days)), Lines: scale.lines(), Begins: w.begins(first, length)}
	missing := 0
	for _, d := range days {
		column := scale.column(w, d, daysFrom(first, d.Day), length)
		if column.Unknown {
			missing++
		}
		c.Bars = append(c.Bars, column)
	}
	if missing > 0 {
		c.Unknown = w.Usage.Unknown(missing)
	}
	return c
}

// span is from the first of the months with a day in it, but at most [Months] back, to
// the end of the month in which Alibaba was asked: its first day, and its length in days.
func span(f flow.Flow) (first time.Time, length int) {
	year, month, _ := f.RetrievedAt.Date()
	end := time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
	earliest := time.Date(year, month-Months+1, 1, 0, 0, 0, 0, time.UTC)
	first = time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	for _, m := range f.Usage.Months {
		for _, d := range m.Days {
			if begin := time.Date(d.Day.Year, d.Day.Month, 1, 0, 0, 0, 0, time.UTC); begin.Before(first) && !begin.Before(earliest) {
				first = begin
			}
		}
	}
	return first, int(end.Sub(first).Hours() / 24)
}

func daysFrom(first time.Time, d card.Day) int {
	return int(math.Floor(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Sub(first).Hours() / 24))
}

// begins mark where months begin.
func (w *words) begins(first time.Time, length int) []line {
	var begins []line
	for month := first; ; month = month.AddDate(0, 1, 0) {
		at := int(month.Sub(first).Hours() / 24)
		if at >= length {
			return begins
		}
		begins = append(begins, line{across(at, length), w.Usage.Months[month.Month()-1]})
	}
}

func (s scale) column(w *words, d card.DayUsage, at, length int) column {
	used, known := d.Flow.Bytes()
	c := column{X: across(at, length), Width: htmlpage.Coordinate(80/float64(length)) + "%", Unknown: !known}
	c.Title = d.Day.String() + ": " + w.size(d.Flow).Text
	height := 10.0 // of the mark
	if known {
		height = s.height(used)
	}
	c.Y, c.Height = htmlpage.Coordinate(chartBottom-height), htmlpage.Coordinate(height)
	return c
}

func across(day, length int) string {
	return htmlpage.Coordinate(100*float64(day)/float64(length)) + "%"
}
