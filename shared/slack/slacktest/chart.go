package slacktest

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Slack's limits of charts, in characters or elements.
const (
	maxChartTitle = 50 // of the axes' labels too
	maxLabel      = 20 // of a category, a series or a segment
	maxCategories = 20
	maxSeries     = 6 // of segments too
)

// chart is a data visualization: a value of each series for each category. A
// pie is one series without a name.
type chart struct {
	Type           string
	XLabel, YLabel string
	Categories     []string
	Series         []series
}

type series struct {
	Name   string
	Values []float64 // in the order of the categories
}

// point is a value as Slack gets it.
type point struct {
	Label string   `json:"label"`
	Value *float64 `json:"value"`
}

// readChart reads a data visualization.
//
// See https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block/.
func readChart(raw json.RawMessage) (p part, ok bool) {
	var block struct {
		Title string          `json:"title"`
		Chart json.RawMessage `json:"chart"`
	}
	if json.Unmarshal(raw, &block) != nil || !isLabel(block.Title, maxChartTitle) {
		return p, false
	}
	p.Text = text{Raw: block.Title}
	var head struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(block.Chart, &head) != nil {
		return p, false
	}
	switch head.Type {
	case "pie":
		p.Chart, ok = readPie(block.Chart)
	case "bar", "line", "area":
		p.Chart, ok = readSeriesChart(block.Chart)
	}
	p.Chart.Type = head.Type
	return p, ok
}

func readPie(raw json.RawMessage) (c chart, ok bool) {
	var pie struct {
		Segments []point `json:"segments"`
	}
	if json.Unmarshal(raw, &pie) != nil || len(pie.Segments) == 0 || len(pie.Segments) > maxSeries {
		return c, false
	}
	var whole series
	for _, s := range pie.Segments {
		if !isLabel(s.Label, maxLabel) || s.Value == nil || *s.Value <= 0 {
			return c, false
		}
		c.Categories = append(c.Categories, s.Label)
		whole.Values = append(whole.Values, *s.Value)
	}
	c.Series = []series{whole}
	return c, true
}

func readSeriesChart(raw json.RawMessage) (c chart, ok bool) {
	var block struct {
		Series []struct {
			Name string  `json:"name"`
			Data []point `json:"data"`
		} `json:"series"`
		Axis struct {
			Categories []string `json:"categories"`
			XLabel     string   `json:"x_label"`
			YLabel     string   `json:"y_label"`
		} `json:"axis_config"`
	}
	if json.Unmarshal(raw, &block) != nil {
		return c, false
	}
	c = chart{Categories: block.Axis.Categories, XLabel: block.Axis.XLabel, YLabel: block.Axis.YLabel}
	for _, s := range block.Series {
		values, ok := c.order(s.Data)
		if !ok {
			return c, false
		}
		c.Series = append(c.Series, series{s.Name, values})
	}
	return c, c.valid()
}

// order returns one value for each category.
func (c chart) order(data []point) (values []float64, ok bool) {
	values = make([]float64, len(c.Categories))
	seen := map[int]bool{}
	for _, p := range data {
		i := slices.Index(c.Categories, p.Label)
		if i < 0 || seen[i] || p.Value == nil {
			return nil, false
		}
		seen[i] = true
		values[i] = *p.Value
	}
	return values, len(seen) == len(c.Categories)
}

func (c chart) valid() bool {
	names := make([]string, len(c.Series))
	for i, s := range c.Series {
		names[i] = s.Name
	}
	return !tooLong(c.XLabel, maxChartTitle) && !tooLong(c.YLabel, maxChartTitle) &&
		areLabels(c.Categories, maxCategories) && areLabels(names, maxSeries)
}

// areLabels reports whether there are one to limit labels, all different.
func areLabels(labels []string, limit int) bool {
	seen := map[string]bool{}
	for _, label := range labels {
		if seen[label] || !isLabel(label, maxLabel) {
			return false
		}
		seen[label] = true
	}
	return len(labels) > 0 && len(labels) <= limit
}

func isLabel(s string, limit int) bool { return s != "" && !tooLong(s, limit) }

// describe says what kind of chart c is and what its axes are.
func (c chart) describe() string {
	said := c.Type + " chart"
	if c.YLabel != "" {
		said += ", " + c.YLabel
	}
	if c.XLabel != "" {
		said += " by " + c.XLabel
	}
	return said
}

// rows returns c's numbers as a table, under the names of its series where it
// has any.
func (c chart) rows() [][]text {
	var rows [][]text
	if c.Type != "pie" {
		header := []text{{}}
		for _, s := range c.Series {
			header = append(header, text{Raw: s.Name})
		}
		rows = append(rows, header)
	}
	for i, category := range c.Categories {
		row := []text{{Raw: category}}
		for _, s := range c.Series {
			row = append(row, text{Raw: number(s.Values[i])})
		}
		rows = append(rows, row)
	}
	return rows
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
