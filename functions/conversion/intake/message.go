package intake

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"signalbox/shared/serve/event"
)

// DecodeMessage takes the body of a queue's message apart. A queue says nothing of the
// body, so that the body itself says what it is: an array; lines of JSON, where its
// first line is a value and others follow; or one value. Any of them that has a member
// "specversion" is a CloudEvent. The error is a *web.Error.
func DecodeMessage(m event.Message, b Bounds) (Batch, error) {
	batch, err := decodeMessage(m.Body, b)
	for i := range batch.Items {
		if item := &batch.Items[i]; item.Time.IsZero() {
			item.Time = m.Sent
		}
	}
	return batch, err
}

func decodeMessage(body []byte, b Bounds) (Batch, error) {
	switch {
	case isArray(body):
		return decodeArray(body, b, either)
	case hasLines(body):
		batch, err := decodeLines(nil, body, b)
		for i, item := range batch.Items {
			if item.Problem == nil {
				batch.Items[i] = either(item.Data)
			}
		}
		return batch, err
	}
	if err := check(body); err != nil {
		return Batch{}, err
	}
	return Batch{Items: []Item{either(body)}}, nil
}

// either reads a CloudEvent or a plain item.
func either(raw []byte) Item {
	if hasMember(raw, "specversion") {
		return cloudEvent(raw)
	}
	return plain(raw)
}

func hasLines(body []byte) bool {
	first, others, _ := bytes.Cut(bytes.TrimSpace(body), []byte("\n"))
	return len(others) > 0 && check(first) == nil
}

// HasOTPEvents reports whether a message's batch is OTP events, as for POST
// /otp-events, and not reports, as for POST /conversions: it is if any of its items is
// an object with a member "type", which no report has.
func (b Batch) HasOTPEvents() bool {
	for _, item := range b.Items {
		if hasMember(item.Data, "type") {
			return true
		}
	}
	return false
}

// hasMember reports whether raw is an object with a member of that name.
func hasMember(raw []byte, name string) bool {
	d := jsontext.NewDecoder(bytes.NewBuffer(raw), syntaxAlone)
	if token, err := d.ReadToken(); err != nil || token.Kind() != jsontext.KindBeginObject {
		return false
	}
	for d.PeekKind() == jsontext.KindString {
		token, err := d.ReadToken()
		if err != nil || token.String() == name {
			return err == nil
		}
		if d.SkipValue() != nil {
			return false
		}
	}
	return false
}
