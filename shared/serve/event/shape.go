package event

import (
	"bytes"
	"encoding/json"
)

// shape is one form of event: how to know it, and what reads it. No event has
// two of them.
type shape struct {
	is   func(members) bool
	read func(raw []byte) (Event, error)
}

var shapes = []shape{
	{isByHand, decodeByHand},
	{isTimer, decodeTimer},
	{isEventBridge, decodeEventBridge},
	{isRequest, decodeRequest},
	{isProxied, decodeProxied},
	{isSQS, decodeSQS},
	{isCloudEvent, decodeCloudEvent},
	{isTopicMessage, decodeTopicMessage},
}

// members are an object's, by their exact names: encoding/json alone would take
// names in any case.
type members map[string]json.RawMessage

func readMembers(raw []byte) (members, bool) {
	var m members
	return m, json.Unmarshal(raw, &m) == nil && m != nil
}

func isList(raw []byte) bool {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	return len(raw) > 0 && raw[0] == '['
}

// has reports whether all of the names are there.
func (m members) has(names ...string) bool {
	for _, name := range names {
		if _, ok := m[name]; !ok {
			return false
		}
	}
	return true
}

// only reports whether nothing but the names is there.
func (m members) only(names ...string) bool {
	count := 0
	for _, name := range names {
		if m.has(name) {
			count++
		}
	}
	return count == len(m)
}

// text returns a member that is a string, or "".
func (m members) text(name string) string {
	var text string
	_ = json.Unmarshal(m[name], &text) // What is no string has no text.
	return text
}

// object returns a member that is an object, or none.
func (m members) object(name string) members {
	inner, _ := readMembers(m[name])
	return inner
}

// textOrJSON returns a JSON string's content, and of any other value its JSON.
func textOrJSON(raw json.RawMessage) string {
	var text string
	if raw == nil || json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
