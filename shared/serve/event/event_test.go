package event_test

import (
	"errors"
	"fmt"
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
			if diff := cmp.Diff(&tt.want, got.Scheduled); diff != "" || got.HTTP != nil || got.Batch != nil {
				t.Errorf("Decode(%s) = %+v (-want +got):\n%s", tt.file, got, diff)
			}
		})
	}
}

// report is a message that conversion takes.
var report = []byte(`{"conversionRate":0.53}`)

func TestDecodeMessages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file string
		want event.Batch
	}{
		{"sqs.json", event.Batch{Messages: []event.Message{
			{
				ID: "059f36b4-87a3-44ab-83d2-661975830a7d", Body: []byte(`{"conversionRate":0.53,"reportTime":1349055900000}`),
				Sent: time.UnixMilli(1545082649183).UTC(),
			},
			{ID: "2e1424d4-f796-459a-8184-9c92662be6da", Body: []byte("second"), Sent: time.UnixMilli(1545082650636).UTC()},
		}}},
		{"sqs-fifo.json", event.Batch{Messages: []event.Message{
			{ID: "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5", Body: []byte("first"), Sent: time.UnixMilli(1573251510774).UTC(), Group: "1"},
		}}},
		{"mns-queue.json", event.Batch{Whole: true, Messages: []event.Message{
			{ID: "c2g71017-6f65-fhcf-a814-a396fc8d****", Body: report, Sent: time.Date(2021, 4, 8, 6, 28, 17, 93e6, time.UTC)},
		}}},
		{"rocketmq.json", event.Batch{Whole: true, Messages: []event.Message{
			{ID: "94ebc15f-f0db-4bbe-acce-56fb72fb****", Body: []byte("first"), Sent: time.Date(2021, 4, 8, 6, 1, 20, 766e6, time.UTC)},
			{ID: "94ebc15f-f0db-4bbe-acce-56fb72fc****", Body: []byte("second"), Sent: time.Date(2021, 4, 7, 22, 1, 21, 0, time.UTC)},
		}}},
		{"rabbitmq.json", event.Batch{Whole: true, Messages: []event.Message{
			{ID: "bj694332-4cj1-389e-9d8c-b137h30b****", Body: []byte(`{"conversionRate": 0.53}`), Sent: time.Date(2021, 8, 12, 6, 56, 40, 709e6, time.UTC)},
		}}},
		{"kafka.json", event.Batch{Whole: true, Messages: []event.Message{
			{ID: "8e215af8-ca18-4249-8645-f96c1026****", Body: report, Sent: time.Date(2022, 6, 23, 2, 49, 51, 589e6, time.UTC)},
		}}},
		{"mns-topic.json", event.Batch{Whole: true, Messages: []event.Message{
			{ID: "2F5B3C281B283D4EAC694B7425288675", Body: report, Sent: time.UnixMilli(1550216302888).UTC()},
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			got, err := event.Decode(payload(t, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got.Batch); diff != "" || got.HTTP != nil || got.Scheduled != nil {
				t.Errorf("Decode(%s) = %+v (-want +got):\n%s", tt.file, got, diff)
			}
		})
	}
}

// TestDecodeMessageForms varies one CloudEvent.
func TestDecodeMessageForms(t *testing.T) {
	t.Parallel()
	const form = `{"specversion":"1.0","id":"m","type":"alikafka:Topic:Message","time":%q,"data":{"value":%s}}`
	const sent = "2022-06-23T02:49:51Z"
	tests := []struct{ name, time, value, want string }{
		{"text", sent, `"{\"conversionRate\":0.53}"`, `{"conversionRate":0.53}`},
		{"json", sent, `{"conversionRate":0.53}`, `{"conversionRate":0.53}`},
		{"base64", sent, `"eyJjb252ZXJzaW9uUmF0ZSI6MC41M30="`, `{"conversionRate":0.53}`},
		{"base64 of a list", sent, `"W3sidHlwZSI6InZlcmlmaWVkIn1d"`, `[{"type":"verified"}]`},
		{"base64 of lines", sent, `"eyJ0eXBlIjoxfQp7"`, "{\"type\":1}\n{"},
		{"base64 of half an object", sent, `"eyJ0eXBlIg=="`, "eyJ0eXBlIg=="},
		{"a text that could be base64", sent, `"test"`, "test"},
		{"base64 of no object", sent, `"WzFd"`, "WzFd"},
		{"no time", "soon", `"test"`, "test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := event.Decode(fmt.Appendf(nil, form, tt.time, tt.value))
			if err != nil {
				t.Fatal(err)
			}
			m := got.Batch.Messages[0]
			if string(m.Body) != tt.want || m.Sent.IsZero() != (tt.time != sent) {
				t.Errorf("Decode = body %s sent %v, want %s sent %s", m.Body, m.Sent, tt.want, tt.time)
			}
		})
	}
}

func TestDecodeByHand(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{}`:                          "",
		" {}\n":                       "",
		`{"payload":"summary"}`:       "summary",
		`{"payload":{"fleet":"all"}}`: `{"fleet":"all"}`,
		`{"payload":null}`:            "",
	} {
		got, err := event.Decode([]byte(raw))
		if diff := cmp.Diff(&event.Scheduled{Name: "invoke", Payload: want}, got.Scheduled); diff != "" || err != nil {
			t.Errorf("Decode(%s), %v (-want +got):\n%s", raw, err, diff)
		}
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
		{"version that nobody has", `{"version":"3.0","requestContext":{"http":{}},"body":"8986-private"}`, true},
		{"no request context", `{"version":"v1","rawPath":"/8986-private"}`, true},
		{"authorizer of format 2.0", `{"version":"2.0","type":"REQUEST","routeArn":"8986-private","rawPath":"/","requestContext":{"http":{}}}`, true},
		{"authorizer of format 1.0", `{"type":"REQUEST","methodArn":"8986-private","httpMethod":"GET","path":"/","requestContext":{"apiId":"a"}}`, true},
		{"websocket", `{"httpMethod":"GET","path":"/8986-private","requestContext":{"apiId":"a","connectionId":"c"}}`, true},
		{"request that no one proxied", `{"httpMethod":"GET","path":"/8986-private","requestContext":{}}`, true},
		{"cloudtrail of events", `{"source":"aws.events","detail-type":"AWS API Call via CloudTrail","time":"2026-11-22T10:00:00Z","detail":"8986-private"}`, true},
		{"cloudtrail of scheduler", `{"source":"aws.scheduler","detail-type":"AWS API Call via CloudTrail","time":"2026-11-22T10:00:00Z","detail":"8986-private"}`, true},
		{"custom bus", `{"source":"com.example.8986-private","detail-type":"Scheduled Event","time":"2026-11-22T10:00:00Z"}`, true},
		{"bare message", `{"conversionRate":0.53,"iccid":"8986-private"}`, true},
		{"bare message with a trigger's members", `{"triggerTime":"2026-11-22T10:00:00Z","triggerName":"8986-private","payload":"","conversionRate":0.53}`, true},
		{"bare message with a time", `{"triggerTime":"2026-11-22T10:00:00Z"}`, true},
		{"names in another case", `{"TriggerTime":"2026-11-22T10:00:00Z","TriggerName":"8986-private"}`, true},
		{"cloudevent of another service", `{"specversion":"1.0","id":"8986-private","type":"oss:ObjectCreated:PutObject","data":{}}`, true},
		{"cloudevents of two kinds", `[{"specversion":"1.0","id":"m","type":"mq:Topic:SendMessage","data":{"body":""}},{"specversion":"1.0","id":"8986-private","type":"x"}]`, true},
		{"empty list", `[]`, true},
		{"cloudevent without an id", `{"specversion":"1.0","type":"mq:Topic:SendMessage","data":{"body":"8986-private"}}`, false},
		{"cloudevent without its message", `{"specversion":"1.0","id":"8986-private","type":"mq:Topic:SendMessage","data":{"messageBody":""}}`, false},
		{"topic's message that is an object", `{"TopicName":"t","MessageId":"m","Message":{"iccid":"8986-private"}}`, false},
		{"timer without a time", `{"triggerTime":"8986-private","triggerName":"x"}`, false},
		{"timer with a null for a time", `{"triggerTime":null,"triggerName":"8986-private"}`, false},
		{"rule with a text for a time", `{"source":"aws.events","detail-type":"Scheduled Event","time":"8986-private"}`, false},
		{"rule without a time", `{"source":"aws.events","detail-type":"Scheduled Event","id":"8986-private"}`, false},
		{"record without an id", `{"Records":[{"eventSource":"aws:sqs","body":"8986-private"}]}`, false},
		{"record with a number", `{"Records":[{"eventSource":"aws:sqs","messageId":"m","body":8986}]}`, false},
		{"body not base64", `{"version":"v1","requestContext":{"http":{}},"isBase64Encoded":true,"body":"8986-private"}`, false},
		{"proxied body not base64", `{"httpMethod":"GET","path":"/","requestContext":{"elb":{}},"isBase64Encoded":true,"body":"8986-private"}`, false},
		{"proxied headers not lists", `{"httpMethod":"GET","path":"/","requestContext":{"elb":{}},"multiValueHeaders":{"a":"8986-private"}}`, false},
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
