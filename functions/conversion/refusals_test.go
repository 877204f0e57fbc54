package conversion_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"signalbox/functions/conversion"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/store"
)

// TestEveryPathAsksForAToken shows none.
func TestEveryPathAsksForAToken(t *testing.T) {
	t.Parallel()
	f, err := conversion.FromEnv(environ(t, aliyuntest.New(aliyuntest.Options{})), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range contract.Requests(t, "conversion") {
		got := httptest.NewRecorder()
		contract.Handler(t, f.Handler).ServeHTTP(got, r)
		if got.Code != http.StatusUnauthorized {
			t.Errorf("%s %s = %d, %s; want 401", r.Method, r.URL.Path, got.Code, got.Body)
		}
	}
}

// TestStoreDownForEveryPath has a store that was reached a moment ago.
func TestStoreDownForEveryPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
	w.store.set(true)
	for _, ask := range contract.Requests(t, "conversion") {
		if ask.URL.Path == "/conversions" || ask.URL.Path == "/otp-events" {
			continue // a rate needs no store, and {} is no event
		}
		got := httptest.NewRecorder()
		contract.Handler(t, w).ServeHTTP(got, ask)
		if got.Code != http.StatusServiceUnavailable || !strings.HasSuffix(readProblem(t, got).Type, ":store-unavailable") {
			t.Errorf("%s %s = %d, %s; want 503 store-unavailable", ask.Method, ask.URL.Path, got.Code, got.Body)
		}
	}
}

// TestRetryOfWhatCannotBeRead has a report that was damaged while it waited.
func TestRetryOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		t.Helper()
		if got := ask(t, w, "POST", "/conversions", rate53, "Prefer", "respond-async"); got.Code != http.StatusAccepted {
			t.Fatalf("POST /conversions = %d, %s", got.Code, got.Body)
		}
		damaged := store.Record{Collection: "waiting", Key: fmt.Sprintf("%020d", 0), Value: []byte("{")}
		if err := w.store.Apply(t.Context(), store.Batch{Put: []store.Record{damaged}}); err != nil {
			t.Fatal(err)
		}
		run(t, w.Function)
		letters := decoded[struct{ DeadLetters []struct{ ID string } }](t, ask(t, w, "GET", "/dead-letters", ""), http.StatusOK).DeadLetters
		if len(letters) != 1 {
			t.Fatalf("dead letters %v, want one", letters)
		}
		got := ask(t, w, "POST", "/dead-letters/"+letters[0].ID+"/retry", "")
		if got.Code != http.StatusUnprocessableEntity || !strings.HasSuffix(readProblem(t, got).Type, ":unreadable") {
			t.Errorf("retry = %d, %s; want 422 unreadable", got.Code, got.Body)
		}
	})
}
