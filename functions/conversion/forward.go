package conversion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"signalbox/functions/conversion/outbox"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
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

// What becomes of reports, as it is counted.
const (
	countForwarded  = "forwarded"
	countAccepted   = "accepted" // it waits
	countDeadLetter = "dead_letter"
	countWindow     = "window_reported"
)

// send makes the call that forwards a report. A panic over it is its error: it would
// end the process, and with it the other reports.
func (f *Function) send(ctx context.Context, r outbox.Report) (answer dysms.ConversionDataResponse, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("forward a conversion rate: panic: %v", p)
		}
	}()
	answer, err = f.config.Sink.ConversionData(ctx, dysms.ConversionDataRequest{Rate: r.Rate, ReportTime: time.UnixMilli(r.Time)})
	if err != nil {
		return answer, fmt.Errorf("forward a conversion rate: %w", err)
	}
	return answer, nil
}

// forward forwards a report that somebody waits for, and returns what its key is to
// be answered by. The error is a *web.Error.
func (f *Function) forward(ctx context.Context, r outbox.Report) (outbox.Record, error) {
	answer, err := f.send(ctx, r)
	if err != nil {
		return outbox.Record{}, web.FromUpstream(err)
	}
	f.config.Meter.Add(metric.Reports, 1, countForwarded)
	record := outbox.Record{Status: outbox.Forwarded, Code: http.StatusOK, Report: &r, RequestID: string(answer.RequestID)}
	record.Answer, err = json.Marshal(forwarded{
		ConversionRate:      rateNumber(r.Rate),
		ReportTime:          r.Time,
		ResponseCode:        string(answer.ResponseCode),
		ResponseDescription: string(answer.ResponseDescription),
		RequestID:           record.RequestID,
	})
	return record, err
}

// rateNumber writes a rate without an exponent, as Alibaba takes it.
func rateNumber(rate float64) json.Number { return json.Number(dysms.FormatRate(rate)) }

// refusedForGood reports whether Alibaba will never take what it was sent.
func refusedForGood(err error) bool {
	failure, ok := errors.AsType[*aliyun.Error](err)
	return ok && (failure.Kind == aliyun.Invalid || failure.Kind == aliyun.NotFound)
}

// ranOut reports whether time or quota was lacking: that says nothing of Alibaba or
// of the report.
func ranOut(ctx context.Context, err error) bool {
	_, exhausted := errors.AsType[*quota.ExhaustedError](err)
	return exhausted || ctx.Err() != nil
}

// concernsAll reports whether other reports would fail like this one: no call was
// made, or the account may make none.
func concernsAll(err error) bool {
	failure, ok := errors.AsType[*aliyun.Error](err)
	if !ok {
		return errors.Is(err, credential.ErrMissing)
	}
	switch failure.Kind {
	case aliyun.Broken, aliyun.Denied, aliyun.Expired, aliyun.Throttled:
		return true
	default:
		return false
	}
}

// writeTime is for what is written although the time for calls may have run out. It
// fits into what a platform leaves for the answer.
const writeTime = 1500 * time.Millisecond

func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), writeTime)
}
