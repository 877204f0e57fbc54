package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// channel is one of Slack's channels.
type channel struct {
	id, name string
	posts    bucket
	archived bool
	kicked   bool // the bot is not a member
}

// Archive archives a channel, given by its name or id: posts, updates, replies,
// files and the webhook are refused, messages can still be read.
func (s *Server) Archive(channel string) {
	s.changeChannel(channel, setArchived(true))
}

// Unarchive ends Archive.
func (s *Server) Unarchive(channel string) {
	s.changeChannel(channel, setArchived(false))
}

// Kick takes the bot out of a channel, given by its name or id. The webhook
// stays.
func (s *Server) Kick(channel string) {
	s.changeChannel(channel, setKicked(true))
}

// Invite ends Kick.
func (s *Server) Invite(channel string) {
	s.changeChannel(channel, setKicked(false))
}

func setArchived(on bool) func(*channel) { return func(c *channel) { c.archived = on } }

func setKicked(on bool) func(*channel) { return func(c *channel) { c.kicked = on } }

// changeChannel panics where there is no such channel: a test would wait for
// what never happens.
func (s *Server) changeChannel(key string, change func(*channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channelLocked(key, true)
	if c == nil {
		panic("slacktest: no channel " + key)
	}
	change(c)
}

// channelLocked finds a channel by its id and, where names are taken, by its
// name with or without "#". Only chat.postMessage takes a name.
func (s *Server) channelLocked(key string, byName bool) *channel {
	i := slices.IndexFunc(s.channels, func(c *channel) bool {
		return c.id == key || byName && c.name == strings.TrimPrefix(key, "#")
	})
	if i < 0 {
		return nil
	}
	return s.channels[i]
}

// nameLocked returns the name of the channel with this name or id, or key where
// there is none.
func (s *Server) nameLocked(key string) string {
	if c := s.channelLocked(key, true); c != nil {
		return c.name
	}
	return key
}

// writableLocked finds a channel that the bot may post to, or returns Slack's
// word for why it may not.
func (s *Server) writableLocked(key string, byName bool) (*channel, string) {
	c, problem := s.readableLocked(key, byName)
	if problem == "" && c.archived {
		problem = "is_archived"
	}
	return c, problem
}

func (s *Server) readableLocked(key string, byName bool) (*channel, string) {
	c := s.channelLocked(key, byName)
	switch {
	case c == nil:
		return nil, "channel_not_found"
	case c.kicked:
		return nil, "not_in_channel"
	}
	return c, ""
}

func channelID(i int) string { return fmt.Sprintf("C%08d", i+1) }
