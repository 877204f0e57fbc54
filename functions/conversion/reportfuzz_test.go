package conversion_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/functions/conversion"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/logging"
	"signalbox/shared/serve/event"
	"signalbox/shared/web"
)

// taker is an Alibaba that takes everything.
type taker struct {
	mu    sync.Mutex
	taken []dysms.ConversionDataRequest
}

func (s *taker) ConversionData(_ context.Context, r dysms.ConversionDataRequest) (dysms.ConversionDataResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, r)
	return dysms.ConversionDataResponse{ResponseCode: "OK", RequestID: "id"}, nil
}

// FuzzConversions sends what may be reports, over HTTP and from a queue, and looks at
// what is forwarded: rates and times that Alibaba takes, and no more than there are items.
func FuzzConversions(f *testing.F) {
	for _, body := range []string{
		`{"conversionRate":0.53,"reportTime":1349055900000}`, `{"verified":53,"requested":100}`, `[{"conversionRate":1},{"conversionRate":"1"},7]`,
		`{"conversionRate":-0}`, `{"conversionRate":1.0000001}`, `{"conversionRate":1e-400}`, `{"verified":9223372036854775807,"requested":9223372036854775807}`,
		`{"conversionRate":0.5,"reportTime":1349055900}`, `{"conversionRate":0.5,"conversionRate":0.6}`, "{\"conversionRate\":0}\n{\"conversion",
		`{"specversion":"1.0","id":"a","source":"/s","type":"t","time":"2026-11-25T04:05:06Z","data":{"conversionRate":0.5}}`,
	} {
		for kind := range uint8(3) {
			f.Add(body, kind)
		}
	}
	f.Fuzz(func(t *testing.T, body string, kind uint8) {
		var alibaba taker
		var logs bytes.Buffer
		function := conversion.New(conversion.Config{
			Sink: &alibaba, Guard: web.Open, Logger: logging.New(&logs, slog.LevelDebug), Now: func() time.Time { return now },
		})
		media := []string{"application/json", "application/x-ndjson", "application/cloudevents+json"}[kind%3]
		got := post(t, function, media, strings.NewReader(body))
		checkAnswer(t, body, got, len(alibaba.taken))
		function.Batch(t.Context(), event.Batch{Messages: []event.Message{{ID: "m", Body: []byte(body), Sent: now.Add(-time.Hour)}}})
		for _, r := range alibaba.taken {
			if !(r.Rate >= 0 && r.Rate <= 1) || math.Signbit(r.Rate) || !dysms.ReportTimeWithin(r.ReportTime, now) {
				t.Errorf("%q is forwarded as %+v", body, r)
			}
		}
		if strings.Contains(logs.String(), "panic") {
			t.Errorf("POST %q: %s", body, &logs)
		}
	})
}

// checkAnswer wants a known status, and something forwarded only with 200.
func checkAnswer(t *testing.T, body string, got *httptest.ResponseRecorder, forwarded int) {
	t.Helper()
	switch got.Code {
	case http.StatusOK:
		if forwarded > strings.Count(body, "{") {
			t.Errorf("POST %q forwarded %d reports", body, forwarded)
		}
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		if forwarded > 0 || readProblem(t, got).Detail == "" {
			t.Errorf("POST %q = %d, %s with %d forwarded", body, got.Code, got.Body, forwarded)
		}
	default:
		t.Errorf("POST %q = %d, %s", body, got.Code, got.Body)
	}
}
