package main

import (
	"os"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// style is how a terminal shows things. The zero value is of something else, such as a
// file: plain characters, 80 of them in a line.
type style struct {
	width  int  // 0: 80
	blocks bool // it has block characters
	color  bool
}

// Of what is drawn.
const (
	usualWidth = 80
	leastWidth = 40
)

// styleOf looks at where a command prints. NO_COLOR takes the colours away
// (https://no-color.org), and TERM=dumb the block characters too.
func styleOf(c console) style {
	file, ok := c.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || slices.Contains(c.environ, "TERM=dumb") {
		return style{}
	}
	s := style{blocks: true, color: !slices.ContainsFunc(c.environ, func(v string) bool {
		value, found := strings.CutPrefix(v, "NO_COLOR=")
		return found && value != ""
	})}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil {
		s.width = width
	}
	return s
}

func (s style) columns() int {
	if s.width == 0 {
		return usualWidth
	}
	return max(s.width, leastWidth)
}

// The colours of ANSI terminals.
const (
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	plain  = "\x1b[0m"
)

func (s style) paint(color, text string) string {
	if !s.color {
		return text
	}
	return color + text + plain
}

// bar is a bar of a length, of which a part is full, 0 to 1.
func (s style) bar(part float64, length int) string {
	full, rest, color := "#", ".", green
	if s.blocks {
		full, rest = "█", "░"
	}
	switch {
	case part >= 1:
		color = red
	case part >= 0.8:
		color = yellow
	}
	n := int(min(max(part, 0), 1)*float64(length) + 0.5)
	return s.paint(color, strings.Repeat(full, n)) + strings.Repeat(rest, length-n)
}

// table aligns cells, of which Chinese characters take two columns each, in lines that begin
// with indent. The first row is its head. With numbers the columns from the second on are to
// the right.
func table(indent string, rows [][]string, numbers bool) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell))
			if numbers && i > 0 {
				cell = space + cell
			} else {
				cell += space
			}
			cells[i] = cell
		}
		out.WriteString(strings.TrimRight(indent+strings.Join(cells, "  "), " ") + "\n")
	}
	return out.String()
}
