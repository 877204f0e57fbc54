// Package dingtalktest is a fake of DingTalk's custom robot, by DingTalk's own page: it
// wants the signature in the address, of a timestamp at most an hour off; takes text,
// markdown and actionCard of 20,000 bytes; takes 20 requests a minute, and beyond them
// refuses all for ten minutes. Whatever it answers has status 200.
//
// See https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages.
package dingtalktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"signalbox/shared/outbound/outboundtest"
)

const (
	// Path is the robot's, with its token.
	Path  = "/robot/send?access_token=" + token
	token = "only-the-fake-takes-this"

	maxBody = 20_000
)

// New returns a fake whose robot has a secret; "": it asks for no signature. now may be
// nil: time.Now.
func New(secret string, now func() time.Time) *outboundtest.Server {
	return outboundtest.New("DingTalk", now, func(r *http.Request, body []byte, now time.Time) (outboundtest.Answer, outboundtest.Message) {
		query := r.URL.Query()
		switch {
		case query.Get("access_token") != token:
			return refuse(300001, "token is not exist"), outboundtest.Message{}
		case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
			return refuse(43004, "invalid HTTP Content-Type"), outboundtest.Message{}
		case secret != "" && !isSigned(query.Get("timestamp"), query.Get("sign"), secret, now):
			return refuse(310000, "sign not match"), outboundtest.Message{}
		case len(body) > maxBody:
			return refuse(460101, "message too long"), outboundtest.Message{}
		}
		return read(body)
	}, outboundtest.Limit{Most: 20, Per: time.Minute, Ban: 10 * time.Minute, Beyond: refuse(130101, "send too fast, exceed 20 times per minute")})
}

func refuse(code int, why string) outboundtest.Answer {
	return outboundtest.JSON(fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, code, why))
}

func isSigned(timestamp, sign, secret string, now time.Time) bool {
	ms, err := strconv.ParseInt(timestamp, 10, 64)
	got, decodeErr := base64.StdEncoding.DecodeString(sign)
	if err != nil || decodeErr != nil || now.Sub(time.UnixMilli(ms)).Abs() > time.Hour {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s\n%s", timestamp, secret)
	return hmac.Equal(got, mac.Sum(nil))
}

// read takes the message types that are known.
func read(body []byte) (outboundtest.Answer, outboundtest.Message) {
	var m struct {
		Type       string                       `json:"msgtype"`
		Text       struct{ Content string }     `json:"text"`
		Markdown   struct{ Title, Text string } `json:"markdown"`
		ActionCard struct {
			Title, Text string
			Buttons     []struct{ Title, ActionURL string } `json:"btns"`
		} `json:"actionCard"`
		At struct{ IsAtAll bool } `json:"at"`
	}
	if json.Unmarshal(body, &m) != nil {
		return refuse(40035, "wrong JSON"), outboundtest.Message{}
	}
	var taken outboundtest.Message
	switch m.Type {
	case "text":
		taken = outboundtest.Message{Title: "text", Text: m.Text.Content}
	case "markdown":
		taken = outboundtest.Message{Title: m.Markdown.Title, Text: m.Markdown.Text}
	case "actionCard":
		taken = outboundtest.Message{Title: m.ActionCard.Title, Text: m.ActionCard.Text}
		for _, b := range m.ActionCard.Buttons {
			if b.Title == "" || b.ActionURL == "" {
				return refuse(40035, "a button needs title and actionURL"), outboundtest.Message{}
			}
			taken.Text += "\n[ " + b.Title + " ] " + b.ActionURL
		}
	default:
		return refuse(400105, "unsupported message type"), outboundtest.Message{}
	}
	if taken.Title == "" || taken.Text == "" {
		return refuse(40035, "title or text is missing"), outboundtest.Message{}
	}
	if m.At.IsAtAll {
		taken.Text = "@all\n" + taken.Text
	}
	return refuse(0, "ok"), taken
}
