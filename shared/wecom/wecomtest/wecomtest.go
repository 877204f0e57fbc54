// Package wecomtest is a fake of WeCom's group robot, by WeCom's own page: its key is in
// the address; it takes markdown of 4,096 bytes and text of 2,048, and 20 requests a
// minute. Whatever it answers has status 200.
//
// See https://developer.work.weixin.qq.com/document/path/91770.
package wecomtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/shared/outbound/outboundtest"
)

const (
	// Path is the robot's, with its key.
	Path = "/cgi-bin/webhook/send?key=" + key
	key  = "only-the-fake-takes-this"
)

// New returns a fake. now may be nil: time.Now.
func New(now func() time.Time) *outboundtest.Server {
	return outboundtest.New("WeCom", now, func(r *http.Request, body []byte, _ time.Time) (outboundtest.Answer, outboundtest.Message) {
		var m struct {
			Type           string `json:"msgtype"`
			Markdown, Text struct{ Content string }
		}
		switch {
		case r.URL.Query().Get("key") != key:
			return refuse(93000, "invalid webhook url"), outboundtest.Message{}
		case json.Unmarshal(body, &m) != nil:
			return refuse(40008, "invalid message type"), outboundtest.Message{}
		case m.Type == "markdown":
			return read(m.Markdown.Content, 4096)
		case m.Type == "text":
			return read(m.Text.Content, 2048)
		}
		return refuse(40008, "invalid message type"), outboundtest.Message{}
	}, outboundtest.Limit{Most: 20, Per: time.Minute, Beyond: refuse(45009, "api freq out of limit")})
}

func refuse(code int, why string) outboundtest.Answer {
	return outboundtest.JSON(fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, code, why))
}

func read(content string, most int) (outboundtest.Answer, outboundtest.Message) {
	switch {
	case content == "", !utf8.ValidString(content):
		return refuse(44004, "empty content"), outboundtest.Message{}
	case len(content) > most:
		return refuse(40058, "content exceed max length"), outboundtest.Message{}
	}
	title, _, _ := strings.Cut(content, "\n")
	return refuse(0, "ok"), outboundtest.Message{Title: title, Text: content}
}
