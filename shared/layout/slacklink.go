package layout

import (
	"slices"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// linkRows has the rows of a table for Slack lead to their pages, the worst first, as far
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
		if room -= SlackSize(linked) - SlackSize(cells[column]); room < 0 {
			return
		}
		cells[column] = linked
	}
}

// roomBeside is how many characters a message has left beside blocks.
func roomBeside(blocks []slackgo.Block) int {
	room := slack.MaxTotal - len("[]") - mentionRoom
	for _, block := range blocks {
		room -= SlackSize(block) + len(",")
	}
	return room
}

// mentionRoom is left for a block that mentions everybody.
const mentionRoom = 200
