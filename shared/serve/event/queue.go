package event

import (
	"encoding/json"
	"errors"
)

var errQueue = errors.New("SQS event: every record must have a messageId and a body, both strings")

// decodeQueue reads an SQS batch.
//
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
func decodeQueue(raw []byte) (Event, error) {
	var batch struct {
		Records []struct {
			MessageID string `json:"messageId"`
			Body      string `json:"body"`
		} `json:"Records"`
	}
	if json.Unmarshal(raw, &batch) != nil {
		return Event{}, errQueue
	}
	messages := make([]Message, len(batch.Records))
	for i, r := range batch.Records {
		// Without an id the message could not be reported as failed.
		if r.MessageID == "" {
			return Event{}, errQueue
		}
		messages[i] = Message{ID: r.MessageID, Body: []byte(r.Body)}
	}
	return Event{Messages: messages}, nil
}
