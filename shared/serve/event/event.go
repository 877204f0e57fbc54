// Package event holds the words for what makes a function run (an HTTP request,
// a scheduled event, a batch of messages) and reads them from the JSON in
// which Function Compute and Lambda deliver them.
//
// A platform does not say which trigger an event comes from, so [Decode] goes
// by the event's shape. An HTTP event is served by an ordinary [http.Handler],
// through [HTTP.Serve].
package event

import (
	"encoding/json"
	"errors"
	"time"
)

// ErrUnknown says that an event has none of the shapes that [Decode] knows.
// It quotes nothing of the event, which may hold personal data.
var ErrUnknown = errors.New("event of unknown shape: want an FC HTTP trigger (v1), " +
	"a Lambda function URL or API Gateway v2 request (2.0), an FC timer, an EventBridge rule (aws.events), " +
	"an EventBridge Scheduler event (aws.scheduler) or an SQS batch (aws:sqs)")

// Event is one decoded event. Exactly one of its fields is set.
type Event struct {
	HTTP      *HTTP
	Scheduled *Scheduled
	Messages  []Message
}

// Scheduled is what a timer sends: one moment at which a schedule wanted a
// function to run.
//
// Both platforms deliver at least once: the same event may come again.
type Scheduled struct {
	// Time is when the schedule was due, which is not quite now.
	Time time.Time
	// Name is the trigger, rule or schedule.
	Name string
	// Payload is the text configured with the schedule, mostly empty.
	Payload string
	// ID is the same for every delivery of one event, and for no other event.
	ID string
}

// NewScheduled returns the event of a schedule that has no ids of its own: the
// name and the time make one.
func NewScheduled(at time.Time, name, payload string) Scheduled {
	return Scheduled{Time: at, Name: name, Payload: payload, ID: name + "@" + at.UTC().Format(time.RFC3339Nano)}
}

// Message is one message of a queue.
type Message struct {
	// ID names the message to the queue: it is what a batch returns for a
	// message that is to be delivered again.
	ID   string
	Body []byte
}

// envelope has just the fields by which the shapes differ.
type envelope struct {
	Version        string  `json:"version"`
	TriggerTime    *string `json:"triggerTime"`
	Source         string  `json:"source"`
	RequestContext struct {
		HTTP *json.RawMessage `json:"http"`
	} `json:"requestContext"`
	Records []struct {
		EventSource string `json:"eventSource"`
	} `json:"Records"`
}

// Decode reads one event. The error is [ErrUnknown], or says which part of a
// known shape is wrong; it never quotes the event. The result does not
// share memory with raw.
func Decode(raw []byte) (Event, error) {
	var e envelope
	if json.Unmarshal(raw, &e) != nil {
		return Event{}, ErrUnknown
	}
	switch {
	case e.RequestContext.HTTP != nil && (e.Version == "v1" || e.Version == "2.0"):
		return decodeHTTP(raw)
	case e.TriggerTime != nil:
		return decodeTimer(raw)
	case e.Source == "aws.events" || e.Source == "aws.scheduler":
		return decodeEventBridge(raw)
	case e.fromQueue():
		return decodeQueue(raw)
	default:
		return Event{}, ErrUnknown
	}
}

func (e envelope) fromQueue() bool {
	for _, r := range e.Records {
		if r.EventSource != "aws:sqs" {
			return false
		}
	}
	return len(e.Records) > 0
}
