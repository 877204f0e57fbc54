// Package feishutest is a fake of Feishu's custom bot, by Feishu's own page: it wants the
// signature in the body, of a timestamp at most an hour off; takes text and cards of JSON
// 2.0, of 20 KB; takes 100 requests a minute and 5 a second. Its errors are in the body of
// an answer, many of status 200.
//
// See https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.
package feishutest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"signalbox/shared/outbound/outboundtest"
)

const (
	// Path is the bot's.
	Path = "/open-apis/bot/v2/hook/only-the-fake-takes-this"

	maxBody = 20 * 1024
)

var tooFast = refuse(11232, "frequency limited psm")

// New returns a fake whose bot has a secret; "": it asks for no signature. now may be
// nil: time.Now.
func New(secret string, now func() time.Time) *outboundtest.Server {
	return outboundtest.New("Feishu", now, func(r *http.Request, body []byte, now time.Time) (outboundtest.Answer, outboundtest.Message) {
		var m message
		switch {
		case r.URL.Path != Path:
			return refuse(19001, "param invalid: incoming webhook access token invalid"), outboundtest.Message{}
		case len(body) > maxBody, json.Unmarshal(body, &m) != nil:
			return refuse(9499, "Bad Request"), outboundtest.Message{}
		case secret != "" && !isSigned(m.Timestamp, m.Sign, secret, now):
			return refuse(19021, "sign match fail or timestamp is not within one hour from current time"), outboundtest.Message{}
		}
		return m.read()
	}, outboundtest.Limit{Most: 5, Per: time.Second, Beyond: tooFast}, outboundtest.Limit{Most: 100, Per: time.Minute, Beyond: tooFast})
}

func refuse(code int, why string) outboundtest.Answer {
	return outboundtest.JSON(fmt.Sprintf(`{"code":%d,"msg":%q,"data":{}}`, code, why))
}

// isSigned knows that time and secret are the key, and that nothing is signed with it.
func isSigned(timestamp, sign, secret string, now time.Time) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > time.Hour {
		return false
	}
	mac := hmac.New(sha256.New, fmt.Appendf(nil, "%s\n%s", timestamp, secret))
	return sign == base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

type message struct {
	Timestamp, Sign string
	Type            string                `json:"msg_type"`
	Content         struct{ Text string } `json:"content"`
	Card            struct {
		Schema string
		Header struct {
			Title    text
			Template string
		}
		Body struct{ Elements []element }
	} `json:"card"`
}

type text struct{ Tag, Content string }

type element struct {
	Tag, Content string
	Text         text
	Behaviors    []struct {
		Type string
		URL  string `json:"default_url"`
	}
}

var colors = []string{
	"blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "purple", "indigo", "grey", "default",
}

// read takes the message types that are known.
func (m message) read() (outboundtest.Answer, outboundtest.Message) {
	ok := refuse(0, "success")
	switch {
	case m.Type == "text" && m.Content.Text != "":
		return ok, outboundtest.Message{Title: "text", Text: m.Content.Text}
	case m.Type != "interactive", m.Card.Schema != "2.0", m.Card.Header.Title.Content == "", !slices.Contains(colors, m.Card.Header.Template):
		return refuse(9499, "Bad Request"), outboundtest.Message{}
	}
	var lines []string
	for _, e := range m.Card.Body.Elements {
		switch {
		case e.Tag == "markdown" && e.Content != "":
			lines = append(lines, e.Content)
		case e.Tag == "button" && e.Text.Content != "" && len(e.Behaviors) == 1 && e.Behaviors[0].Type == "open_url" && e.Behaviors[0].URL != "":
			lines = append(lines, "[ "+e.Text.Content+" ] "+e.Behaviors[0].URL)
		default:
			return refuse(11246, "Failed to create card content"), outboundtest.Message{}
		}
	}
	said := strings.Join(lines, "\n\n")
	return ok, outboundtest.Message{Title: m.Card.Header.Title.Content, Text: said, Shown: html.UnescapeString(said)}
}
