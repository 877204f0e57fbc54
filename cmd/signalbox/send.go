package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"signalbox/shared/logging"
)

// Bounds of one request, well within those of a server.
const (
	batchEvents = 1000
	batchBytes  = 1 << 20
)

// shownRefusals is how many are printed.
const shownRefusals = 10

// counted is the answer to a batch.
type counted struct {
	Accepted, Duplicate, Late, Refused int
	Problems                           []struct {
		Index         int
		Field, Detail string
	}
}

// sum is what became of all events so far.
type sum struct {
	accepted, duplicate, late, refused int
	// repeated counts requests that had to be sent again: some duplicates may be theirs.
	repeated int
	refusals []string // the first
}

func (s *sum) refuse(line int, field, detail string) {
	s.refused++
	if len(s.refusals) == shownRefusals {
		return
	}
	text := fmt.Sprintf("line %d: ", line)
	if field != "" {
		text += logging.Untrusted(field) + ": "
	}
	s.refusals = append(s.refusals, text+logging.Untrusted(detail))
}

// batch is what goes in one request.
type batch struct {
	body  bytes.Buffer
	lines []int
}

// sendEvents sends all events of a source. Where that goes wrong, the error says from
// which line on none was taken.
func sendEvents(ctx context.Context, s *server, next source) (sum, error) {
	var total sum
	for {
		var b batch
		readErr := total.fill(&b, next)
		if len(b.lines) > 0 {
			if err := total.send(ctx, s, &b); err != nil {
				return total, fmt.Errorf("events from line %d on may not have been taken; send them again, those that were are duplicates then: %w", b.lines[0], err)
			}
		}
		switch {
		case errors.Is(readErr, io.EOF):
			return total, nil
		case readErr != nil:
			return total, fmt.Errorf("read events: %w", readErr)
		case ctx.Err() != nil:
			return total, context.Cause(ctx)
		}
	}
}

// fill takes events until the batch is full, and refuses those not worth sending.
func (s *sum) fill(b *batch, next source) error {
	for len(b.lines) < batchEvents && b.body.Len() < batchBytes {
		e, err := next()
		if err != nil {
			return err
		}
		if e.problem != "" {
			s.refuse(e.line, "", e.problem)
			continue
		}
		b.body.Write(e.text)
		b.body.WriteByte('\n')
		b.lines = append(b.lines, e.line)
	}
	return nil
}

// send sends a batch and counts what became of it.
func (s *sum) send(ctx context.Context, to *server, b *batch) error {
	r := request{method: http.MethodPost, path: "otp-events", media: "application/x-ndjson", body: b.body.Bytes()}
	got, repeated, err := to.do(ctx, r)
	if err != nil {
		return err
	}
	var c counted
	if err := json.Unmarshal(got.body, &c); err != nil || !c.fits(len(b.lines)) {
		return to.about(r, fmt.Errorf("the answer does not count the %d events that were sent: is --url that of a conversion function?", len(b.lines)))
	}
	s.accepted, s.duplicate, s.late = s.accepted+c.Accepted, s.duplicate+c.Duplicate, s.late+c.Late
	for _, p := range c.Problems {
		s.refuse(b.lines[p.Index], p.Field, p.Detail)
	}
	if repeated {
		s.repeated++
	}
	return nil
}

// fits reports whether an answer is one to so many events.
func (c counted) fits(events int) bool {
	for _, p := range c.Problems {
		if p.Index < 0 || p.Index >= events {
			return false
		}
	}
	least := min(c.Accepted, c.Duplicate, c.Late, c.Refused)
	return least >= 0 && c.Refused == len(c.Problems) && c.Accepted+c.Duplicate+c.Late+c.Refused == events
}

// print says what became of the events.
func (s *sum) print(w io.Writer) {
	all := s.accepted + s.duplicate + s.late + s.refused
	fmt.Fprintf(w, "%d events: %d accepted, %d duplicate, %d late, %d refused\n", all, s.accepted, s.duplicate, s.late, s.refused)
	if s.repeated > 0 {
		fmt.Fprintf(w, "%d requests were sent again: some duplicates may be theirs\n", s.repeated)
	}
	for _, text := range s.refusals {
		fmt.Fprintln(w, text)
	}
	if more := s.refused - len(s.refusals); more > 0 {
		fmt.Fprintf(w, "and %d more refused\n", more)
	}
}
