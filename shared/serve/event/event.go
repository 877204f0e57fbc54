// Package event holds the words for what makes a function run (an HTTP request,
// a scheduled event, a batch of messages), reads them from the JSON in which
// Function Compute and Lambda deliver them, and goes through a batch.
//
// A platform does not say which trigger an event comes from, so [Decode] goes
// by the event's shape. An HTTP event is served by an ordinary [http.Handler],
// through [HTTP.Serve]; [Batch.Each] goes through messages.
package event

import (
	"errors"
	"time"
)

// ErrUnknown says that an event has none of the shapes that [Decode] knows.
// It quotes nothing of the event, which may hold personal data.
var ErrUnknown = errors.New("event of unknown shape: want an HTTP request (FC v1, Lambda function URL, API Gateway, ALB), " +
	"a scheduled event (FC timer, EventBridge rule or Scheduler, {} by hand) " +
	"or messages (SQS, CloudEvents of MNS, RocketMQ, RabbitMQ or Kafka, an MNS topic as JSON)")

// Event is one decoded event. Exactly one of its fields is set.
type Event struct {
	HTTP      *HTTP
	Scheduled *Scheduled
	Batch     *Batch
}

// Scheduled is what a timer sends: one moment at which a schedule wanted a
// function to run.
//
// Both platforms deliver at least once: the same event may come again.
type Scheduled struct {
	// Time is when the schedule was due, which is not quite now. Zero: the
	// run was asked for by hand, for now.
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

// Batch is what a queue delivers at once. It is never empty.
type Batch struct {
	Messages []Message
	// Whole says that the queue takes the batch back as a whole or not at all;
	// otherwise it takes back the messages that it is given the ids of.
	Whole bool
}

// Message is one message of a queue.
type Message struct {
	// ID names the message to the queue: it is what a batch returns for a
	// message that is to be delivered again.
	ID   string
	Body []byte
	// Sent is when the message was sent, the same at each delivery. Zero: the
	// queue does not say.
	Sent time.Time
	// Group has an order that is to be kept. Empty: there is none.
	Group string
}

// Decode reads one event. The error is [ErrUnknown], or says which part of a
// known shape is wrong; it never quotes the event. The result does not
// share memory with raw.
func Decode(raw []byte) (Event, error) {
	if isList(raw) {
		return decodeCloudEvents(raw)
	}
	m, ok := readMembers(raw)
	if !ok {
		return Event{}, ErrUnknown
	}
	for _, s := range shapes {
		if s.is(m) {
			return s.read(raw)
		}
	}
	return Event{}, ErrUnknown
}
