package event

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

var errSQS = errors.New("SQS event: every record must have a messageId and a body, both strings")

func isSQS(m members) bool {
	var records []members
	if json.Unmarshal(m["Records"], &records) != nil {
		return false
	}
	for _, r := range records {
		if r.text("eventSource") != "aws:sqs" {
			return false
		}
	}
	return len(records) > 0
}

// decodeSQS reads an SQS batch. Only a FIFO queue has groups.
//
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
func decodeSQS(raw []byte) (Event, error) {
	var batch struct {
		Records []struct {
			MessageID  string `json:"messageId"`
			Body       string `json:"body"`
			Attributes struct {
				SentTimestamp  json.RawMessage `json:"SentTimestamp"`
				MessageGroupID string          `json:"MessageGroupId"`
			} `json:"attributes"`
		} `json:"Records"`
	}
	if json.Unmarshal(raw, &batch) != nil {
		return Event{}, errSQS
	}
	messages := make([]Message, len(batch.Records))
	for i, r := range batch.Records {
		// Without an id the message could not be reported as failed.
		if r.MessageID == "" {
			return Event{}, errSQS
		}
		messages[i] = Message{
			ID: r.MessageID, Body: []byte(r.Body), Sent: milliseconds(r.Attributes.SentTimestamp), Group: r.Attributes.MessageGroupID,
		}
	}
	return Event{Batch: &Batch{Messages: messages}}, nil
}

// milliseconds reads a Unix time in milliseconds, a number or a string. What is
// none is a time that the queue does not say: no reason to refuse a message.
func milliseconds(raw json.RawMessage) time.Time {
	ms, err := strconv.ParseInt(textOrJSON(raw), 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
