package intake_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/intake"
	"signalbox/shared/serve/event"
	"signalbox/shared/web"
)

const (
	plainJSON  = "application/json"
	lines      = "application/x-ndjson"
	structured = "application/cloudevents+json"
	batched    = "application/cloudevents-batch+json"
)

// bounds are small, so that tests reach them.
var bounds = intake.Bounds{Bytes: 4096, Items: 3}

// sent is the time in the CloudEvents.
var sent = time.Date(2026, 11, 25, 4, 5, 6, 0, time.UTC)

// header returns one of pairs of a name and a value.
func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// seen is an item as a test compares it.
type seen struct {
	Data, Source, ID string
	Time             time.Time
	Problem          string // slug and field
}

func see(b intake.Batch) []seen {
	var items []seen
	for _, item := range b.Items {
		s := seen{Data: string(item.Data), Source: item.Source, ID: item.ID, Time: item.Time}
		if p := item.Problem; p != nil {
			s.Problem = strings.TrimSpace(p.Slug + " " + p.Field)
		}
		items = append(items, s)
	}
	return items
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const envelope = `{"specversion":"1.0","id":"a","source":"/s","type":"t","time":"2026-11-25T04:05:06Z","data":{"x":1}}`
	ofEnvelope := seen{Data: `{"x":1}`, Source: "/s", ID: "a", Time: sent}
	tests := []struct {
		name   string
		header http.Header
		body   string
		list   bool
		want   []seen
	}{
		{"one object", header("Content-Type", plainJSON), ` {"x":1} `, false, []seen{{Data: ` {"x":1} `}}},
		{"with a charset", header("Content-Type", "Application/JSON; Charset=UTF-8"), `{}`, false, []seen{{Data: `{}`}}},
		{"array", header("Content-Type", plainJSON), ` [{"x":1}, 2 ,"three"] `, true, []seen{{Data: `{"x":1}`}, {Data: `2`}, {Data: `"three"`}}},
		{"array of one", header("Content-Type", plainJSON), `[{}]`, true, []seen{{Data: `{}`}}},
		{"a doubtful element is a matter of its own", header("Content-Type", plainJSON), `[{"x":1,"x":2},"` + "\xff" + `",{}]`, true,
			[]seen{{Data: `{"x":1,"x":2}`}, {Data: `"` + "\xff" + `"`}, {Data: `{}`}}},
		{"lines", header("Content-Type", lines), "{\"x\":1}\r\n\n {\"x\":\n{}", true,
			[]seen{{Data: `{"x":1}`}, {Problem: "invalid-json"}, {Data: `{}`}}},
		{"two values in a line", header("Content-Type", lines), `{}{}`, true, []seen{{Problem: "invalid-json"}}},
		{"structured", header("Content-Type", structured), envelope, false, []seen{ofEnvelope}},
		{"extensions", header("Content-Type", structured),
			`{"data":{"x":1},"specversion":"1.0","id":"a","source":"/s","type":"t","subject":null,"aliyunx":"1","b":true,"c":1}`,
			false, []seen{{Data: `{"x":1}`, Source: "/s", ID: "a"}}},
		{"base64", header("Content-Type", structured),
			`{"data_base64":"eyJ4IjoxfQ==","specversion":"1.0","id":"\u0061","source":"/s","type":"t","datacontenttype":"application/json; charset=utf-8"}`,
			false, []seen{{Data: `{"x":1}`, Source: "/s", ID: "a"}}},
		{"batched, one bad", header("Content-Type", batched), `[` + envelope + `,{"specversion":"0.3"},7]`, true,
			[]seen{ofEnvelope, {Problem: "invalid-member specversion"}, {Problem: "invalid-json"}}},
		{"binary", header("Content-Type", plainJSON, "Ce-Id", "a%20%E2%82%AC", "Ce-Source", "/s", "Ce-Type", "t", "Ce-Specversion", "1.0", "Ce-Time", "2026-11-25T04:05:06Z"),
			`{"x":1}`, false, []seen{{Data: `{"x":1}`, Source: "/s", ID: "a €", Time: sent}}},
		{"binary is one event, whatever its data", header("Content-Type", plainJSON, "Ce-Id", "a", "Ce-Source", "/s", "Ce-Type", "t", "Ce-Specversion", "1.0"),
			`[1]`, false, []seen{{Data: `[1]`, Source: "/s", ID: "a"}}},
		{"structured has its own attributes", header("Content-Type", structured, "Ce-Id", "other"), envelope, false, []seen{ofEnvelope}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := intake.Decode(tt.header, []byte(tt.body), bounds)
			if err != nil || got.List != tt.list {
				t.Fatalf("Decode(%s) = %+v, %v; want list %t", tt.body, got, err, tt.list)
			}
			if diff := cmp.Diff(tt.want, see(got)); diff != "" {
				t.Errorf("Decode(%s) (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, media, body string
		status            int
		slug              string
	}{
		{"no type", "", `{}`, 415, "not-json"},
		{"a form", "application/x-www-form-urlencoded", `{}`, 415, "not-json"},
		{"CloudEvents in Avro", "application/cloudevents+avro", `{}`, 415, "not-json"},
		{"a type that cannot be read", "application/json; charset", `{}`, 415, "not-json"},
		{"another charset", "application/json; charset=gbk", `{}`, 415, "wrong-charset"},
		{"another charset of lines", "application/x-ndjson; charset=utf-16", `{}`, 415, "wrong-charset"},
		{"nothing", plainJSON, ``, 400, "invalid-json"},
		{"half a document", plainJSON, `{"x":`, 400, "invalid-json"},
		{"half an array", plainJSON, `[{"x":1},{"x"`, 400, "invalid-json"},
		{"an array that does not end", plainJSON, `[{"x":1}`, 400, "invalid-json"},
		{"an array without commas", plainJSON, `[{} {}]`, 400, "invalid-json"},
		{"an array with a comma too many", plainJSON, `[{},]`, 400, "invalid-json"},
		{"two values", plainJSON, `{}{}`, 400, "invalid-json"},
		{"two arrays", plainJSON, `[{}][{}]`, 400, "invalid-json"},
		{"an empty array", plainJSON, `[]`, 400, "invalid-json"},
		{"no line", lines, " \n\r\n", 400, "invalid-json"},
		{"an item too many", plainJSON, `[1,2,3,4]`, 413, "too-many-items"},
		{"a line too many", lines, "1\n2\n3\n4", 413, "too-many-items"},
		{"a CloudEvent too many", batched, `[1,2,3,4]`, 413, "too-many-items"},
		{"no batch", batched, `{"specversion":"1.0"}`, 400, "invalid-json"},
		{"half a CloudEvent", structured, `{"specversion":"1.0"`, 400, "invalid-json"},
		{"nested without end", plainJSON, strings.Repeat("[", 20_000), 400, "invalid-json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := intake.Decode(header("Content-Type", tt.media), []byte(tt.body), bounds)
			if e, ok := errors.AsType[*web.Error](err); !ok || e.Status != tt.status || e.Slug != tt.slug || e.Detail == "" {
				t.Errorf("Decode(%.50s) = %v, want %d %s", tt.body, err, tt.status, tt.slug)
			}
		})
	}
}

// TestCloudEventProblems has envelopes that are wrong, each as the second of a batch.
func TestCloudEventProblems(t *testing.T) {
	t.Parallel()
	const good = `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{}}`
	tests := []struct{ name, body, want string }{
		{"no specversion", `{"id":"a","source":"/s","type":"t","data":{}}`, "invalid-member specversion"},
		{"an older specversion", `{"specversion":"0.3","id":"a","source":"/s","type":"t","data":{}}`, "invalid-member specversion"},
		{"specversion as a number", `{"specversion":1,"id":"a","source":"/s","type":"t","data":{}}`, "invalid-member specversion"},
		{"no id", `{"specversion":"1.0","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id null", `{"specversion":"1.0","id":null,"source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id empty", `{"specversion":"1.0","id":"","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id too long", `{"specversion":"1.0","id":"` + strings.Repeat("a", 1025) + `","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id with a control character", `{"specversion":"1.0","id":"a\u0000","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"no source", `{"specversion":"1.0","id":"a","type":"t","data":{}}`, "invalid-member source"},
		{"no type", `{"specversion":"1.0","id":"a","source":"/s","data":{}}`, "invalid-member type"},
		{"no time", `{"specversion":"1.0","id":"a","source":"/s","type":"t","time":"yesterday","data":{}}`, "invalid-member time"},
		{"time as a number", `{"specversion":"1.0","id":"a","source":"/s","type":"t","time":1764043899123,"data":{}}`, "invalid-member time"},
		{"data in XML", `{"specversion":"1.0","id":"a","source":"/s","type":"t","datacontenttype":"text/xml","data":"<x/>"}`, "invalid-member datacontenttype"},
		{"data in GBK", `{"specversion":"1.0","id":"a","source":"/s","type":"t","datacontenttype":"application/json; charset=gbk","data":{}}`, "invalid-member datacontenttype"},
		{"no data", `{"specversion":"1.0","id":"a","source":"/s","type":"t"}`, "invalid-member data"},
		{"nor an id", `{"specversion":"1.0","source":"/s","type":"t"}`, "invalid-member id"},
		{"two kinds of data", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{},"data_base64":"e30="}`, "invalid-member data_base64"},
		{"no base64", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data_base64":"{}"}`, "invalid-member data_base64"},
		{"half a document in base64", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data_base64":"ew=="}`, "invalid-member data_base64"},
		{"base64 as a number", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data_base64":1}`, "invalid-member data_base64"},
		{"a name in other letters", `{"specversion":"1.0","Id":"a","id":"a","source":"/s","type":"t","data":{}}`, "invalid-member Id"},
		{"an extension that is an object", `{"specversion":"1.0","id":"a","source":"/s","type":"t","x":{},"data":{}}`, "invalid-member x"},
		{"a name that is there twice", `{"specversion":"1.0","id":"a","id":"b","source":"/s","type":"t","data":{}}`, "invalid-json id"},
		{"within the data too", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{"x":1,"x":2}}`, "invalid-json data.x"},
		{"no UTF-8", `{"specversion":"1.0","id":"` + "\xff" + `","source":"/s","type":"t","data":{}}`, "invalid-json"},
		{"no object", `"specversion"`, "invalid-json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := intake.Decode(header("Content-Type", batched), []byte(`[`+good+`,`+tt.body+`,`+good+`]`), bounds)
			if err != nil {
				t.Fatal(err)
			}
			whole := seen{Data: `{}`, Source: "/s", ID: "a"}
			if diff := cmp.Diff([]seen{whole, {Problem: tt.want}, whole}, see(b)); diff != "" {
				t.Errorf("Decode(%s) (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

func TestBinaryProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header http.Header
		want   string
	}{
		{"no id", header("Ce-Specversion", "1.0", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member id"},
		{"no specversion", header("Ce-Id", "a", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member specversion"},
		{"two ids", header("Ce-Specversion", "1.0", "Ce-Id", "a", "Ce-Id", "b", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member ce-id"},
		{"no UTF-8", header("Ce-Specversion", "1.0", "Ce-Id", "%ff", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member ce-id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.header.Set("Content-Type", plainJSON)
			b, err := intake.Decode(tt.header, []byte(`{}`), bounds)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]seen{{Problem: tt.want}}, see(b)); diff != "" {
				t.Errorf("Decode (-want +got):\n%s", diff)
			}
		})
	}
}

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

// noReader fails the test that reads it.
type noReader struct{ t *testing.T }

func (n noReader) Read([]byte) (int, error) {
	n.t.Error("the body was read")
	return 0, io.EOF
}

func TestRead(t *testing.T) {
	t.Parallel()
	busy := web.NewError(http.StatusServiceUnavailable, "too-many-bodies", "Later.")
	large := `"` + strings.Repeat("a", 4096) + `"`
	tests := []struct {
		name   string
		header http.Header
		body   io.Reader
		status int // 0: it is read
	}{
		{"whole", header("Content-Type", plainJSON), strings.NewReader(`{}`), 0},
		{"as large as allowed", header("Content-Type", plainJSON), strings.NewReader(large[:4095] + `"`), 0},
		{"larger", header("Content-Type", plainJSON), strings.NewReader(large), 413},
		{"larger without a length", header("Content-Type", plainJSON), io.MultiReader(strings.NewReader(large)), 413},
		{"it breaks off", header("Content-Type", plainJSON), io.MultiReader(strings.NewReader(`{`), errReader{io.ErrUnexpectedEOF}), 400},
		{"a refusal of the body's own", header("Content-Type", plainJSON), errReader{busy}, 503},
		{"no JSON", header("Content-Type", "text/plain"), noReader{t}, 415},
		{"compressed", header("Content-Type", plainJSON, "Content-Encoding", "gzip"), noReader{t}, 415},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", tt.body)
			r.Header = tt.header
			b, err := intake.Read(httptest.NewRecorder(), r, bounds)
			e, _ := errors.AsType[*web.Error](err)
			if tt.status == 0 && (err != nil || len(b.Items) != 1) || tt.status != 0 && (e == nil || e.Status != tt.status) {
				t.Errorf("Read = %v, %v; want status %d", b, err, tt.status)
			}
		})
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }
