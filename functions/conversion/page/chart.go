package page

import (
	"slices"
	"strings"
	"time"

	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

// Sizes of a chart in pixels. Its width is whatever there is room for: what is drawn in it
// goes from 0 to chartWide.
const (
	chartTop    = 8
	chartHeight = 150
	chartWide   = 1000
)

// chart is a line with the band of what is usual of it.
type chart struct {
	ID, Title, Says string
	Amounts, Times  []label
	Band, Line, Off string // paths; Off is where the line is outside of the band
	Spots           []spot
	Low             bool // the line is off where it is too low
}

// label is a place on an axis, and spot what a stretch of time has counted, in words.
type (
	label struct{ At, Text string }
	spot  struct{ X, Width, Title string }
)

// series is what a chart draws of a point: values from 0 to 1, as far as they are known.
type series struct {
	value     func(Point) (float64, bool)
	low, high func(Point) (float64, bool)
	off       func(Point) bool
}

func (w writer) draw(s series) chart {
	c := chart{Times: w.times()}
	draw := drawing{points: w.page.Points}
	if w.compares() {
		c.Band = draw.band(s.low, s.high)
		c.Off = draw.line(func(p Point) (float64, bool) {
			v, ok := s.value(p)
			return v, ok && s.off(p)
		})
	}
	c.Line = draw.line(s.value)
	for i, p := range w.page.Points {
		c.Spots = append(c.Spots, spot{percentOf(draw.x(i)), percentOf(draw.x(i+1) - draw.x(i)), w.spotTitle(p)})
	}
	return c
}

func percentOf(x float64) string { return htmlpage.Coordinate(x/chartWide*100) + "%" }

// rateChart has rates from 0 to 1. What has not closed may be verified yet, and has none.
func (w writer) rateChart() chart {
	rated := func(value func(Point) float64) func(Point) (float64, bool) {
		return func(p Point) (float64, bool) { return value(p), p.Compared.Requested > 0 }
	}
	c := w.draw(series{
		value: rated(rateOf),
		low:   rated(func(p Point) float64 { return p.Compared.Rate.Low }),
		high:  rated(func(p Point) float64 { return p.Compared.Rate.High }),
		off:   lowRate,
	})
	c.ID, c.Title, c.Says = "rate", w.words.Rate, w.words.RateChart(w.length(w.page.point()))
	for _, rate := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.Amounts = append(c.Amounts, label{htmlpage.Coordinate(chartTop + height(rate)), w.message.Percent(whole(100 * rate))})
	}
	return c
}

func rateOf(p Point) float64 {
	return float64(p.Compared.Verified) / float64(max(p.Compared.Requested, 1))
}

// lowRate reports whether the rate is below the band, by verifications that are missing.
func lowRate(p Point) bool {
	return !p.Compared.New && p.Compared.Requested > 0 && rateOf(p) < p.Compared.Rate.Low && p.Compared.Missing >= 1
}

// requestsChart has all that was requested.
func (w writer) requestsChart() chart {
	most := 4.0
	for _, p := range w.page.Points {
		most = max(most, float64(p.Requested))
		if p.Compared.RequestsKnown && w.compares() {
			most = max(most, p.Compared.Requests.High)
		}
	}
	step, steps := htmlpage.Steps(most)
	most = step * float64(steps)
	usual := func(value func(Point) float64) func(Point) (float64, bool) {
		return func(p Point) (float64, bool) { return value(p) / most, p.Compared.RequestsKnown }
	}
	c := w.draw(series{
		value: func(p Point) (float64, bool) { return float64(p.Requested) / most, p.Requested > 0 },
		low:   usual(func(p Point) float64 { return p.Compared.Requests.Low }),
		high:  usual(func(p Point) float64 { return p.Compared.Requests.High }),
		off: func(p Point) bool {
			return p.Compared.RequestsKnown && float64(p.Requested) > p.Compared.Requests.High
		},
	})
	c.ID, c.Title, c.Says = "requests", w.words.Requests, w.words.RequestsChart(w.length(w.page.point()))
	for i := range steps + 1 {
		c.Amounts = append(c.Amounts, label{htmlpage.Coordinate(chartTop + height(float64(i)/float64(steps))), language.Number(int64(step * float64(i)))})
	}
	return c
}

// height is how far from the top of a chart a value is, from 0 to 1.
func height(value float64) float64 { return chartHeight * (1 - min(max(value, 0), 1)) }

// drawing draws points, each as wide as its time.
type drawing struct{ points []Point }

func (d drawing) x(i int) float64 { return chartWide * float64(i) / float64(len(d.points)) }

// runs calls f with the beginning and the end of all points in a row that are known.
func (d drawing) runs(known func(Point) bool, f func(from, to int)) {
	for from := 0; from < len(d.points); from++ {
		to := from
		for to < len(d.points) && known(d.points[to]) {
			to++
		}
		if to > from {
			f(from, to)
			from = to
		}
	}
}

// line draws steps, with gaps where the value is not known.
func (d drawing) line(value func(Point) (float64, bool)) string {
	var path strings.Builder
	d.runs(known(value), func(from, to int) {
		path.WriteString("M" + htmlpage.Coordinate(d.x(from)) + " ")
		for i := from; i < to; i++ {
			v, _ := value(d.points[i])
			if i > from {
				path.WriteString("V")
			}
			path.WriteString(pixel(v) + "H" + htmlpage.Coordinate(d.x(i+1)))
		}
	})
	return path.String()
}

// band draws the surface between two lines of steps.
func (d drawing) band(low, high func(Point) (float64, bool)) string {
	var path strings.Builder
	d.runs(known(low), func(from, to int) {
		path.WriteString("M" + htmlpage.Coordinate(d.x(from)) + " ")
		for i := from; i < to; i++ {
			v, _ := high(d.points[i])
			if i > from {
				path.WriteString("V")
			}
			path.WriteString(pixel(v) + "H" + htmlpage.Coordinate(d.x(i+1)))
		}
		for i := to - 1; i >= from; i-- {
			v, _ := low(d.points[i])
			path.WriteString("V" + pixel(v) + "H" + htmlpage.Coordinate(d.x(i)))
		}
		path.WriteString("Z")
	})
	return path.String()
}

func known(value func(Point) (float64, bool)) func(Point) bool {
	return func(p Point) bool {
		_, ok := value(p)
		return ok
	}
}

func pixel(value float64) string { return htmlpage.Coordinate(height(value)) }

// mostTimes is how many times there are below a chart.
const mostTimes = 5

// times are below the charts, at times that people count in.
func (w writer) times() []label {
	points := w.page.Points
	from, to := points[0].Start, points[len(points)-1].End
	step := nice[len(nice)-1]
	for _, d := range nice {
		if to.Sub(from) <= mostTimes*d {
			step = d
			break
		}
	}
	for to.Sub(from) > mostTimes*step {
		step *= 2
	}
	year, month, day := w.zoned(from).Date()
	var labels []label
	for at := time.Date(year, month, day, 0, 0, 0, 0, w.zoned(from).Location()); at.Before(to); at = at.Add(step) {
		x := float64(at.Sub(from)) / float64(to.Sub(from)) * chartWide
		if x < 0 || x > 0.92*chartWide { // the text goes on to the right
			continue
		}
		text := at.Format("15:04")
		if at.Hour() == 0 && at.Minute() == 0 {
			text = at.Format("01-02")
		}
		labels = append(labels, label{percentOf(x), text})
	}
	return labels
}

// when is a stretch of time.
func (w writer) when(p Point) string {
	from, to := w.zoned(p.Start), w.zoned(p.End)
	if p.End.Sub(p.Start) < time.Minute {
		return from.Format("01-02 15:04:05") + "–" + to.Format("15:04:05")
	}
	return from.Format("01-02 15:04") + "–" + to.Format("15:04")
}

func (w writer) spotTitle(p Point) string {
	requested, rate := language.Number(p.Requested), w.rate(p.Compared)
	if w.compares() && p.Compared.RequestsKnown {
		requested = w.words.Usually(requested, usualRequests(p))
	}
	if w.compares() && p.Compared.Requested > 0 {
		rate = w.words.Usually(rate, w.usualRate(p))
	}
	return w.message.Colon(w.when(p), w.words.Spot(requested, rate))
}

func usualRequests(p Point) string {
	return whole(p.Compared.Requests.Low) + "–" + whole(p.Compared.Requests.High)
}

func (w writer) usualRate(p Point) string {
	return w.percent(p.Compared.Rate.Low) + "–" + w.percent(p.Compared.Rate.High)
}

// pointRow is a point in the table beside the charts.
type pointRow struct {
	When                       htmlpage.Cell
	Requested, UsualRequested  string
	Verified, Rate, UsualRate  string
	SaysUsualRate, SaysUsually string
}

// points are those of the charts, the newest first.
func (w writer) points() []pointRow {
	rows := make([]pointRow, 0, len(w.page.Points))
	for _, p := range slices.Backward(w.page.Points) {
		row := pointRow{
			When:      htmlpage.Cell{Text: w.when(p), Time: w.zoned(p.Start).Format(time.RFC3339)},
			Requested: language.Number(p.Requested), Verified: language.Number(p.Compared.Verified), Rate: w.rate(p.Compared),
			UsualRequested: w.words.NoRate, UsualRate: w.words.NoRate,
		}
		if w.compares() && p.Compared.RequestsKnown {
			row.UsualRequested = usualRequests(p)
			row.SaysUsually = w.words.Usual(row.UsualRequested)
		}
		if w.compares() && p.Compared.Requested > 0 && !p.Compared.New {
			row.UsualRate = w.usualRate(p)
			row.SaysUsualRate = w.words.Usual(row.UsualRate)
		}
		rows = append(rows, row)
	}
	return rows
}
