// Package wecom posts to a group of WeCom's by a robot, far below WeCom's rate limit, and
// with what an answer of status 200 means. The key in the address is all the secret there
// is.
//
// See https://developer.work.weixin.qq.com/document/path/91770.
package wecom

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

// WeCom's limits.
const (
	MaxMarkdown = 4096 // bytes of Message.Markdown
	MaxText     = 2048 // bytes of Message.Text
	// interval makes ten messages a minute of the twenty that WeCom takes.
	interval = 6 * time.Second
	limited  = time.Minute // how long to wait beyond them
)

// Message is what people get to read: markdown, or where that is "" a text.
type Message struct{ Markdown, Text string }

// Robot posts to one group. It is safe for concurrent use.
type Robot struct{ poster *outbound.Poster }

// New returns a Robot, or an error that says what is wrong without repeating a secret.
// It has no use for a secret.
func New(c outbound.Config) (*Robot, error) {
	poster, err := outbound.NewPoster("wecom", interval, c)
	return &Robot{poster}, err
}

// Post delivers m, or returns a [*delivery.Error].
func (r *Robot) Post(ctx context.Context, m Message) error {
	kind, content, most := "markdown", m.Markdown, MaxMarkdown
	if content == "" {
		kind, content, most = "text", m.Text, MaxText
	}
	if len(content) > most {
		return r.poster.Rejected(fmt.Sprintf("%d bytes of %s, WeCom takes %d", len(content), kind, most))
	}
	body, err := json.Marshal(map[string]any{"msgtype": kind, kind: map[string]string{"content": content}})
	if err != nil {
		return r.poster.Rejected("no JSON can be made of it")
	}
	return r.poster.Post(ctx, func(time.Time) outbound.Request { return outbound.Request{Body: body} }, judge)
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
	case 45009:
		return a.Limit(now, limited, reason+", too fast")
	case 93000:
		return a.Refusal(delivery.KindConfig, reason+", there is no robot with this key")
	case 40008, 40058, 44004, 45002:
		return a.Refusal(delivery.KindRejected, reason)
	case -1:
		return a.Refusal(delivery.KindUnavailable, reason+", busy")
	case 0:
		return a.Failure(now)
	}
	return a.Refusal(delivery.KindUnknown, reason)
}
