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

// byHand is the name of a run that somebody asked for.
const byHand = "invoke"

// isByHand knows {}, which is what invoking a function without an event sends,
// and {"payload":"summary"}.
func isByHand(m members) bool { return m.only("payload") }

func decodeByHand(raw []byte) (Event, error) {
	m, _ := readMembers(raw)
	return Event{Scheduled: &Scheduled{Name: byHand, Payload: textOrJSON(m["payload"])}}, nil
}

// isTimer wants nothing but a timer's members: an MNS topic in the format STREAM
// delivers the message itself, which may have members of these names too.
func isTimer(m members) bool {
	return m.has("triggerTime", "triggerName") && m.only("triggerTime", "triggerName", "payload")
}

// decodeTimer reads FC's timer event, which an EventBridge Scheduler can be
// made to send as its Input. FC's payload is a string; an Input written by hand
// may have an object there, which is kept as its JSON.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/time-triggers
func decodeTimer(raw []byte) (Event, error) {
	var timer struct {
		Time    time.Time       `json:"triggerTime"`
		Name    string          `json:"triggerName"`
		Payload json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(raw, &timer) != nil || timer.Time.IsZero() {
		return Event{}, errTimer
	}
	scheduled := NewScheduled(timer.Time, timer.Name, textOrJSON(timer.Payload))
	return Event{Scheduled: &scheduled}, nil
}

// isEventBridge wants the detail-type too: what CloudTrail records of calls to
// EventBridge itself has the same source.
func isEventBridge(m members) bool {
	source := m.text("source")
	return (source == "aws.events" || source == "aws.scheduler") && m.text("detail-type") == "Scheduled Event"
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
	if json.Unmarshal(raw, &e) != nil || e.Time.IsZero() {
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
