package conversion

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/serve/event"
	"signalbox/shared/web"
)

// forwarded is the answer to a report that Alibaba has accepted.
type forwarded struct {
	ConversionRate      json.Number `json:"conversionRate"`
	ReportTime          int64       `json:"reportTime"` // Unix milliseconds
	ResponseCode        string      `json:"responseCode"`
	ResponseDescription string      `json:"responseDescription"`
	RequestID           string      `json:"requestId"`
}

// handleConversion answers POST /conversions.
func (f *Function) handleConversion(w http.ResponseWriter, r *http.Request) error {
	body, err := web.ReadBody(w, r)
	if err != nil {
		return err
	}
	answer, err := f.forward(r.Context(), body)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, answer)
}

// Batch forwards the messages of a queue and returns the ids of those to be
// delivered again. A message that can never be forwarded is among them: the
// queue's own dead-letter queue keeps it for a person to look at.
func (f *Function) Batch(ctx context.Context, messages []event.Message) (failed []string) {
	for _, m := range messages {
		if _, err := f.forward(ctx, m.Body); err != nil {
			f.config.Logger.ErrorContext(ctx, "message not forwarded",
				slog.String("message_id", m.ID), slog.String("error", err.Error()))
			failed = append(failed, m.ID)
		}
	}
	return failed
}

// forward sends one report on. The error is a *web.Error.
func (f *Function) forward(ctx context.Context, body []byte) (forwarded, error) {
	request, err := parseReport(body, f.config.Now())
	if err != nil {
		return forwarded{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.config.Timeout)
	defer cancel()
	answer, err := f.config.Sink.ConversionData(ctx, request)
	if err != nil {
		return forwarded{}, web.FromUpstream(fmt.Errorf("forward a conversion rate: %w", err))
	}
	return newForwarded(request, answer), nil
}

func newForwarded(request dysms.ConversionDataRequest, answer dysms.ConversionDataResponse) forwarded {
	return forwarded{
		ConversionRate:      json.Number(dysms.FormatRate(request.Rate)),
		ReportTime:          request.ReportTime.UnixMilli(),
		ResponseCode:        string(answer.ResponseCode),
		ResponseDescription: string(answer.ResponseDescription),
		RequestID:           string(answer.RequestID),
	}
}
