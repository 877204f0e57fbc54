package conversion_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"signalbox/functions/conversion/window"
)

// BenchmarkOTPEvents reads requests and gives the events to a ledger that does nothing.
// An operation is one event.
func BenchmarkOTPEvents(b *testing.B) {
	const perRequest = 500
	event := func(i int) string {
		return fmt.Sprintf(`{"type":"requested","id":"3f2c1a7e-8b1d-4f0c-9d55-%012d","time":%d,"to":"+65912%05d"}`, i, now.UnixMilli(), i)
	}
	var array, lines, batch []string
	for i := range perRequest {
		array, lines = append(array, event(i)), append(lines, event(i))
		batch = append(batch, fmt.Sprintf(`{"specversion":"1.0","id":"%d","source":"/login","type":"otp","time":"2026-11-25T04:05:06Z","data":%s}`, i, event(i)))
	}
	for media, body := range map[string]string{
		"application/json":                   "[" + strings.Join(array, ",") + "]",
		"application/x-ndjson":               strings.Join(lines, "\n"),
		"application/cloudevents-batch+json": "[" + strings.Join(batch, ",") + "]",
	} {
		b.Run(media, func(b *testing.B) {
			function, logs := withLedger(nothing{})
			b.ReportAllocs()
			for n := 0; n < b.N; n += perRequest {
				logs.Reset()
				if got := send(b, function, media, body); got.Code != http.StatusOK {
					b.Fatal(got.Body)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// nothing is a ledger that accepts all.
type nothing struct{}

func (nothing) Add(_ context.Context, events []window.Event) ([]window.Outcome, error) {
	return slices.Repeat([]window.Outcome{window.Accepted}, len(events)), nil
}
