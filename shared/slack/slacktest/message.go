package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxText        = 40000 // Slack cuts the rest off
	maxUpdateText  = 4000
	maxAttachments = 100
)

// Message is one message that the server took.
type Message struct {
	At       time.Time       `json:"at"`
	Channel  string          `json:"channel"` // its name
	TS       string          `json:"ts"`      // its id within the channel
	ThreadTS string          `json:"threadTs,omitempty"`
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks,omitempty"` // as received
	Updates  int             `json:"updates"`          // how often chat.update changed it
}

// check returns Slack's error string for p, or "".
func (p *payload) check() string {
	p.Blocks = bytes.TrimSpace(p.Blocks)
	if bytes.Equal(p.Blocks, []byte("null")) || len(p.Blocks) == 0 {
		p.Blocks = nil
	}
	if len(p.Attachments) > maxAttachments {
		return "too_many_attachments"
	}
	parts, problem := readBlocks(p.Blocks)
	if problem != "" {
		return problem
	}
	if strings.TrimSpace(p.Text) == "" && len(parts) == 0 && len(p.Attachments) == 0 {
		return "no_text"
	}
	if tooLong(p.Text, maxText) {
		p.Text = string([]rune(p.Text)[:maxText])
	}
	return ""
}

func (s *Server) storeLocked(to *channel, p payload) *Message {
	m := &Message{
		At: s.now(), Channel: to.name, TS: s.nextTSLocked(), ThreadTS: p.ThreadTS, Text: p.Text, Blocks: p.Blocks,
	}
	s.messages = append(s.messages, m)
	return m
}

func (s *Server) messageLocked(in *channel, ts string) *Message {
	i := slices.IndexFunc(s.messages, func(m *Message) bool { return m.TS == ts && m.Channel == in.name })
	if i < 0 {
		return nil
	}
	return s.messages[i]
}

// nextTSLocked returns the time as Slack writes it, later than any before.
func (s *Server) nextTSLocked() string {
	s.lastTS = max(s.lastTS+1, s.now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

func channelID(i int) string { return fmt.Sprintf("C%08d", i+1) }

func tooLong(s string, limit int) bool { return utf8.RuneCountInString(s) > limit }
