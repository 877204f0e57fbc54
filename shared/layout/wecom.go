package layout

import (
	"strings"

	"signalbox/shared/notify"
	"signalbox/shared/wecom"
)

var wecomMarkdown = dialect{escape: fullWidth, paragraph: "\n", bullet: "• ", bold: "**", unlinked: true}

// WeCom lays m out for a group of WeCom's: markdown, in which nobody can be mentioned who
// is not known by name, or a text where that is refused.
func WeCom(m notify.Message) wecom.Message {
	if m.Extent != notify.Whole {
		text := fit(m, inWordsAlone, func(text string) bool { return len(text) <= wecom.MaxText })
		return wecom.Message{Text: cut(text, wecom.MaxText)}
	}
	laidOut := func(m notify.Message, named int) wecom.Message {
		lines := append([]string{"### " + fullWidth(m.Title)}, wecomMarkdown.lines(m, named)...)
		for _, l := range m.Links {
			lines = append(lines, wecomMarkdown.link(l.Label, l.URL))
		}
		return wecom.Message{Markdown: strings.Join(lines, wecomMarkdown.paragraph)}
	}
	said := fit(m, laidOut, func(said wecom.Message) bool { return len(said.Markdown) <= wecom.MaxMarkdown })
	if len(said.Markdown) > wecom.MaxMarkdown { // a link or lines of endless length
		m.Links = nil
		said = laidOut(m, 0)
		said.Markdown = cut(said.Markdown, wecom.MaxMarkdown)
	}
	return said
}
