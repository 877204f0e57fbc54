package alerts

import (
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
)

// styleFor is how things are shown to a receiver.
func (c Config) styleFor(receiver string) message.Style {
	s := c.Style
	if l, ok := c.Languages[receiver]; ok {
		s.Language = l
	}
	return s
}

// route reports whether a receiver is notified of an incident: the routes say so, or it
// was notified of it before.
func (c Config) route(receiver string, i rule.Incident) bool { return c.Routes.Notifies(receiver, i) }
