package message

import (
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

const (
	maxCell = 60 // characters
	unknown = "–"
)

// row is one line of a table.
type row struct {
	incident.Incident

	what string // "": the table does not tell one kind from another
}

// columns are what a table may show of a row; one that is unknown for all rows
// is left out.
var columns = []struct {
	title string
	value func(s Style, now time.Time, r row) string
}{
	{"What", func(_ Style, _ time.Time, r row) string { return r.what }},
	{"Card", func(s Style, _ time.Time, r row) string { return s.subject(r.Subject) }},
	{"Plan", func(_ Style, _ time.Time, r row) string { return r.Facts[rule.FactPackage] }},
	{"Used / total", func(_ Style, _ time.Time, r row) string { return usage(r.Facts) }},
	{"Runs out", func(_ Style, _ time.Time, r row) string { return runsOut(r.Facts) }},
	{"Expires", func(s Style, now time.Time, r row) string { return s.expiry(r.Facts[rule.FactExpires], now) }},
	{"Cause", func(_ Style, _ time.Time, r row) string { return causes[r.Reason] }},
	{"Last counted", func(s Style, now time.Time, r row) string { return s.counted(r, now) }},
}

// table returns the titles of the columns and a line for each row.
func table(s Style, now time.Time, rows []row) [][]string {
	if len(rows) == 0 {
		return nil
	}
	lines := make([][]string, len(rows)+1)
	for _, column := range columns {
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
func usage(facts map[string]string) string {
	used := facts[rule.FactUsed]
	text := used
	if total := card.ParseDataSize(used).Plus(card.ParseDataSize(facts[rule.FactRest])); total.Known() {
		text += " / " + total.Text()
	}
	if ratio := facts[rule.FactRatio]; ratio != "" {
		text = strings.TrimSpace(text + " (" + ratio + ")")
	}
	return text
}

// runsOut says when a card is expected to run out, and how sure that is.
func runsOut(facts map[string]string) string {
	text := facts[rule.FactExpected]
	if earliest, latest := facts[rule.FactEarliest], facts[rule.FactLatest]; earliest != "" && latest != "" {
		text += " (" + earliest + " to " + latest + ")"
	}
	if probability := facts[rule.FactProbability]; probability != "" {
		text += ", " + probability
	}
	return strings.TrimPrefix(text, ", ")
}

// expiry says when a package ends, and in how many days.
func (s Style) expiry(text string, now time.Time) string {
	end, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	if left := end.Sub(now); left > 0 {
		return s.day(end) + ", in " + age(left)
	}
	return s.day(end) + ", " + age(now.Sub(end)) + " ago"
}

// counted says when the usage of a card was last counted, where that is what is
// wrong with it.
func (s Style) counted(r row, now time.Time) string {
	at, err := time.Parse(time.RFC3339, r.Facts[rule.FactRefreshed])
	if r.Rule != rule.Stale || err != nil {
		return ""
	}
	return s.clock(at) + ", " + age(now.Sub(at)) + " ago"
}
