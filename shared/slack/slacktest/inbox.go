package slacktest

import (
	"encoding/json"
	"slices"
)

// Inbox returns the messages in the order in which they were posted.
func (s *Server) Inbox() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	inbox := make([]Message, len(s.messages))
	for i, m := range s.messages {
		inbox[i] = *m
		inbox[i].Blocks = slices.Clone(m.Blocks)
		inbox[i].Metadata = slices.Clone(m.Metadata)
		inbox[i].Files = slices.Clone(m.Files)
	}
	return inbox
}

// Thread is a message with the replies to it, the oldest first.
type Thread struct {
	Message
	Replies []Message
}

// Threads returns the messages of a channel, given by its name or id, each with
// its replies, the oldest first. A reply whose first message was deleted is not
// there.
func (s *Server) Threads(channel string) []Thread {
	s.mu.Lock()
	name := s.nameLocked(channel)
	s.mu.Unlock()
	var threads []Thread
	at := map[string]int{}
	for _, m := range s.Inbox() {
		if m.Channel != name {
			continue
		}
		if m.ThreadTS == "" {
			at[m.TS] = len(threads)
			threads = append(threads, Thread{Message: m})
		} else if i, ok := at[m.ThreadTS]; ok {
			threads[i].Replies = append(threads[i].Replies, m)
		}
	}
	return threads
}

// Calls returns how many requests of a method came, those that were refused
// included. "webhook" and "upload" are methods too, see Refusal.Method.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// MetadataID returns the member "id" of the metadata's event_payload, "" where
// there is none.
func (m Message) MetadataID() string {
	var metadata struct {
		EventPayload struct {
			ID string `json:"id"`
		} `json:"event_payload"`
	}
	if json.Unmarshal(m.Metadata, &metadata) != nil {
		return ""
	}
	return metadata.EventPayload.ID
}
