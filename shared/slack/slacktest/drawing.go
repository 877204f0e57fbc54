package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// Where a drawing's plot lies, in the units of its view box.
const (
	plotLeft, plotRight = 64.0, 632.0
	plotTop, plotBottom = 12.0, 172.0
	maxXLabels          = 10
)

// drawing is a chart as shapes. A pie is drawn as bars.
type drawing struct {
	Bars   []bar
	Lines  []line
	Grid   []mark // horizontal lines: zero, the lowest and the highest value
	Labels []mark // categories
}

type bar struct {
	Series              int
	X, Y, Width, Height float64
	Says                string
}

type line struct {
	Series int
	Points string
	Filled bool
}

// mark is a word at a point.
type mark struct {
	At   float64
	Says string
}

// draw lays c out.
func (c chart) draw() drawing {
	scale := c.scale()
	d := drawing{Grid: scale.grid(), Labels: c.labels()}
	for i, s := range c.Series {
		if c.Type == "line" || c.Type == "area" {
			d.Lines = append(d.Lines, c.line(scale, i, s))
			continue
		}
		d.Bars = append(d.Bars, c.bars(scale, i, s)...)
	}
	return d
}

// scale is what values the plot spans. Zero is always among them.
type scale struct{ low, high float64 }

func (c chart) scale() scale {
	var s scale
	for _, row := range c.Series {
		s.low = min(s.low, slices.Min(row.Values))
		s.high = max(s.high, slices.Max(row.Values))
	}
	if s.low == s.high {
		s.high = 1
	}
	return s
}

// y returns how far down v is.
func (s scale) y(v float64) float64 {
	return plotBottom - (v-s.low)/(s.high-s.low)*(plotBottom-plotTop)
}

func (s scale) grid() []mark {
	values := []float64{s.low, 0, s.high}
	slices.Sort(values)
	var grid []mark
	for _, v := range slices.Compact(values) {
		grid = append(grid, mark{s.y(v), number(v)})
	}
	return grid
}

// slot is how wide a category is.
func (c chart) slot() float64 { return (plotRight - plotLeft) / float64(len(c.Categories)) }

// x returns the middle of a category.
func (c chart) x(category int) float64 { return plotLeft + (float64(category)+0.5)*c.slot() }

// labels names as many categories as there is room for.
func (c chart) labels() []mark {
	var labels []mark
	step := (len(c.Categories) + maxXLabels - 1) / maxXLabels
	for i := 0; i < len(c.Categories); i += step {
		labels = append(labels, mark{c.x(i), c.Categories[i]})
	}
	return labels
}

// bars puts the series side by side within each category.
func (c chart) bars(scale scale, at int, s series) []bar {
	width := 0.7 * c.slot() / float64(len(c.Series))
	bars := make([]bar, len(s.Values))
	for i, v := range s.Values {
		top, bottom := scale.y(max(v, 0)), scale.y(min(v, 0))
		bars[i] = bar{
			Series: at, Width: width, Height: bottom - top, Y: top,
			X:    c.x(i) + (float64(at)-float64(len(c.Series))/2)*width,
			Says: strings.TrimSpace(s.Name + " " + c.Categories[i] + ": " + number(v)),
		}
	}
	return bars
}

// line joins the values, and for an area goes back along zero.
func (c chart) line(scale scale, at int, s series) line {
	var points []string
	for i, v := range s.Values {
		points = append(points, fmt.Sprintf("%.1f,%.1f", c.x(i), scale.y(v)))
	}
	if c.Type == "area" {
		zero := scale.y(0)
		points = append(points, fmt.Sprintf("%.1f,%.1f %.1f,%.1f", c.x(len(s.Values)-1), zero, c.x(0), zero))
	}
	return line{Series: at, Points: strings.Join(points, " "), Filled: c.Type == "area"}
}
