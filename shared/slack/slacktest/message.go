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
	maxMetadata    = 8 << 10 // bytes
)

// Message is one message that the server took.
type Message struct {
	At       time.Time `json:"at"`
	Channel  string    `json:"channel"` // its name
	TS       string    `json:"ts"`      // its id within the channel
	ThreadTS string    `json:"threadTs,omitempty"`
	// Broadcast is whether a reply shows in the channel too.
	Broadcast bool            `json:"broadcast,omitempty"`
	Text      string          `json:"text"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`   // as received
	Metadata  json.RawMessage `json:"metadata,omitempty"` // as received
	Files     []File          `json:"files,omitempty"`    // in the order in which they came
	Updates   int             `json:"updates"`            // how often chat.update changed it
	// Previews is whether Slack may fetch its links, to show what they lead to: it was
	// not told by unfurl_links and unfurl_media to leave that.
	Previews bool `json:"previews,omitempty"`
}

// check returns Slack's error string for p, or "".
func (p *payload) check() string {
	p.Blocks = given(p.Blocks)
	p.Metadata = given(p.Metadata)
	if !validMetadata(p.Metadata) {
		return "invalid_metadata_format"
	}
	if len(p.Metadata) > maxMetadata {
		return "metadata_too_large"
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

// given returns raw, or nil where it says nothing.
func given(raw json.RawMessage) json.RawMessage {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	return raw
}

// shownBlocks returns the blocks, nil where they are an empty list.
func (p *payload) shownBlocks() json.RawMessage {
	if parts, _ := readBlocks(p.Blocks); len(parts) == 0 {
		return nil
	}
	return p.Blocks
}

// validMetadata reports whether raw names an event and gives its payload. None
// is fine.
func validMetadata(raw json.RawMessage) bool {
	var metadata struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	return raw == nil ||
		json.Unmarshal(raw, &metadata) == nil && metadata.EventType != "" && metadata.EventPayload != nil
}

// previews reports whether links or media may be fetched: without a word, some are.
func (p *payload) previews() bool {
	return p.Text != "" && (p.UnfurlLinks == nil || *p.UnfurlLinks || p.UnfurlMedia == nil || *p.UnfurlMedia)
}

func (s *Server) storeLocked(to *channel, p payload) *Message {
	m := &Message{
		At: s.now(), Channel: to.name, TS: s.nextTSLocked(), ThreadTS: p.ThreadTS, Broadcast: p.Broadcast,
		Text: p.Text, Blocks: p.shownBlocks(), Metadata: p.Metadata, Previews: p.previews(),
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

// DeleteMessage deletes a message of a channel, given by its name or id, and
// panics where there is none.
func (s *Server) DeleteMessage(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.nameLocked(channel)
	at := slices.IndexFunc(s.messages, func(m *Message) bool { return m.TS == ts && m.Channel == name })
	if at < 0 {
		panic("slacktest: no message " + ts + " in " + channel)
	}
	s.messages = slices.Delete(s.messages, at, at+1)
}

func tooLong(s string, limit int) bool { return utf8.RuneCountInString(s) > limit }
