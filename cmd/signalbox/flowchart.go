package main

import (
	"bytes"
	"fmt"
	"strings"
)

// chartHeight is in lines.
const chartHeight = 8

// levels are how full a line of a column can be, in eighths.
var levels = [...]string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// drawChart draws a column for each day, as many of the latest as fit. A day that is not
// known has a question mark.
func drawChart(out *bytes.Buffer, days []shownDay, s style) {
	days = days[max(0, len(days)-(s.columns()-2)):]
	highest := shownDay{FlowBytes: new(int64)}
	for _, d := range days {
		if d.FlowBytes != nil && *d.FlowBytes > *highest.FlowBytes {
			highest = d
		}
	}
	if *highest.FlowBytes <= 0 {
		return
	}
	each := min(3, (s.columns()-2)/len(days))
	fmt.Fprintf(out, "\neach day, at most %s on %s\n", orDash(highest.Flow), orDash(highest.Day))
	for line := chartHeight - 1; line >= 0; line-- {
		var row strings.Builder
		for _, d := range days {
			row.WriteString(s.column(d, *highest.FlowBytes, line, each))
		}
		fmt.Fprintln(out, "  "+strings.TrimRight(row.String(), " "))
	}
	first, last := harmless(*days[0].Day), harmless(*days[len(days)-1].Day)
	gap := len(days)*each - len(first) - len(last)
	if gap < 1 {
		fmt.Fprintf(out, "  %s to %s\n", first, last)
		return
	}
	fmt.Fprintf(out, "  %s%s%s\n", first, strings.Repeat(" ", gap), last)
}

// column is a line of a day's column, which is some characters wide.
func (s style) column(d shownDay, highest int64, line, width int) string {
	if d.FlowBytes == nil {
		if line == 0 {
			return "?" + strings.Repeat(" ", width-1)
		}
		return strings.Repeat(" ", width)
	}
	eighths := int(float64(*d.FlowBytes)/float64(highest)*chartHeight*8 + 0.5)
	if *d.FlowBytes > 0 {
		eighths = max(eighths, 1)
	}
	level := levels[min(max(eighths-line*8, 0), 8)]
	if !s.blocks {
		level = " "
		if eighths-line*8 >= 4 || line == 0 && eighths > 0 {
			level = "#"
		}
	}
	space := min(1, width-1)
	return strings.Repeat(level, width-space) + strings.Repeat(" ", space)
}
