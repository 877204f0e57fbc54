package layout

import (
	"strings"

	"signalbox/shared/feishu"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// feishuMarkdown has entities for marks, as Feishu's page asks.
//
// See https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text.
var feishuMarkdown = dialect{escape: strings.NewReplacer(
	"&", "&#38;", "<", "&#60;", ">", "&#62;", "*", "&#42;", "_", "&#95;", "~", "&#126;", "`", "&#96;", "[", "&#91;", "]", "&#93;",
	"(", "&#40;", ")", "&#41;", "#", "&#35;", "!", "&#33;", "|", "&#124;", "\\", "&#92;", "$", "&#36;", "://", "&#58;//",
).Replace, paragraph: "\n", bullet: "- ", bold: "**"}

// Feishu lays m out for a group of Feishu's: a card, or a text where that is refused.
func Feishu(m notify.Message) feishu.Message {
	laidOut := func(m notify.Message, named int) feishu.Message {
		if m.Extent != notify.Whole {
			return feishuText(m, named)
		}
		card := feishu.Card{Title: m.Title, Color: feishuColor(m.Severity)}
		text := strings.Join(feishuMarkdown.lines(m, named), feishuMarkdown.paragraph)
		if m.Mention {
			text = strings.TrimSpace("<at id=all></at>\n" + text)
		}
		if text != "" {
			card.Markdown = []string{text}
		}
		for _, l := range m.Links {
			card.Buttons = append(card.Buttons, feishu.Button{Text: l.Label, URL: l.URL})
		}
		return feishu.Message{Card: &card}
	}
	return fit(m, laidOut, func(said feishu.Message) bool { return said.Size() <= feishu.MaxBody })
}

// feishuText is m in words. A text knows links, mentions and a few tags.
func feishuText(m notify.Message, named int) feishu.Message {
	text := fullWidth(inWordsAlone(m, named))
	if m.Mention {
		text = `<at user_id="all"></at> ` + text
	}
	return feishu.Message{Text: text}
}

func feishuColor(s incident.Severity) string {
	switch s {
	case incident.Critical:
		return "red"
	case incident.Warning:
		return "orange"
	default:
		return "blue"
	}
}
