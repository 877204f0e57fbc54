// Package message words what people read about cards: the digest of a sweep, the
// status message of a group of incidents, what changed in it, and the daily
// summary. It is pure: incidents and counts go in, messages come out.
//
// However many cards there are, a message passes [slack.Message.Check]: it names
// the worst, and says how many it does not name.
package message

import (
	"strings"
	"time"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

const (
	// MaxNamed is how many cards a message names at most.
	MaxNamed = 20

	maxLines   = 25   // of totals
	maxLine    = 100  // characters of one of them
	maxText    = 3600 // characters of the text before what ends it
	maxButton  = 3000 // characters of a link
	bulletLine = "• "
)

// Style is how things are shown. The zero value shows UTC and masks cards.
type Style struct {
	Zone      *time.Location // of the times shown; nil is UTC
	ShowICCID bool           // whole numbers of cards, not masked ones
	Console   string         // address that a button leads to; "": no button
}

func (s Style) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// subject names a card, or whatever else an incident is about.
func (s Style) subject(subject incident.Subject) string {
	if subject.Kind != incident.Card || s.ShowICCID {
		return subject.ID
	}
	if id, err := card.ParseICCID(subject.ID); err == nil {
		return id.Masked()
	}
	return clean(subject.ID, maxCell)
}

// draft is a message before it is known how many cards it has room to name.
type draft struct {
	style Style
	at    time.Time
	id    string
	title string
	lines []string // totals, in Slack's markup
	rows  []row    // worst first
	// rest says where those are that are not named.
	rest   string
	chart  *slackgo.DataVisualizationBlock // nil: none
	footer string
}

func (w Writer) draft() draft {
	return draft{style: w.Style, at: w.Coverage.At, footer: w.Coverage.line(w.Style)}
}

// message names as many cards as there is room for.
func (d draft) message() slack.Message {
	for named := min(MaxNamed, len(d.rows)); ; named-- {
		m := d.naming(named)
		if named == 0 || m.Check() == nil {
			return m
		}
	}
}

func (d draft) naming(named int) slack.Message {
	cells := table(d.style, d.at, d.rows[:named])
	blocks := []slackgo.Block{
		slackgo.NewHeaderBlock(slackgo.NewTextBlockObject(slackgo.PlainTextType, d.title, false, false)),
	}
	if lines := d.totals(); len(lines) > 0 {
		blocks = append(blocks, slackgo.NewSectionBlock(markup(strings.Join(lines, "\n")), nil, nil))
	}
	if d.chart != nil {
		blocks = append(blocks, d.chart)
	}
	if named > 0 {
		blocks = append(blocks, tableBlock(cells))
	}
	if said := d.unnamed(named); said != "" {
		blocks = append(blocks, slackgo.NewContextBlock("", markup(said)))
	}
	blocks = append(blocks, slackgo.NewContextBlock("", markup(d.footer)))
	return slack.Message{ID: d.id, Text: d.text(cells), Blocks: append(blocks, d.buttons()...)}
}

func markup(text string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, false)
}

// totals are the lines that there is room for.
func (d draft) totals() []string {
	if len(d.lines) <= maxLines {
		return d.lines
	}
	rest := count(len(d.lines)-maxLines, "more group", "more groups")
	return append(d.lines[:maxLines:maxLines], bulletLine+rest)
}

// unnamed says that not all cards are named, or "" where all are.
func (d draft) unnamed(named int) string {
	if len(d.rows) <= named {
		return ""
	}
	return strings.TrimSuffix("The worst "+number(named)+" of "+number(len(d.rows))+" are shown. "+d.rest, " ")
}

// text is the message in words. What has no room in it is counted.
func (d draft) text(cells [][]string) string {
	lines := append([]string{slack.Escape(d.title)}, d.totals()...)
	length := utf8.RuneCountInString(strings.Join(lines, "\n"))
	named := 0
	for _, row := range cells[min(1, len(cells)):] {
		line := rowText(row)
		length += utf8.RuneCountInString(line) + 1
		if length > maxText {
			break
		}
		lines = append(lines, line)
		named++
	}
	if said := d.unnamed(named); said != "" {
		lines = append(lines, said)
	}
	return strings.Join(append(lines, d.footer), "\n")
}

// buttons are links: whatever else a button does needs somebody who listens.
func (d draft) buttons() []slackgo.Block {
	if d.style.Console == "" || utf8.RuneCountInString(d.style.Console) > maxButton {
		return nil
	}
	label := slackgo.NewTextBlockObject(slackgo.PlainTextType, "Open the console", false, false)
	button := slackgo.NewButtonBlockElement("console", "", label).WithURL(d.style.Console)
	return []slackgo.Block{slackgo.NewActionBlock("", button)}
}
