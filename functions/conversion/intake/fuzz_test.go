package intake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"signalbox/functions/conversion/intake"
	"signalbox/shared/serve/event"
	"signalbox/shared/web"
)

var fuzzBounds = intake.Bounds{Bytes: 1 << 20, Items: 100}

// promises checks what every batch promises.
func promises(t *testing.T, b intake.Batch, err error) {
	t.Helper()
	if err != nil {
		if e, ok := errors.AsType[*web.Error](err); !ok || e.Status < 400 || e.Status > 415 || e.Detail == "" || len(b.Items) > 0 {
			t.Errorf("refused with %v and %d items, want a *web.Error alone", err, len(b.Items))
		}
		return
	}
	if n := len(b.Items); n == 0 || n > fuzzBounds.Items || !b.List && n != 1 {
		t.Errorf("%d items, list %t", n, b.List)
	}
	for i, item := range b.Items {
		// Where names and UTF-8 do not matter, the standard library and ours agree.
		if (item.Problem == nil) == (item.Data == nil) || item.Problem == nil && !json.Valid(item.Data) {
			t.Errorf("item %d: problem %v, data %q; want one of them, and JSON", i, item.Problem, item.Data)
		}
		if (item.ID == "") != (item.Source == "") || item.Problem != nil && item.Problem.Detail == "" {
			t.Errorf("item %d = %+v; want both id and source, or a detail", i, item)
		}
	}
}

func FuzzDecode(f *testing.F) {
	media := []string{plainJSON, lines, structured, batched}
	f.Add(uint8(0), []byte(`[{"x":1},{"x":1,"x":2}]`))
	f.Add(uint8(1), []byte("{}\n{\n\n[]"))
	f.Add(uint8(2), []byte(`{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{}}`))
	f.Add(uint8(3), []byte(`[{"specversion":"1.0","id":"a","source":"/s","type":"t","data_base64":"e30="},7]`))
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		before := bytes.Clone(body)
		of := media[int(kind)%len(media)]
		b, err := intake.Decode(header("Content-Type", of), body, fuzzBounds)
		promises(t, b, err)
		if !bytes.Equal(before, body) {
			t.Errorf("Decode changed %q", before)
		}
		var elements []json.RawMessage
		if of == plainJSON && json.Unmarshal(body, &elements) == nil && elements != nil && len(elements) != len(b.Items) && len(elements) <= fuzzBounds.Items {
			t.Errorf("Decode(%q) has %d items, want %d", body, len(b.Items), len(elements))
		}
	})
}

func FuzzDecodeBinary(f *testing.F) {
	f.Add("1.0", "a%20b", "/s", "t", "2026-11-25T04:05:06Z", "x", []byte(`{}`))
	f.Fuzz(func(t *testing.T, version, id, source, kind, at, extension string, body []byte) {
		h := http.Header{
			"Content-Type": {plainJSON}, "Ce-Specversion": {version}, "Ce-Id": {id}, "Ce-Source": {source},
			"Ce-Type": {kind}, "Ce-Time": {at}, "Ce-Extension": []string{extension, extension}[:1+len(extension)%2],
		}
		b, err := intake.Decode(h, body, fuzzBounds)
		promises(t, b, err)
	})
}

func FuzzDecodeMessage(f *testing.F) {
	f.Add([]byte(`{"type":"requested","id":"a"}`))
	f.Add([]byte("{\"conversionRate\":0.5}\n{\"specversion\":\"1.0\"}"))
	f.Add([]byte(`[{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{"type":1}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sent := time.Unix(1764043899, 0)
		b, err := intake.DecodeMessage(event.Message{Body: body, Sent: sent}, fuzzBounds)
		promises(t, b, err)
		for i, item := range b.Items {
			if item.Time.IsZero() && item.ID == "" {
				t.Errorf("item %d has no time", i)
			}
		}
		_ = b.HasOTPEvents()
	})
}
