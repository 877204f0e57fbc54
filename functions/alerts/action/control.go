package action

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// The names of what can be pressed or chosen below a message in Slack.
const (
	AcknowledgeID = "acknowledge"
	SilenceID     = "silence" // a menu of [Spans]
	UndoID        = "undo"
	WhichID       = "silence-which" // a menu of [All] and ids of incidents; choosing does nothing
)

// All is the choice of all that a message shows.
const All = "all"

// blockPrefix begins the id of the block that has all of these.
const blockPrefix = "act"

// BlockID is the id of that block of a message that shows groups as of a time. It is
// another one whenever the message is made anew, so that Slack forgets what was chosen.
// "": it would be too long for Slack.
func BlockID(groups []Group, seen time.Time) string {
	parts := []string{blockPrefix, strconv.FormatInt(seen.UnixNano(), 10)}
	for _, g := range groups {
		parts = append(parts, g.Rule+"."+string(g.Severity))
	}
	const maxBlockID = 255
	if id := strings.Join(parts, "|"); len(id) <= maxBlockID {
		return id
	}
	return ""
}

var errBlock = errors.New("it is no block of ours")

// ParseBlockID reads what BlockID returns.
func ParseBlockID(id string) (Selection, error) {
	parts := strings.Split(id, "|")
	if len(parts) < 3 || parts[0] != blockPrefix {
		return Selection{}, errBlock
	}
	nanoseconds, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return Selection{}, errBlock
	}
	s := Selection{Seen: time.Unix(0, nanoseconds)}
	for _, part := range parts[2:] {
		name, severity, _ := strings.Cut(part, ".")
		g := Group{name, incident.Severity(severity)}
		if !slices.Contains(rule.Names(), g.Rule) || g.Severity != incident.Warning && g.Severity != incident.Critical {
			return Selection{}, errBlock
		}
		s.Groups = append(s.Groups, g)
	}
	return s, nil
}

// Only is the choice of one incident among those of a message.
func (s Selection) Only(choice string) (Selection, error) {
	switch {
	case choice == "", choice == All:
		return s, nil
	case IsID(choice):
		return Selection{IDs: []string{choice}, Seen: s.Seen, Shown: s.Shown}, nil
	default:
		return Selection{}, errBlock
	}
}

// IsID reports whether text has the form of an incident's id.
func IsID(text string) bool {
	return len(text) == 16 && strings.Trim(text, "0123456789abcdef") == ""
}

// ParseControl reads what was pressed, or chosen in the menu of spans.
func ParseControl(id, value string) (Verb, Span, error) {
	switch id {
	case AcknowledgeID:
		return Acknowledge, "", nil
	case UndoID:
		return Undo, "", nil
	case SilenceID:
		if span := Span(value); slices.Contains(Spans(), span) {
			return Silence, span, nil
		}
	}
	return "", "", errBlock
}
