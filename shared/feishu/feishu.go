// Package feishu posts to a group of Feishu's, or Lark's, by a custom bot: signed, far
// below Feishu's rate limit, and with what an answer of status 200 means.
//
// See https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.
package feishu

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

const (
	// MaxBody is how many bytes a message has as JSON without its signature, at a
	// distance from the 20 KB that Feishu takes.
	MaxBody = 18_000
	// interval makes 30 messages a minute of the hundred that Feishu takes.
	interval = 2 * time.Second
	// busy is how long to wait after error 11232, which comes at full and half hours.
	busy = 5 * time.Second
)

// Message is what people get to read: a card, or where that is nil a text.
type Message struct {
	Text string
	Card *Card
}

// Card is a card of JSON 2.0.
//
// See https://open.feishu.cn/document/feishu-cards/card-json-v2-structure.
type Card struct {
	Title    string
	Color    string // of the header: "red", "orange", "blue"
	Markdown []string
	Buttons  []Button
}

// Button is a link.
type Button struct{ Text, URL string }

// Bot posts to one group. It is safe for concurrent use.
type Bot struct {
	poster *outbound.Poster
	secret string
}

// New returns a Bot, or an error that says what is wrong without repeating a secret.
// Without a secret the bot asks for no signature.
func New(c outbound.Config) (*Bot, error) {
	poster, err := outbound.NewPoster("feishu", interval, c)
	return &Bot{poster, c.Secret}, err
}

// Post delivers m, or returns a [*delivery.Error].
func (b *Bot) Post(ctx context.Context, m Message) error {
	if n := m.Size(); n > MaxBody {
		return b.poster.Rejected(fmt.Sprintf("%d bytes, Feishu takes %d", n, MaxBody))
	}
	return b.poster.Post(ctx, func(now time.Time) outbound.Request {
		return outbound.Request{Body: encode(b.sign(m.content(), now))}
	}, judge)
}

// Size is how many bytes m has as JSON.
func (m Message) Size() int {
	return len(encode(m.content()))
}

// encode is JSON of texts, which always encode.
func encode(content map[string]any) []byte {
	body, err := json.Marshal(content)
	if err != nil {
		return nil // which no bot takes
	}
	return body
}

func (m Message) content() map[string]any {
	if m.Card == nil {
		return map[string]any{"msg_type": "text", "content": map[string]string{"text": m.Text}}
	}
	elements := make([]any, 0, len(m.Card.Markdown)+len(m.Card.Buttons))
	for _, text := range m.Card.Markdown {
		elements = append(elements, map[string]any{"tag": "markdown", "content": text})
	}
	for _, button := range m.Card.Buttons {
		elements = append(elements, map[string]any{
			"tag": "button", "text": plain(button.Text),
			"behaviors": []any{map[string]string{"type": "open_url", "default_url": button.URL}},
		})
	}
	return map[string]any{"msg_type": "interactive", "card": map[string]any{
		"schema": "2.0",
		"header": map[string]any{"title": plain(m.Card.Title), "template": m.Card.Color},
		"body":   map[string]any{"elements": elements},
	}}
}

func plain(text string) map[string]string {
	return map[string]string{"tag": "plain_text", "content": text}
}

// sign adds the signature at a time: the key is the time and the secret, and nothing is
// signed with it.
func (b *Bot) sign(content map[string]any, now time.Time) map[string]any {
	if b.secret == "" {
		return content
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	sum := hmac.New(sha256.New, []byte(timestamp+"\n"+b.secret))
	content["timestamp"], content["sign"] = timestamp, base64.StdEncoding.EncodeToString(sum.Sum(nil))
	return content
}

// judge reads the code in an answer, whatever status it has.
func judge(a *outbound.Answer, now time.Time) *delivery.Error {
	code, ok := a.Code("code", "StatusCode")
	switch {
	case !ok:
		return a.Failure(now)
	case code == 0 && a.Status == http.StatusOK:
		return nil
	}
	reason := "code " + strconv.Itoa(code)
	switch code {
	case 11232, 11233:
		return a.Limit(now, busy, reason+", too fast, or Feishu is busy")
	case 19021:
		return a.Refusal(delivery.KindConfig, reason+", the signature or the clock is wrong")
	case 19022, 19024:
		return a.Refusal(delivery.KindConfig, reason+", the bot's security settings refuse it: keyword or address")
	case 19001, 19002, 19003:
		return a.Refusal(delivery.KindConfig, reason+", there is no such bot")
	case 9499, 11246, 19036, 200621, 230099:
		return a.Refusal(delivery.KindRejected, reason)
	case 0:
		return a.Failure(now)
	}
	return a.Refusal(delivery.KindUnknown, reason)
}
