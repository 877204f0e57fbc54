package page

import (
	"strconv"

	"signalbox/shared/htmlpage"
)

// scale is the axis of amounts: steps of one, two or five units, times ten.
type scale struct {
	unit     string
	unitSize float64 // in bytes
	step     float64 // in units
	steps    int
}

var units = []struct {
	name string
	size float64
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}}

// newScale returns an axis of at most four steps that holds most bytes.
func newScale(most int64) scale {
	s := scale{unit: "B", unitSize: 1}
	for _, unit := range units {
		if float64(most) >= unit.size {
			s.unit, s.unitSize = unit.name, unit.size
			break
		}
	}
	s.step, s.steps = htmlpage.Steps(float64(most) / s.unitSize)
	return s
}

// height is that of a bar, in pixels.
func (s scale) height(bytes int64) float64 {
	return float64(bytes) / s.unitSize / (s.step * float64(s.steps)) * chartHeight
}

// lines are those at each step, with its amount.
func (s scale) lines() []line {
	lines := make([]line, s.steps)
	for i := range lines {
		amount := s.step * float64(i+1)
		lines[i] = line{
			At:    htmlpage.Coordinate(chartBottom - chartHeight*float64(i+1)/float64(s.steps)),
			Label: strconv.FormatFloat(amount, 'g', 6, 64) + " " + s.unit,
		}
	}
	return lines
}
