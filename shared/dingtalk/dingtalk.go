// Package dingtalk posts to a group of DingTalk's by a custom robot: signed, far below
// DingTalk's rate limit, and with what an answer of status 200 means.
//
// See https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages.
package dingtalk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

const (
	// MaxBody is how many bytes a message has as JSON, at a distance from the 20,000
	// that DingTalk takes.
	MaxBody = 18_000
	// interval makes ten messages a minute of the twenty that DingTalk takes: beyond
	// these it refuses all for ten minutes.
	interval = 6 * time.Second
	banned   = 10 * time.Minute
)

// Message is what people get to read: markdown without tables, which older clients do
// not show.
type Message struct {
	Title    string // of the notification on a phone
	Markdown string
	// Buttons are links. With some the message is an ActionCard, unless it mentions:
	// such a card cannot.
	Buttons []Button
	// All mentions everybody in the group.
	All bool
}

// Button is a link.
type Button struct {
	Title string `json:"title"`
	URL   string `json:"actionURL"`
}

// Robot posts to one group. It is safe for concurrent use.
type Robot struct {
	poster *outbound.Poster
	secret string
}

// New returns a Robot, or an error that says what is wrong without repeating a secret.
// Without a secret the robot asks for no signature.
func New(c outbound.Config) (*Robot, error) {
	poster, err := outbound.NewPoster("dingtalk", interval, c)
	return &Robot{poster, c.Secret}, err
}

// Post delivers m, or returns a [*delivery.Error].
func (r *Robot) Post(ctx context.Context, m Message) error {
	body, err := m.body()
	if err != nil || len(body) > MaxBody {
		return r.poster.Rejected(fmt.Sprintf("%d bytes, DingTalk takes %d", len(body), MaxBody))
	}
	return r.poster.Post(ctx, func(now time.Time) outbound.Request {
		return outbound.Request{Query: r.sign(now), Body: body}
	}, judge)
}

// Size is how many bytes m has as JSON.
func (m Message) Size() int {
	body, err := m.body()
	if err != nil {
		return MaxBody + 1
	}
	return len(body)
}

func (m Message) body() ([]byte, error) {
	if len(m.Buttons) > 0 && !m.All {
		return json.Marshal(map[string]any{"msgtype": "actionCard", "actionCard": map[string]any{
			"title": m.Title, "text": m.Markdown, "btnOrientation": "0", "btns": m.Buttons,
		}})
	}
	return json.Marshal(map[string]any{
		"msgtype": "markdown", "markdown": map[string]string{"title": m.Title, "text": m.Markdown},
		"at": map[string]bool{"isAtAll": m.All},
	})
}

// sign is the signature at a time: the secret is the key, and a part of the message.
//
// See https://open.dingtalk.com/document/orgapp/customize-robot-security-settings.
func (r *Robot) sign(now time.Time) url.Values {
	if r.secret == "" {
		return nil
	}
	timestamp := strconv.FormatInt(now.UnixMilli(), 10)
	sum := hmac.New(sha256.New, []byte(r.secret))
	sum.Write([]byte(timestamp + "\n" + r.secret))
	return url.Values{"timestamp": {timestamp}, "sign": {base64.StdEncoding.EncodeToString(sum.Sum(nil))}}
}

// judge reads the code in an answer, which has status 200 in any case.
func judge(a *outbound.Answer, now time.Time) *delivery.Error {
	code, ok := a.Code("errcode")
	switch {
	case !ok:
		return a.Failure(now)
	case code == 0 && a.Status == http.StatusOK:
		return nil
	}
	reason := "errcode " + strconv.Itoa(code)
	switch code {
	case 130101, 410100:
		return a.Limit(now, banned, reason+", too fast")
	case 310000:
		return a.Refusal(delivery.KindConfig, reason+", the robot's security settings refuse it: signature, keyword or address")
	case 300001, 400013, 400101, 400102, 400106:
		return a.Refusal(delivery.KindConfig, reason+", there is no such robot, or it is switched off")
	case 40035, 43004, 400105, 430101, 430102, 430103, 430104, 460101:
		return a.Refusal(delivery.KindRejected, reason)
	case -1:
		return a.Refusal(delivery.KindUnavailable, reason+", busy")
	case 0:
		return a.Failure(now)
	}
	return a.Refusal(delivery.KindUnknown, reason)
}
