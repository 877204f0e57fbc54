package event_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/event"
)

// payload reads a real event of one trigger.
func payload(tb testing.TB, name string) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func TestDecodeScheduled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file string
		want event.Scheduled
	}{
		{
			name: "fc timer",
			file: "fc-timer.json",
			want: event.Scheduled{
				Time: time.Date(2022, 7, 29, 10, 2, 58, 0, time.UTC), Name: "sweep-hourly",
				Payload: "fleet=all", ID: "sweep-hourly@2022-07-29T10:02:58Z",
			},
		},
		{
			name: "eventbridge rule",
			file: "eventbridge-rule.json",
			want: event.Scheduled{
				Time: time.Date(2015, 10, 8, 16, 53, 6, 0, time.UTC), Name: "sweep-hourly",
				ID: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
			},
		},
		{
			name: "scheduler, detail is a string",
			file: "scheduler.json",
			want: event.Scheduled{
				Time: time.Date(2023, 5, 5, 10, 0, 0, 0, time.UTC), Name: "sweep-hourly",
				ID: "4f1b3c1e-8c39-4a7f-9a55-0d6a4f3bc2f7",
			},
		},
		{
			name: "scheduler input in the shape of fc's timer, payload is an object",
			file: "scheduler-input.json",
			want: event.Scheduled{
				Time: time.Date(2023, 5, 5, 10, 0, 0, 0, time.UTC), Name: "sweep-hourly",
				Payload: `{"fleet":"all"}`, ID: "sweep-hourly@2023-05-05T10:00:00Z",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := event.Decode(payload(t, tt.file))
			if err != nil {
				t.Fatalf("Decode(%s): %v", tt.file, err)
			}
			if diff := cmp.Diff(&tt.want, got.Scheduled); diff != "" || got.HTTP != nil || got.Messages != nil {
				t.Errorf("Decode(%s) = %+v (-want +got):\n%s", tt.file, got, diff)
			}
		})
	}
}

func TestDecodeMessages(t *testing.T) {
	t.Parallel()
	got, err := event.Decode(payload(t, "sqs.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := []event.Message{
		{ID: "059f36b4-87a3-44ab-83d2-661975830a7d", Body: []byte(`{"conversionRate":0.53,"reportTime":1349055900000}`)},
		{ID: "2e1424d4-f796-459a-8184-9c92662be6da", Body: []byte("second")},
	}
	if diff := cmp.Diff(want, got.Messages); diff != "" || got.HTTP != nil || got.Scheduled != nil {
		t.Errorf("Decode(sqs.json) = %+v (-want +got):\n%s", got, diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		raw     string
		unknown bool
	}{
		{"nothing", "", true},
		{"not json", "8986-private", true},
		{"null", "null", true},
		{"array", `["8986-private"]`, true},
		{"other object", `{"iccid":"8986-private"}`, true},
		{"other source", `{"source":"aws.s3","detail":"8986-private"}`, true},
		{"other queue", `{"Records":[{"eventSource":"aws:sqs"},{"eventSource":"aws:sns","body":"8986-private"}]}`, true},
		{"no records", `{"Records":[]}`, true},
		{"rest api v1", `{"version":"1.0","requestContext":{"http":{}},"body":"8986-private"}`, true},
		{"no request context", `{"version":"v1","rawPath":"/8986-private"}`, true},
		{"timer without a time", `{"triggerTime":"8986-private","triggerName":"x"}`, false},
		{"rule without a time", `{"source":"aws.events","time":"8986-private"}`, false},
		{"record without an id", `{"Records":[{"eventSource":"aws:sqs","body":"8986-private"}]}`, false},
		{"record with a number", `{"Records":[{"eventSource":"aws:sqs","messageId":"m","body":8986}]}`, false},
		{"body not base64", `{"version":"v1","requestContext":{"http":{}},"isBase64Encoded":true,"body":"8986-private"}`, false},
		{"headers not strings", `{"version":"2.0","requestContext":{"http":{}},"headers":{"a":8986}}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := event.Decode([]byte(tt.raw))
			if err == nil {
				t.Fatalf("Decode(%s) = %+v, want an error", tt.raw, got)
			}
			if errors.Is(err, event.ErrUnknown) != tt.unknown {
				t.Errorf("Decode(%s) error = %v, want ErrUnknown: %t", tt.raw, err, tt.unknown)
			}
			if strings.Contains(err.Error(), "8986") {
				t.Errorf("Decode(%s) error = %v, which quotes the event", tt.raw, err)
			}
		})
	}
}
