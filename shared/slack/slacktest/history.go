package slacktest

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultLimit = 100 // messages of a page
	maxLimit     = 999
)

// history gives the messages of a channel, those of threads only where they were
// broadcast, the newest first.
//
// See https://docs.slack.dev/reference/methods/conversations.history/.
func (s *Server) history(p payload) result {
	in, problem := s.readableLocked(p.Channel, false)
	if problem != "" {
		return failed(problem)
	}
	if wait := s.reads.take(s.now()); wait > 0 {
		return limited(wait)
	}
	var shown []*Message
	for _, m := range slices.Backward(s.messages) {
		if m.Channel == in.name && (m.ThreadTS == "" || m.Broadcast) {
			shown = append(shown, m)
		}
	}
	return p.page(shown)
}

// replies gives the messages of a thread, the oldest first. The first is the one
// that was replied to.
//
// See https://docs.slack.dev/reference/methods/conversations.replies/.
func (s *Server) replies(p payload) result {
	in, problem := s.readableLocked(p.Channel, false)
	if problem != "" {
		return failed(problem)
	}
	if wait := s.threadReads.take(s.now()); wait > 0 {
		return limited(wait)
	}
	if s.messageLocked(in, p.TS) == nil {
		return failed("thread_not_found")
	}
	var shown []*Message
	for _, m := range s.messages {
		if m.Channel == in.name && (m.TS == p.TS || m.ThreadTS == p.TS) {
			shown = append(shown, m)
		}
	}
	return p.page(shown)
}

// page gives the part of shown that p asks for.
func (p *payload) page(shown []*Message) result {
	within, problem := p.within(shown)
	if problem != "" {
		return failed(problem)
	}
	limit := p.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	if limit < 0 || limit > maxLimit {
		return failed("invalid_limit")
	}
	r := result{OK: true, status: http.StatusOK}
	for i, m := range within {
		if i == limit {
			r.HasMore = true
			r.ResponseMetadata = &responseMetadata{NextCursor: cursorOf(within[i-1])}
			break
		}
		said := m.said()
		if !p.AllMetadata {
			said.Metadata = nil
		}
		r.Messages = append(r.Messages, said)
	}
	return r
}

// within returns the messages of shown between oldest, latest and the cursor. A
// thread's first message, which has replies below it, is there whatever oldest
// says.
func (p *payload) within(shown []*Message) (within []*Message, problem string) {
	oldest, ok := parseTS(p.Oldest, 0)
	if !ok {
		return nil, "invalid_ts_oldest"
	}
	latest, ok := parseTS(p.Latest, 1<<62)
	if !ok {
		return nil, "invalid_ts_latest"
	}
	begin := 0
	if p.Cursor != "" {
		begin = slices.IndexFunc(shown, func(m *Message) bool { return cursorOf(m) == p.Cursor }) + 1
		if begin == 0 {
			return nil, "invalid_cursor"
		}
	}
	for _, m := range shown[begin:] {
		ts, _ := parseTS(m.TS, 0)
		between := oldest < ts && ts < latest || p.Inclusive && (ts == oldest || ts == latest)
		if between || m.TS == p.TS {
			within = append(within, m)
		}
	}
	return within, ""
}

// parseTS reads a message's id as microseconds.
func parseTS(ts string, unset int64) (micros int64, ok bool) {
	if ts == "" {
		return unset, true
	}
	seconds, fraction, _ := strings.Cut(ts, ".")
	whole, err := strconv.ParseInt(seconds, 10, 44)
	if err != nil || len(fraction) > 6 {
		return 0, false
	}
	part, err := strconv.ParseUint((fraction + "000000")[:6], 10, 32)
	return whole*1e6 + int64(part), err == nil
}

// cursorOf leads to what comes after m.
func cursorOf(m *Message) string {
	return base64.StdEncoding.EncodeToString([]byte("next_ts:" + m.TS))
}
