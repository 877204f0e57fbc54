package conversion

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"signalbox/shared/aliyun/dysms"
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
	ctx, cancel := context.WithTimeout(r.Context(), f.config.Timeout)
	defer cancel()
	answer, err := f.forward(ctx, body, time.Time{})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, answer)
}

// forward sends one report on, that was sent to us at a time; zero: at an unknown
// one. The error is a *web.Error.
func (f *Function) forward(ctx context.Context, body []byte, sent time.Time) (forwarded, error) {
	request, err := parseReport(body, f.config.Now(), sent)
	if err != nil {
		return forwarded{}, err
	}
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
