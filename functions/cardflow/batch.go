package cardflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/quota"
	"signalbox/shared/web"
)

// maxBatch is how many cards one request may ask for.
const maxBatch = 100

// batchRequest is the body of POST /cards/flow.
type batchRequest struct {
	ICCIDs []string `json:"iccids"`
	Months []string `json:"months"`
}

// result is what became of one card of a batch: its flow, or its problem.
type result struct {
	ICCID   string          `json:"iccid"` // as it was asked for
	Flow    json.RawMessage `json:"flow,omitempty"`
	Problem *web.Error      `json:"problem,omitempty"`
}

// handleBatch answers POST /cards/flow, each card alone. The time, or what the caller is
// ready to wait, cuts it off.
func (s *server) handleBatch(w http.ResponseWriter, r *http.Request) error {
	body, err := web.ReadBody(w, r)
	if err != nil {
		return err
	}
	var request batchRequest
	if err := web.DecodeJSON(body, &request); err != nil {
		return err
	}
	months, err := request.check()
	if err != nil {
		return err
	}
	wait := s.Timeout
	if seconds, given := web.PreferredWait(r.Header); given && time.Duration(seconds)*time.Second <= wait {
		wait = time.Duration(seconds) * time.Second
		w.Header().Set("Preference-Applied", "wait="+strconv.Itoa(seconds))
	}
	ctx, cancel := context.WithTimeout(quota.InBackground(r.Context()), wait)
	defer cancel()
	results := s.each(ctx, request.ICCIDs, months)
	if err := r.Context().Err(); errors.Is(err, context.Canceled) {
		return fmt.Errorf("look up %d cards: %w", len(results), err)
	}
	s.logProblems(r.Context(), results)
	return web.JSON(w, http.StatusOK, struct {
		Results []result `json:"results"`
	}{results})
}

func (b batchRequest) check() ([]card.Month, error) {
	if len(b.ICCIDs) == 0 || len(b.ICCIDs) > maxBatch {
		return nil, web.BadMember("iccids", fmt.Sprintf("Give 1 to %d ICCIDs.", maxBatch))
	}
	months, err := parseMonths(b.Months)
	if refusal, ok := errors.AsType[*web.Error](err); ok {
		return nil, web.BadMember("months", refusal.Detail)
	}
	return months, err
}

// each looks all cards up at the same time. Who has asked for one card does not wait for
// them: they are in the background, where permits come in the order of the queue.
func (s *server) each(ctx context.Context, ids []string, months []card.Month) []result {
	results := make([]result, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { results[i] = s.one(ctx, id, months) })
	}
	wg.Wait()
	return results
}

func (s *server) one(ctx context.Context, text string, months []card.Month) result {
	id, err := card.ParseICCID(text)
	if err != nil {
		return result{ICCID: text, Problem: web.BadMember("iccids", err.Error())}
	}
	answer, err := s.lookups.Lookup(ctx, id, months)
	if err != nil && ctx.Err() != nil {
		return result{ICCID: text, Problem: cutOff(err)}
	}
	if err != nil {
		return result{ICCID: text, Problem: refusal(err)}
	}
	form, err := answer.JSON()
	if err != nil {
		return result{ICCID: text, Problem: web.NewError(http.StatusInternalServerError, "internal", "An internal error; it has been logged.").Because(err)}
	}
	return result{ICCID: text, Flow: form.Body}
}

// cutOff is the problem of a card that was not reached.
func cutOff(err error) *web.Error {
	return web.NewError(http.StatusGatewayTimeout, "not-reached",
		"The time for this request was over before this card was looked up; ask for it again.").Because(err)
}

// logProblems says why cards of a batch have no flow, with the first as an example.
func (s *server) logProblems(ctx context.Context, results []result) {
	var failed []error
	for _, r := range results {
		if r.Problem != nil && r.Problem.Err != nil {
			failed = append(failed, r.Problem)
		}
	}
	if len(failed) > 0 {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "cards of a batch not looked up",
			slog.Int("count", len(failed)), slog.String("error", failed[0].Error()))
	}
}
