package layout

import (
	"strings"

	"signalbox/shared/dingtalk"
	"signalbox/shared/notify"
)

var dingtalkMarkdown = dialect{escape: fullWidth, paragraph: "\n\n", bullet: "- ", bold: "**"}

// DingTalk lays m out for a group of DingTalk's: markdown without tables, with links as
// buttons.
func DingTalk(m notify.Message) dingtalk.Message {
	laidOut := func(m notify.Message, named int) dingtalk.Message {
		title := fullWidth(m.Title)
		said := dingtalk.Message{Title: title, Markdown: "### " + title, All: m.Mention}
		if m.Extent == notify.Short {
			return said
		}
		lines := dingtalkMarkdown.lines(m, named)
		if m.Extent == notify.Whole {
			said.Buttons = dingtalkButtons(m.Links)
		}
		if said.All { // then it can have no buttons
			for _, l := range m.Links {
				lines = append(lines, dingtalkMarkdown.link(l.Label, l.URL))
			}
		}
		said.Markdown = strings.Join(append([]string{said.Markdown}, lines...), dingtalkMarkdown.paragraph)
		return said
	}
	return fit(m, laidOut, func(said dingtalk.Message) bool { return said.Size() <= dingtalk.MaxBody })
}

func dingtalkButtons(links []notify.Link) []dingtalk.Button {
	buttons := make([]dingtalk.Button, len(links))
	for i, l := range links {
		buttons[i] = dingtalk.Button{Title: l.Label, URL: l.URL}
	}
	return buttons
}
