package alerts

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
)

// Draft is what a receiver would get of a message.
type Draft struct {
	Text     string
	Mentions bool // it asks for everybody's attention, which not every kind of receiver can
}

// Draft lays a message out as the receiver of that name takes it, to be looked at.
func (c Config) Draft(name string, m notify.Message) (Draft, error) {
	switch c.Kinds[name] {
	case receiver.KindDingTalk:
		said := layout.DingTalk(m)
		lines := []string{said.Markdown}
		for _, b := range said.Buttons {
			lines = append(lines, button(b.Title, b.URL))
		}
		return Draft{strings.Join(lines, "\n\n"), said.All}, nil
	case receiver.KindFeishu:
		return draftFeishu(m), nil
	case receiver.KindWeCom:
		said := layout.WeCom(m)
		return Draft{Text: said.Markdown + said.Text}, nil // it is one of them
	case receiver.KindWebhook:
		body, err := json.MarshalIndent(layout.Webhook(m, name, time.Now()), "", "  ")
		if err != nil {
			return Draft{}, fmt.Errorf("lay out for %s: %w", name, err)
		}
		return Draft{Text: string(body)}, nil
	case receiver.KindSlack:
	}
	return Draft{layout.Slack(m).Text, m.Mention}, nil
}

func draftFeishu(m notify.Message) Draft {
	said := layout.Feishu(m)
	if said.Card == nil {
		return Draft{said.Text, m.Mention}
	}
	lines := append([]string{said.Card.Title}, said.Card.Markdown...)
	for _, b := range said.Card.Buttons {
		lines = append(lines, button(b.Text, b.URL))
	}
	return Draft{strings.Join(lines, "\n"), m.Mention}
}

func button(label, address string) string { return "[ " + label + " ] " + address }
