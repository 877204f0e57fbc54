//go:build long

package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
)

// batchOf is a batch of SQS, of reports with these rates.
func batchOf(rates ...string) []byte {
	var records []string
	for i, rate := range rates {
		records = append(records, fmt.Sprintf(`{"messageId":"m-%d","eventSource":"aws:sqs","attributes":{"SentTimestamp":"1617863297093"},"body":"{\"conversionRate\":%s}"}`, i, rate))
	}
	return []byte(`{"Records":[` + strings.Join(records, ",") + `]}`)
}

func ten() []string { return strings.Fields("0.10 0.11 0.12 0.13 0.14 0.15 0.16 0.17 0.18 0.19") }

// timeOfAMessage delivers a message twice.
func timeOfAMessage(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	lambda := servetest.StartLambda(t, executable(t, "conversion"), o.of("conversion")...)
	for range 2 {
		lambda.Invoke(t.Context(), batchOf("0.53"))
	}
	if got := o.cloud.Conversions(); len(got) != 2 || got[0].ReportTime != 1617863297093 || got[1].ReportTime != 1617863297093 {
		t.Errorf("forwarded %+v, want it twice, of 1617863297093, when it was sent", got)
	}
}

// batchAtOnce has ten calls of a second.
func batchAtOnce(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{Action: "ConversionData", Kind: aliyuntest.Slow, Delay: time.Second, Count: -1})
	lambda := servetest.StartLambda(t, executable(t, "conversion"), o.of("conversion")...)
	lambda.Do(t.Context(), servetest.Invocation{Event: batchOf(ten()...), Deadline: time.Now().Add(patient)})
	calls := o.cloud.Calls("ConversionData")
	if len(calls) < 10 || calls[1].At.Sub(calls[0].At) > 900*time.Millisecond {
		t.Errorf("%d calls, of which the second came when the first was over, want ten, several at once", len(calls))
	}
}

// shareOfTheTime has the first message's calls hang.
func shareOfTheTime(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{
		Action: "ConversionData", Kind: aliyuntest.Slow, Delay: time.Minute, Count: -1,
		When: func(c aliyuntest.Call) bool { return c.Params.Get("ConversionRate") == "0.1" },
	})
	lambda := servetest.StartLambda(t, executable(t, "conversion"), o.of("conversion")...)
	got := lambda.Do(t.Context(), servetest.Invocation{Event: batchOf("0.1", "0.2", "0.3"), Deadline: time.Now().Add(6 * time.Second)})
	if n := len(o.cloud.Conversions()); n != 2 {
		t.Errorf("%d messages were forwarded, want two; %s, %v", n, got.Payload, got.Err)
	}
}

// messagesNotTried has an outage fail some messages of a batch, which then has the
// others not be tried.
func messagesNotTried(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{Action: "ConversionData", Kind: aliyuntest.Unavailable503, Count: -1})
	lambda := servetest.StartLambda(t, executable(t, "conversion"), o.of("conversion")...)
	lambda.Do(t.Context(), servetest.Invocation{Event: batchOf(ten()...), Deadline: time.Now().Add(4 * time.Second)})
	wants(t, lambda.Output(), "messages not tried")
	wants(t, lambda.Output(), "message not forwarded")
}

func rateWithAnExponent(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	got := within(t, patient, "POST", o.serve(t, "conversion").URL+"/conversions", `{"conversionRate":1e-7}`)
	if sent := o.cloud.Conversions(); got.Status != 200 || len(sent) != 1 || sent[0].Rate != "0.0000001" {
		t.Errorf("a rate of 1e-7 = %d, %s, forwarded as %+v; want 200 and 0.0000001", got.Status, got.Body, sent)
	}
}

// boundsOfReportTime wants what is refused to be what the text says.
func boundsOfReportTime(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "conversion")
	send := func(at time.Time) response {
		return within(t, patient, "POST", p.URL+"/conversions", fmt.Sprintf(`{"conversionRate":0.5,"reportTime":%d}`, at.UnixMilli()))
	}
	if got := send(time.Now().Add(23 * time.Hour)); got.Status != 200 {
		t.Errorf("23 hours from now = %d, %s; want 200", got.Status, got.Body)
	}
	got := send(time.Now().Add(25 * time.Hour))
	if got.Status != 422 {
		t.Errorf("25 hours from now = %d, want 422", got.Status)
	}
	wants(t, got.Body, "24 hours", "946684800000")
}

func failingRuntimeAPI(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	fc := servetest.StartFC(t, executable(t, "conversion"), o.of("conversion")...)
	fc.BeginOutage()
	before := fc.Polls()
	<-time.After(2 * time.Second)
	polls := fc.Polls() - before
	t.Logf("%d polls", polls)
	fc.EndOutage()
	if polls > 40 {
		t.Errorf("asked a failing runtime API %d times in 2s, want a few times", polls)
	}
	if got := fc.Invoke(t.Context(), request{"POST", "/conversions", `{"conversionRate":0.5}`}.fcEvent()); got.Err != nil {
		t.Errorf("a report after the outage: %+v", got.Err)
	}
}
