package message

import (
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/slack"
)

// MaxNamed is how many cards a message names at most.
const MaxNamed = 20

// Limits of the parts of a message, in characters. They are fixed, so that the
// list knows what a message leaves out without making it. Together they keep to
// [slack.MaxTotal] and, as words, to [slack.MaxText].
const (
	maxTotals = 1000 // lines of totals
	maxTable  = 7000 // the table, as JSON
	maxRows   = 2400 // the same in words
	maxButton = 1000 // the button, as JSON
)

const bulletLine = "• "

// draft is a message before it is known how many cards it has room to name.
type draft struct {
	style  Style
	at     time.Time
	title  string
	lines  []string                        // totals, in Slack's markup
	rows   []row                           // in the order in which they are named
	first  string                          // what the named ones are: the worst, or the first
	rest   string                          // says where those are that are not named
	chart  *slackgo.DataVisualizationBlock // nil: none
	footer string
}

func (w Writer) draft() draft {
	return draft{style: w.Style, at: w.Coverage.At, first: "worst", footer: w.Coverage.line(w.Style)}
}

func (d draft) message() slack.Message {
	named := namedInTable(d.style, d.at, d.rows)
	blocks := []slackgo.Block{
		slackgo.NewHeaderBlock(slackgo.NewTextBlockObject(slackgo.PlainTextType, d.title, false, false)),
	}
	if lines := d.totals(); len(lines) > 0 {
		blocks = append(blocks, slackgo.NewSectionBlock(markup(strings.Join(lines, "\n")), nil, nil))
	}
	if d.chart != nil {
		blocks = append(blocks, d.chart)
	}
	var table *slackgo.TableBlock
	if named > 0 {
		table = d.style.tableBlock(d.at, d.rows[:named])
		blocks = append(blocks, table)
	}
	if said := d.unnamed(named); said != "" {
		blocks = append(blocks, slackgo.NewContextBlock("", markup(said)))
	}
	blocks = append(blocks, slackgo.NewContextBlock("", markup(d.footer)))
	blocks = append(blocks, d.buttons()...)
	if named > 0 {
		d.style.link(table, d.at, d.rows[:named], blocks)
	}
	return slack.Message{Text: d.text(), Blocks: blocks}
}

// markup is text in Slack's markup, in which no name becomes a link.
func markup(text string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, true)
}

// totals are the lines that there is room for.
func (d draft) totals() []string {
	length := 0
	for i, line := range d.lines {
		if length += utf8.RuneCountInString(line) + 1; length > maxTotals {
			more := bulletLine + count(len(d.lines)-i, "more line is left out", "more lines are left out")
			return append(d.lines[:i:i], more)
		}
	}
	return d.lines
}

// unnamed says that not all rows are named, or "" where all are.
func (d draft) unnamed(named int) string {
	if len(d.rows) <= named {
		return ""
	}
	return "The " + d.first + " " + number(named) + " of " + number(len(d.rows)) + " are shown. " + d.rest
}

// text is the message in words.
func (d draft) text() string {
	lines := append([]string{slack.Escape(d.title)}, d.totals()...)
	named := namedInText(d.style, d.at, d.rows)
	lines = append(lines, named...)
	if said := d.unnamed(len(named)); said != "" {
		lines = append(lines, said)
	}
	return strings.Join(append(lines, d.footer), "\n")
}

// buttons are links: whatever else a button does needs somebody who listens.
func (d draft) buttons() []slackgo.Block {
	if d.style.Console == "" {
		return nil
	}
	label := slackgo.NewTextBlockObject(slackgo.PlainTextType, "Open the console", false, false)
	button := slackgo.NewButtonBlockElement("console", "", label).WithURL(d.style.Console)
	block := slackgo.NewActionBlock("", button)
	if size(block) > maxButton {
		return nil
	}
	return []slackgo.Block{block}
}

// leavesOut reports whether a message does not name all rows, be it where it is
// shown as words.
func (w Writer) leavesOut(rows []row) bool {
	return namedInTable(w.Style, w.Coverage.At, rows) < len(rows) ||
		len(namedInText(w.Style, w.Coverage.At, rows)) < len(rows)
}

// namedInTable is how many rows a table has room for.
func namedInTable(s Style, now time.Time, rows []row) int {
	named := min(MaxNamed, len(rows))
	for named > 0 && size(s.tableBlock(now, rows[:named])) > maxTable {
		named--
	}
	return named
}

// namedInText are the rows in words that there is room for.
func namedInText(s Style, now time.Time, rows []row) []string {
	var lines []string
	length := 0
	for _, text := range rowTexts(s, now, rows[:min(MaxNamed, len(rows))]) {
		line := bulletLine + text
		if length += utf8.RuneCountInString(line) + 1; length > maxRows {
			break
		}
		lines = append(lines, line)
	}
	return lines
}

// size is how many characters a block, or a part of one, has as JSON. One that cannot be
// JSON has no room anywhere.
func size(block any) int {
	raw, err := json.Marshal(block)
	if err != nil {
		return math.MaxInt
	}
	return utf8.RuneCount(raw)
}
