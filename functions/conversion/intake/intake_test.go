package intake_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/intake"
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
		{
			"a doubtful element is a matter of its own", header("Content-Type", plainJSON), `[{"x":1,"x":2},"` + "\xff" + `",{}]`, true,
			[]seen{{Data: `{"x":1,"x":2}`}, {Data: `"` + "\xff" + `"`}, {Data: `{}`}},
		},
		{
			"lines", header("Content-Type", lines), "{\"x\":1}\r\n\n {\"x\":\n{}", true,
			[]seen{{Data: `{"x":1}`}, {Problem: "invalid-json"}, {Data: `{}`}},
		},
		{"two values in a line", header("Content-Type", lines), `{}{}`, true, []seen{{Problem: "invalid-json"}}},
		{"structured", header("Content-Type", structured), envelope, false, []seen{ofEnvelope}},
		{
			"extensions", header("Content-Type", structured),
			`{"data":{"x":1},"specversion":"1.0","id":"a","source":"/s","type":"t","subject":null,"aliyunx":"1","b":true,"c":1}`,
			false,
			[]seen{{Data: `{"x":1}`, Source: "/s", ID: "a"}},
		},
		{
			"base64", header("Content-Type", structured),
			`{"data_base64":"eyJ4IjoxfQ==","specversion":"1.0","id":"\u0061","source":"/s","type":"t","datacontenttype":"application/json; charset=utf-8"}`,
			false,
			[]seen{{Data: `{"x":1}`, Source: "/s", ID: "a"}},
		},
		{
			"batched, one bad", header("Content-Type", batched), `[` + envelope + `,{"specversion":"0.3"},7]`, true,
			[]seen{ofEnvelope, {Problem: "invalid-member specversion"}, {Problem: "invalid-json"}},
		},
		{
			"binary", header("Content-Type", plainJSON, "Ce-Id", "a%20%E2%82%AC", "Ce-Source", "/s", "Ce-Type", "t", "Ce-Specversion", "1.0", "Ce-Time", "2026-11-25T04:05:06Z"),
			`{"x":1}`, false,
			[]seen{{Data: `{"x":1}`, Source: "/s", ID: "a €", Time: sent}},
		},
		{
			"binary is one event, whatever its data", header("Content-Type", plainJSON, "Ce-Id", "a", "Ce-Source", "/s", "Ce-Type", "t", "Ce-Specversion", "1.0"),
			`[1]`, false,
			[]seen{{Data: `[1]`, Source: "/s", ID: "a"}},
		},
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
