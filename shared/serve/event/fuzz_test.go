package event_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"

	"signalbox/shared/serve/event"
)

// FuzzDecode checks that whatever comes in, an event is of exactly one kind,
// and an HTTP one can be served.
func FuzzDecode(f *testing.F) {
	files, err := os.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if !file.IsDir() {
			f.Add(payload(f, file.Name()))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := event.Decode(raw)
		kinds := 0
		for _, set := range []bool{e.HTTP != nil, e.Scheduled != nil, e.Batch != nil} {
			if set {
				kinds++
			}
		}
		if (err == nil) != (kinds == 1) {
			t.Fatalf("Decode(%s) = %+v, %v", raw, e, err)
		}
		if e.HTTP != nil {
			serveFuzzed(t, e.HTTP)
		}
	})
}

func serveFuzzed(t *testing.T, h *event.HTTP) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/{path...}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Path", r.PathValue("path"))
		if n, err := io.Copy(w, r.Body); err != nil || n != r.ContentLength {
			t.Errorf("body of %d bytes, %v, want %d", n, err, r.ContentLength)
		}
	})
	var got answer
	err := json.Unmarshal(h.Serve(t.Context(), mux), &got)
	typed := got.Headers["Content-Type"] != "" || got.MultiValueHeaders.Get("Content-Type") != ""
	if err != nil || got.StatusCode < 200 || !typed {
		t.Errorf("Serve = %+v, %v", got, err)
	}
}
