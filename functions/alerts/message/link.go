package message

import (
	"slices"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// linkRows has the cards of a table for Slack lead to their pages, the worst first, as far
// as there is room beside the other blocks of the message. What is named is the same with
// and without links.
func linkRows(table *slackgo.TableBlock, t notify.Table, blocks []slackgo.Block) {
	column := slices.IndexFunc(t.Columns, func(c notify.Column) bool { return c.Linked })
	room := roomBeside(blocks)
	for i, r := range t.Rows {
		if column < 0 || r.Link == "" {
			continue
		}
		cells := table.Rows[i+1]
		linked := slackgo.NewTableRichTextCell(
			slackgo.NewRichTextSection(slackgo.NewRichTextSectionLinkElement(r.Link, r.Cells[column], nil)))
		if room -= size(linked) - size(cells[column]); room < 0 {
			return
		}
		cells[column] = linked
	}
}

// roomBeside is how many characters a message has left beside blocks.
func roomBeside(blocks []slackgo.Block) int {
	room := slack.MaxTotal - len("[]") - mentionRoom
	for _, block := range blocks {
		room -= size(block) + len(",")
	}
	return room
}

// mentionRoom is left for a block that mentions everybody.
const mentionRoom = 200

// page is a link to the page of the card that a row is about, or "".
func (s Style) page(r row, now time.Time) string {
	id, err := card.ParseICCID(r.Key.Subject.ID)
	if err != nil || r.Key.Subject.Kind != incident.Card {
		return ""
	}
	return s.Pages.To(id, now)
}
