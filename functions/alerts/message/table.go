package message

import (
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/slack"
)

const (
	maxCell = 60 // characters
	unknown = "–"
)

// row is one line of a table.
type row struct {
	rule.Incident

	what string // empty: the table does not say one kind from another
}

// column is what a table may show of a row; one that is unknown for all rows is
// left out.
type column struct {
	title string
	value func(s Style, now time.Time, r row) string
}

var columns = []column{
	{"What", func(_ Style, _ time.Time, r row) string { return r.what }},
	{"Card", func(s Style, _ time.Time, r row) string { return s.subject(r.Key.Subject) }},
	{"Plan", func(_ Style, _ time.Time, r row) string { return r.Details.Facts.Package }},
	{"Used / total", func(_ Style, _ time.Time, r row) string { return usage(r.Details.Facts) }},
	{"Expires", func(s Style, now time.Time, r row) string { return s.expiry(r.Details.Facts.Expires, now) }},
}

// columnsOf are those that every rule has, and the one of each rule among rows.
func columnsOf(rows []row) []column {
	all := slices.Clone(columns)
	for _, r := range rows {
		name := r.Key.Rule
		title := wordsOf(name).column
		if title == "" || slices.ContainsFunc(all, func(c column) bool { return c.title == title }) {
			continue
		}
		all = append(all, column{title, func(s Style, now time.Time, r row) string {
			if r.Key.Rule != name {
				return ""
			}
			return wordsOf(name).said(s, now, r.Incident)
		}})
	}
	return all
}

// table returns the titles of the columns and a line for each row.
func table(s Style, now time.Time, rows []row) [][]string {
	if len(rows) == 0 {
		return nil
	}
	lines := make([][]string, len(rows)+1)
	for _, column := range columnsOf(rows) {
		cells := make([]string, len(rows))
		for i, r := range rows {
			cells[i] = clean(column.value(s, now, r), maxCell)
		}
		if !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" }) {
			continue
		}
		for i, cell := range slices.Concat([]string{column.title}, cells) {
			lines[i] = append(lines[i], cell)
		}
	}
	return lines
}

func tableBlock(lines [][]string) *slackgo.TableBlock {
	block := slackgo.NewTableBlock("")
	for _, line := range lines {
		var cells []slackgo.TableCell
		for _, cell := range line {
			if cell == "" {
				cell = unknown // Slack takes no empty cell
			}
			cells = append(cells, slackgo.NewTableRawTextCell(cell))
		}
		block.AddRow(cells...)
	}
	return block
}

// rowText is a row in words, without what is unknown.
func rowText(cells []string) string {
	known := slices.DeleteFunc(slices.Clone(cells), func(cell string) bool { return cell == "" })
	return bulletLine + slack.Escape(strings.Join(known, " · "))
}

// usage says "92.00MB / 100.00MB (92%)", as far as it is known.
func usage(f rule.Facts) string {
	text := f.Used.Text()
	if total := f.Used.Plus(f.Rest); total.Known() {
		text += " / " + total.Text()
	}
	if ratio := f.Ratio.Text(); ratio != "" {
		text = strings.TrimSpace(text + " (" + ratio + ")")
	}
	return text
}

// expiry says when a package ends, and in how many days.
func (s Style) expiry(end, now time.Time) string {
	if end.IsZero() {
		return ""
	}
	if left := end.Sub(now); left > 0 {
		return s.day(end) + ", in " + age(left)
	}
	return s.day(end) + ", " + age(now.Sub(end)) + " ago"
}
