package conversion

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"signalbox/functions/conversion/outbox"
	"signalbox/shared/web"
)

// became is the answer to GET /conversions/{key}.
type became struct {
	Key            string          `json:"key"`
	Status         outbox.Status   `json:"status"`
	Since          time.Time       `json:"since"`
	ConversionRate *json.Number    `json:"conversionRate"` // null: of a list, or not known yet
	ReportTime     *int64          `json:"reportTime"`     // Unix milliseconds; likewise
	RequestID      *string         `json:"requestId"`      // null: not forwarded
	Reason         string          `json:"reason,omitempty"`
	Answer         json.RawMessage `json:"answer,omitempty"` // what the request was answered
}

// handleConversion answers GET /conversions/{key}.
func (f *Function) handleConversion(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("key")
	record, err := f.outbox.Lookup(r.Context(), key)
	if errors.Is(err, outbox.ErrNotFound) {
		return web.NotFound("no-such-conversion", "No report has come with this key within the last 24 hours.")
	}
	if err != nil {
		return storeFailed(err)
	}
	answer := became{
		Key: key, Status: record.Status, Since: time.UnixMilli(record.At).UTC(), Reason: record.Reason, Answer: record.Answer,
	}
	if record.Report != nil {
		rate := rateNumber(record.Report.Rate)
		answer.ConversionRate, answer.ReportTime = &rate, &record.Report.Time
	}
	if record.RequestID != "" {
		answer.RequestID = &record.RequestID
	}
	return web.JSON(w, http.StatusOK, answer)
}

// letter is a dead letter as callers see it.
type letter struct {
	ID             string       `json:"id"`
	Reason         string       `json:"reason"`
	Key            string       `json:"key,omitempty"`
	ConversionRate *json.Number `json:"conversionRate"` // null: unreadable
	ReportTime     *int64       `json:"reportTime"`     // Unix milliseconds; likewise
	Window         bool         `json:"window"`         // the rate is of a window of OTP events
	Accepted       *time.Time   `json:"accepted"`       // since when it waited
	Died           time.Time    `json:"died"`
}

// lettersAnswer is the answer to GET /dead-letters.
type lettersAnswer struct {
	DeadLetters []letter `json:"deadLetters"`
	Total       int      `json:"total"`
}

// handleDeadLetters answers GET /dead-letters: the oldest, up to a limit.
func (f *Function) handleDeadLetters(w http.ResponseWriter, r *http.Request) error {
	limit := 100
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return web.BadParameter("limit", "The limit is a number from 1 to 1000.")
		}
		limit = n
	}
	all, err := f.outbox.DeadLetters(r.Context())
	if err != nil {
		return storeFailed(err)
	}
	answer := lettersAnswer{DeadLetters: []letter{}, Total: len(all)}
	for _, d := range all[:min(limit, len(all))] {
		answer.DeadLetters = append(answer.DeadLetters, newLetter(d))
	}
	return web.JSON(w, http.StatusOK, answer)
}

func newLetter(d outbox.DeadLetter) letter {
	l := letter{
		ID: d.ID, Reason: d.Reason, Key: d.Entry.Key, Window: d.Entry.Window != nil, Died: time.UnixMilli(d.Died).UTC(),
	}
	if d.Unreadable == nil {
		rate, accepted := rateNumber(d.Entry.Report.Rate), time.UnixMilli(d.Entry.Accepted).UTC()
		l.ConversionRate, l.ReportTime, l.Accepted = &rate, &d.Entry.Report.Time, &accepted
	}
	return l
}

// handleRetry answers POST /dead-letters/{id}/retry: the report waits again.
func (f *Function) handleRetry(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	switch err := f.outbox.Retry(r.Context(), id); {
	case err == nil:
	case errors.Is(err, outbox.ErrNotFound):
		return web.NotFound("no-such-dead-letter", "There is no dead letter of this id, or no longer.")
	case errors.Is(err, outbox.ErrUnreadable):
		return web.NewError(http.StatusUnprocessableEntity, "unreadable", "What this dead letter held cannot be read, so it cannot be forwarded.")
	default:
		return problemOf(err)
	}
	return web.JSON(w, http.StatusAccepted, map[string]string{"id": id, "status": string(outbox.Accepted)})
}
