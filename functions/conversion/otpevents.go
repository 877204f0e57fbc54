package conversion

import (
	"context"
	"net/http"
	"slices"
	"time"

	"signalbox/functions/conversion/intake"
	"signalbox/functions/conversion/window"
	"signalbox/shared/metric"
	"signalbox/shared/web"
)

// Ledger is what conversion asks to count OTP events: all of them, or with an error
// none. Each has its outcome, in their order.
type Ledger interface {
	Add(ctx context.Context, events []window.Event) ([]window.Outcome, error)
}

// otpBounds are those of one request or message. 5,000 CloudEvents with ids of the
// usual length fit.
var otpBounds = intake.Bounds{Bytes: 2 << 20, Items: 5000}

// ledgerWait is after how long to send again what could not be stored.
const ledgerWait = 10 * time.Second

// counted is the answer to OTP events.
type counted struct {
	Accepted  int          `json:"accepted"`
	Duplicate int          `json:"duplicate"`
	Late      int          `json:"late"`
	Refused   int          `json:"refused"`
	Problems  []otpProblem `json:"problems"`
}

// otpProblem says why one event was refused.
type otpProblem struct {
	Index  int    `json:"index"` // from 0, in the request
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// handleOTPEvents answers POST /otp-events. A 2xx means that the events are stored.
func (f *Function) handleOTPEvents(w http.ResponseWriter, r *http.Request) error {
	if f.config.Ledger == nil {
		return noLedger()
	}
	batch, err := intake.Read(w, r, otpBounds)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), f.config.Timeout)
	defer cancel()
	answers, err := f.count(ctx, batch)
	if err != nil {
		return web.NewError(http.StatusServiceUnavailable, "store-unavailable",
			"The store cannot take events now; send all of them again after the time in Retry-After.").RetryAfter(ledgerWait).Because(err)
	}
	status := http.StatusOK
	if answers[0].Refused == len(batch.Items) {
		status = http.StatusUnprocessableEntity
	}
	return web.JSON(w, status, answers[0])
}

func noLedger() *web.Error {
	return web.NewError(http.StatusNotImplemented, "no-store",
		"OTP events need a store, which this function does not have: set SIGNALBOX_REDIS_URL, or SIGNALBOX_STATE_FILE where one process holds it open.")
}

// count adds the events of all batches at once, and returns an answer for each. With
// an error none was added.
func (f *Function) count(ctx context.Context, batches ...intake.Batch) ([]counted, error) {
	now := f.config.Now()
	answers := make([]counted, len(batches))
	var events []window.Event
	var from []origin
	for b, batch := range batches {
		answers[b].Problems = []otpProblem{}
		events, from = slices.Grow(events, len(batch.Items)), slices.Grow(from, len(batch.Items))
		for i, item := range batch.Items {
			event, problem := parseOTPEvent(item, now)
			if problem != nil {
				f.config.Meter.Add(metric.OTPEvents, 1, eventRefused)
				answers[b].refuse(i, problem)
				continue
			}
			events, from = append(events, event), append(from, origin{b, i})
		}
	}
	if len(events) == 0 {
		return answers, nil
	}
	outcomes, err := f.config.Ledger.Add(ctx, events)
	if err != nil {
		return nil, err
	}
	f.countEvents(outcomes)
	for n, outcome := range outcomes {
		answers[from[n].batch].add(from[n].item, outcome)
	}
	for _, a := range answers {
		slices.SortFunc(a.Problems, func(a, b otpProblem) int { return a.Index - b.Index })
	}
	return answers, nil
}

// origin is where an event comes from.
type origin struct{ batch, item int }

func (c *counted) add(item int, o window.Outcome) {
	switch o {
	case window.Accepted:
		c.Accepted++
	case window.Duplicate:
		c.Duplicate++
	case window.Late:
		c.Late++
	case window.Ahead:
		c.refuse(item, web.BadMember("time", "The time is more than 5 minutes ahead of the store's clock."))
	case window.Damaged:
		c.refuse(item, web.BadMember("time", "The window that this event counts in is damaged; whoever runs this function has to restore it, see its log."))
	case window.Old:
		c.refuse(item, web.BadMember("time", "The time is more than 24 hours ago; as a number it is in milliseconds since 1970."))
	}
}

func (c *counted) refuse(item int, problem *web.Error) {
	c.Refused++
	c.Problems = append(c.Problems, otpProblem{item, withoutNumber(problem.Field), problem.Detail})
}
