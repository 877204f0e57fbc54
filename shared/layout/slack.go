package layout

import (
	"cmp"
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Limits of the parts of a message for Slack, in characters. They are fixed, so that the
// list knows what a message leaves out without making it. Together they keep to
// [slack.MaxTotal] and, as words, to [slack.MaxText].
const (
	maxTable  = 7000 // the table, as JSON
	maxRows   = 2400 // the same in words
	maxButton = 1000 // the buttons, as JSON
)

const bulletLine = "• "

// Slack lays m out for Slack.
func Slack(m notify.Message) slack.Message {
	return SlackWith(m, func(int) []slackgo.Block { return nil })
}

// SlackWith is [Slack] with blocks at the end that fit into a room, in characters.
func SlackWith(m notify.Message, more func(room int) []slackgo.Block) slack.Message {
	laidOut := slack.Message{ID: m.ID, Text: slackText(m)}
	if m.Extent == notify.Whole {
		laidOut.Blocks = slackBlocks(m, more)
	}
	if m.Mention {
		return laidOut.Mentioning()
	}
	return laidOut
}

func slackBlocks(m notify.Message, more func(room int) []slackgo.Block) []slackgo.Block {
	shown, named := namedInTable(m.Rows)
	blocks := []slackgo.Block{
		slackgo.NewHeaderBlock(slackgo.NewTextBlockObject(slackgo.PlainTextType, m.Title, false, false)),
	}
	if lines := slackLines(m.Lines); len(lines) > 0 {
		blocks = append(blocks, slackgo.NewSectionBlock(markup(strings.Join(lines, "\n")), nil, nil))
	}
	if m.Chart != nil {
		blocks = append(blocks, slackChart(*m.Chart))
	}
	var rows notify.Table
	var table *slackgo.TableBlock
	if named > 0 {
		rows = shown.Table(named)
		table = tableBlock(rows)
		blocks = append(blocks, table)
	}
	if said := unnamed(m.Rows, named); said != "" {
		blocks = append(blocks, slackgo.NewContextBlock("", markup(said)))
	}
	if m.Footer != "" {
		blocks = append(blocks, slackgo.NewContextBlock("", markup(slack.Escape(m.Footer))))
	}
	blocks = append(blocks, buttons(m.Links)...)
	blocks = append(blocks, more(roomBeside(blocks))...)
	if named > 0 {
		linkRows(table, rows, blocks)
	}
	return blocks
}

// slackText is the message in words.
func slackText(m notify.Message) string {
	lines := []string{slack.Escape(m.Title)}
	if m.Extent == notify.Short {
		return lines[0]
	}
	named := namedInText(m.Rows)
	lines = append(append(lines, slackLines(m.Lines)...), named...)
	if said := unnamed(m.Rows, len(named)); said != "" {
		lines = append(lines, said)
	}
	if m.Footer != "" {
		lines = append(lines, slack.Escape(m.Footer))
	}
	text := strings.Join(lines, "\n")
	if m.Extent == notify.Plain { // there are no buttons
		text = linked(text, m.Links)
	}
	return text
}

// linked adds links to a text, as far as there is room for them.
func linked(text string, links []notify.Link) string {
	for _, l := range links {
		line := "\n<" + l.URL + "|" + slack.Escape(l.Label) + ">"
		if utf8.RuneCountInString(text+line) <= slack.MaxText {
			text += line
		}
	}
	return text
}

// markup is text in Slack's markup, in which no name becomes a link.
func markup(text string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, true)
}

func slackLines(lines []notify.Line) []string {
	texts := make([]string, len(lines))
	for i, line := range lines {
		texts[i] = SlackLine(line)
	}
	return texts
}

// SlackLine is a line in Slack's markup.
func SlackLine(l notify.Line) string {
	var b strings.Builder
	if l.Bullet {
		b.WriteString(bulletLine)
	}
	for _, s := range l.Spans {
		text := slack.Escape(s.Text)
		if s.Bold {
			text = "*" + text + "*"
		}
		b.WriteString(text)
	}
	return b.String()
}

func buttons(links []notify.Link) []slackgo.Block {
	elements := make([]slackgo.BlockElement, len(links))
	for i, link := range links {
		label := slackgo.NewTextBlockObject(slackgo.PlainTextType, link.Label, false, false)
		elements[i] = slackgo.NewButtonBlockElement(link.ID, "", label).WithURL(link.URL)
	}
	for ; len(elements) > 0; elements = elements[:len(elements)-1] {
		if block := slackgo.NewActionBlock("", elements...); SlackSize(block) <= maxButton {
			return []slackgo.Block{block}
		}
	}
	return nil
}

// SlackNamesAll reports whether a message to Slack names all rows, be it where it is shown
// as words.
func SlackNamesAll(rows notify.Rows) bool {
	_, named := namedInTable(rows)
	return named == rows.Count && len(namedInText(rows)) == rows.Count
}

// namedInTable is how many rows a table has room for, once columns were left out that
// there is none for.
func namedInTable(rows notify.Rows) (notify.Rows, int) {
	named := min(MaxNamed, rows.Count)
	if named == 0 {
		return rows, 0
	}
	fits := func(rows notify.Rows) bool { return SlackSize(tableBlock(rows.Table(named))) <= maxTable }
	rows = narrowed(rows, fits)
	for named > 0 && !fits(rows) {
		named--
	}
	return rows, named
}

// namedInText are the rows in words that there is room for.
func namedInText(rows notify.Rows) []string {
	if rows.Count == 0 {
		return nil
	}
	var lines []string
	narrowed(rows, func(rows notify.Rows) bool {
		lines = linesWithin(RowTexts(rows.Table(min(MaxNamed, rows.Count))), maxRows)
		return len(lines) == min(MaxNamed, rows.Count)
	})
	return lines
}

// linesWithin are the first of the texts that have room in so many characters.
func linesWithin(texts []string, room int) []string {
	var lines []string
	for _, text := range texts {
		line := bulletLine + slack.Escape(text)
		if room -= utf8.RuneCountInString(line) + 1; room < 0 {
			break
		}
		lines = append(lines, line)
	}
	return lines
}

// SlackSize is how many characters a block, or a part of one, has as JSON. One that cannot be
// JSON has no room anywhere.
func SlackSize(block any) int {
	raw, err := json.Marshal(block)
	if err != nil {
		return math.MaxInt
	}
	return utf8.RuneCount(raw)
}

func tableBlock(t notify.Table) *slackgo.TableBlock {
	block := slackgo.NewTableBlock("")
	titles := make([]slackgo.TableCell, len(t.Columns))
	for i, column := range t.Columns {
		titles[i] = slackgo.NewTableRawTextCell(column.Title)
	}
	block.AddRow(titles...)
	for _, r := range t.Rows {
		cells := make([]slackgo.TableCell, len(r.Cells))
		for i, cell := range r.Cells {
			cells[i] = slackgo.NewTableRawTextCell(cmp.Or(cell, unknown)) // Slack takes no empty cell
		}
		block.AddRow(cells...)
	}
	return block
}

func slackChart(c notify.Chart) *slackgo.DataVisualizationBlock {
	labels := make([]string, len(c.Points))
	points := make([]slackgo.DataVisualizationDataPoint, len(c.Points))
	for i, p := range c.Points {
		labels[i], points[i] = p.Label, slackgo.NewDataVisualizationDataPoint(p.Label, p.Value)
	}
	axis := slackgo.NewDataVisualizationAxisConfig(labels...).WithYLabel(c.Unit)
	return slackgo.NewDataVisualizationBlock(c.Title,
		slackgo.NewDataVisualizationBarChart(axis, slackgo.NewDataVisualizationDataSeries(c.Series, points...)))
}
