package event

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

var (
	errCloudEvent = errors.New("CloudEvent of a queue: id must be a string and data hold the message")
	errTopic      = errors.New("MNS topic's message: MessageId and Message must be strings")
)

// messageMember names, by a CloudEvent's type, the member of its data that is
// the message.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/formats-of-event-for-different-triggers
var messageMember = map[string]string{
	"mns:Queue:SendMessage":  "messageBody",
	"mq:Topic:SendMessage":   "body",
	"amqp:Queue:SendMessage": "body",
	"alikafka:Topic:Message": "value",
}

// isCloudEvent knows a message that EventBridge delivers for one of Alibaba's
// queues.
func isCloudEvent(m members) bool {
	return m.text("specversion") == "1.0" && messageMember[m.text("type")] != ""
}

// decodeCloudEvent reads one message, as a trigger in event mode delivers it.
func decodeCloudEvent(raw []byte) (Event, error) { return cloudEvents([]json.RawMessage{raw}) }

// decodeCloudEvents reads a list of messages, as an event stream delivers them.
func decodeCloudEvents(raw []byte) (Event, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return Event{}, ErrUnknown
	}
	return cloudEvents(list)
}

func cloudEvents(list []json.RawMessage) (Event, error) {
	messages := make([]Message, len(list))
	for i, raw := range list {
		m, ok := readMembers(raw)
		if !ok || !isCloudEvent(m) {
			return Event{}, ErrUnknown
		}
		body, ok := m.object("data")[messageMember[m.text("type")]]
		if !ok || m.text("id") == "" {
			return Event{}, errCloudEvent
		}
		// What is no time is one that the queue does not say.
		sent, _ := time.Parse(time.RFC3339, m.text("time"))
		messages[i] = Message{ID: m.text("id"), Body: messageBody(body), Sent: sent}
	}
	return Event{Batch: &Batch{Messages: messages, Whole: true}}, nil
}

// isTopicMessage knows a message of an MNS topic whose trigger has the format
// JSON.
func isTopicMessage(m members) bool { return m.has("TopicName", "MessageId", "Message") }

func decodeTopicMessage(raw []byte) (Event, error) {
	m, _ := readMembers(raw)
	if m.text("MessageId") == "" || m.text("Message") == "" {
		return Event{}, errTopic
	}
	message := Message{ID: m.text("MessageId"), Body: messageBody(m["Message"]), Sent: milliseconds(m["PublishTime"])}
	return Event{Batch: &Batch{Messages: []Message{message}, Whole: true}}, nil
}

// messageBody returns a text's content, and anything else as its JSON. MNS's own
// SDKs send base64, and Kafka's trigger can: where the text is that of JSON objects,
// those are the body. No object and no list begins as base64 does, so that nothing
// else is mistaken.
func messageBody(raw json.RawMessage) []byte {
	text := textOrJSON(raw)
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && isObjects(decoded) {
		return decoded
	}
	return []byte(text)
}

// isObjects reports whether body is an object, a list of them, or lines of which
// the first is one.
func isObjects(body []byte) bool {
	body = bytes.TrimSpace(body)
	inner := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("[")))
	if !bytes.HasPrefix(inner, []byte("{")) {
		return false
	}
	first, _, _ := bytes.Cut(body, []byte("\n"))
	return json.Valid(body) || json.Valid(first)
}
