package intake_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/intake"
	"signalbox/shared/serve/event"
)

func TestDecodeMessage(t *testing.T) {
	t.Parallel()
	const envelope = `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{"type":"requested"}}`
	before := sent.Add(-time.Hour)
	inEnvelope := seen{Data: `{"type":"requested"}`, Source: "/s", ID: "a", Time: before}
	tests := []struct {
		name, body string
		events     bool
		want       []seen
	}{
		{"a report", `{"conversionRate":0.5}`, false, []seen{{Data: `{"conversionRate":0.5}`, Time: before}}},
		{"a report over many lines", "{\n\"conversionRate\":\n0.5}", false, []seen{{Data: "{\n\"conversionRate\":\n0.5}", Time: before}}},
		{"an OTP event", `{"id":"a","type":"requested"}`, true, []seen{{Data: `{"id":"a","type":"requested"}`, Time: before}}},
		{"an array", `[7,{"type":1}]`, true, []seen{{Data: `7`, Time: before}, {Data: `{"type":1}`, Time: before}}},
		{"lines", "{\"type\":1}\n{\n", true, []seen{{Data: `{"type":1}`, Time: before}, {Problem: "invalid-json", Time: before}}},
		{"a CloudEvent", envelope, true, []seen{inEnvelope}},
		{"CloudEvents", `[` + envelope + `,{}]`, true, []seen{inEnvelope, {Data: `{}`, Time: before}}},
		{"CloudEvents in lines", envelope + "\n" + envelope, true, []seen{inEnvelope, inEnvelope}},
		{"type deeper down", `{"x":{"type":1}}`, false, []seen{{Data: `{"x":{"type":1}}`, Time: before}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := intake.DecodeMessage(event.Message{Body: []byte(tt.body), Sent: before}, bounds)
			if err != nil || b.HasOTPEvents() != tt.events {
				t.Fatalf("DecodeMessage(%s) = %v, %v; want OTP events %t", tt.body, b, err, tt.events)
			}
			if diff := cmp.Diff(tt.want, see(b)); diff != "" {
				t.Errorf("DecodeMessage(%s) (-want +got):\n%s", tt.body, diff)
			}
		})
	}
	for _, body := range []string{``, `{`, `[`, `{}{}`, `[1,2,3,4]`, "1\n2\n3\n4"} {
		if b, err := intake.DecodeMessage(event.Message{Body: []byte(body)}, bounds); err == nil {
			t.Errorf("DecodeMessage(%q) = %v, want an error", body, b)
		}
	}
}
