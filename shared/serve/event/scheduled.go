package event

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

var (
	errTimer       = errors.New("FC timer event: triggerName must be a string and triggerTime an RFC 3339 time")
	errEventBridge = errors.New("EventBridge event: id and resources must be strings and time an RFC 3339 time")
)

// decodeTimer reads FC's timer event, which an EventBridge Scheduler can be
// made to send as its Input.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/time-triggers
func decodeTimer(raw []byte) (Event, error) {
	var timer struct {
		Time    time.Time       `json:"triggerTime"`
		Name    string          `json:"triggerName"`
		Payload json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(raw, &timer) != nil {
		return Event{}, errTimer
	}
	scheduled := NewScheduled(timer.Time, timer.Name, payloadText(timer.Payload))
	return Event{Scheduled: &scheduled}, nil
}

// payloadText returns a JSON string's content. FC's payload always is one; a
// Scheduler Input written by hand may hold an object, which is kept as its JSON.
func payloadText(payload json.RawMessage) string {
	var text string
	if payload == nil || json.Unmarshal(payload, &text) == nil {
		return text
	}
	return string(payload)
}

// decodeEventBridge reads the event of a rule or of a schedule without Input.
// Its detail is always empty, and for a schedule the string "{}", so nobody
// looks at it.
//
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
func decodeEventBridge(raw []byte) (Event, error) {
	var e struct {
		ID        string    `json:"id"`
		Time      time.Time `json:"time"`
		Resources []string  `json:"resources"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return Event{}, errEventBridge
	}
	scheduled := NewScheduled(e.Time, scheduleName(e.Resources), "")
	if e.ID != "" {
		scheduled.ID = e.ID
	}
	return Event{Scheduled: &scheduled}, nil
}

// scheduleName is the last part of the ARN of the rule or schedule.
func scheduleName(resources []string) string {
	if len(resources) == 0 {
		return ""
	}
	arn := resources[0]
	return arn[strings.LastIndexByte(arn, '/')+1:]
}
