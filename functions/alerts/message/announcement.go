package message

import (
	"encoding/json"

	"signalbox/shared/slack"
)

// Announcement words a daily summary, the only thing that is announced. What
// cannot be decoded, such as a newer version's, is said to be so.
func (w Writer) Announcement(body json.RawMessage) slack.Message {
	var d Daily
	if err := json.Unmarshal(body, &d); err != nil {
		return slack.Message{Text: "📋 SIM cards: the daily summary was written by another version and cannot be shown"}
	}
	return w.Summary(d, w.Open)
}
