package message

import (
	"slices"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

const cardColumn = "Card"

// link has the cards of a table lead to their pages, the worst first, as far as there
// is room beside the other blocks of the message. What is named is the same with and
// without links.
func (s Style) link(table *slackgo.TableBlock, now time.Time, rows []row, blocks []slackgo.Block) {
	column := slices.IndexFunc(table.Rows[0], func(cell slackgo.TableCell) bool { return textOf(cell) == cardColumn })
	room := slack.MaxTotal - len("[]")
	for _, block := range blocks {
		room -= size(block) + len(",")
	}
	for i, r := range rows {
		address := s.page(r, now)
		if column < 0 || address == "" {
			continue
		}
		cells := table.Rows[i+1]
		linked := slackgo.NewTableRichTextCell(
			slackgo.NewRichTextSection(slackgo.NewRichTextSectionLinkElement(address, textOf(cells[column]), nil)))
		if room -= size(linked) - size(cells[column]); room < 0 {
			return
		}
		cells[column] = linked
	}
}

// page is a link to the page of the card that a row is about, or "".
func (s Style) page(r row, now time.Time) string {
	id, err := card.ParseICCID(r.Key.Subject.ID)
	if err != nil || r.Key.Subject.Kind != incident.Card {
		return ""
	}
	return s.Pages.To(id, now)
}

func textOf(cell slackgo.TableCell) string {
	if text, ok := cell.(*slackgo.TableRawTextCell); ok {
		return text.Text
	}
	return ""
}
