package message

import (
	"math"

	"signalbox/shared/card"
	"signalbox/shared/notify"
)

const (
	maxDays  = 14 // of the chart
	wordDays = 7  // of the line that says the same in words
	gigabyte = 1 << 30
)

// usageChart draws the usage of the last days, nil where none is known.
func (s Style) usageChart(days []DayUsage) *notify.Chart {
	days = lastDays(days, maxDays)
	if len(days) == 0 {
		return nil
	}
	points := make([]notify.Point, len(days))
	for i, d := range days {
		points[i] = notify.Point{Label: s.label(d), Value: math.Round(float64(d.Bytes)/gigabyte*100) / 100}
	}
	w := s.words().Summary
	return &notify.Chart{Title: w.ChartTitle, Series: w.ChartSeries, Unit: "GB", Points: points}
}

// usageLine says the same in words, for readers and for where Slack takes no
// charts.
func (s Style) usageLine(days []DayUsage) string {
	days = lastDays(days, wordDays)
	if len(days) == 0 {
		return ""
	}
	parts := make([]string, len(days))
	for i, d := range days {
		parts[i] = s.label(d) + " " + card.Bytes(d.Bytes).String()
	}
	return s.words().Summary.Used(s.listed(parts...))
}

func lastDays(days []DayUsage, n int) []DayUsage { return days[max(0, len(days)-n):] }

func (s Style) label(d DayUsage) string { return d.Day.In(s.zone()).Format("01-02") }
