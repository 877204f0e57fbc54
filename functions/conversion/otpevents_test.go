package conversion_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/internal/contract"
	"signalbox/shared/logging"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// recorder is a ledger that accepts what is well, and shows what it was given.
type recorder struct {
	events []window.Event
	calls  int
	err    error
}

func (r *recorder) Add(_ context.Context, events []window.Event) ([]window.Outcome, error) {
	r.calls++
	if r.err != nil {
		return nil, r.err
	}
	outcomes := make([]window.Outcome, len(events))
	for i, e := range events {
		outcomes[i] = window.Timely(e.Time, now)
	}
	r.events = append(r.events, events...)
	return outcomes, nil
}

// withLedger returns a function that counts in l. What it logs, it logs whole.
func withLedger(l conversion.Ledger) (*conversion.Function, *bytes.Buffer) {
	var logs bytes.Buffer
	return conversion.New(conversion.Config{
		Guard: web.Open, Logger: logging.New(&logs, slog.LevelDebug), Ledger: l, Now: func() time.Time { return now },
	}), &logs
}

// openLedger returns a ledger in a file, and the file's name.
func openLedger(tb testing.TB) (*ledger.Ledger, string) {
	tb.Helper()
	path := tb.TempDir() + "/state.db"
	s, err := store.Open(store.Config{File: path, Namespace: "conversion"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	l, err := ledger.Open(s, ledger.Config{
		Rules: window.Rules{Length: 5 * time.Minute, Grace: 10 * time.Minute}, Now: func() time.Time { return now },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return l, path
}

// answer is what POST /otp-events says.
type answer struct {
	Accepted, Duplicate, Late, Refused int
	Problems                           []struct {
		Index         int
		Field, Detail string
	}
}

func send(tb testing.TB, h http.Handler, media, body string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, "/otp-events", strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	got := httptest.NewRecorder()
	if _, timed := tb.(*testing.B); !timed {
		h = contract.Handler(tb, h)
	}
	h.ServeHTTP(got, r)
	return got
}

func readAnswer(t *testing.T, got *httptest.ResponseRecorder) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal(got.Body.Bytes(), &a); err != nil || a.Problems == nil {
		t.Fatalf("body %q: %v, want an answer with problems", got.Body, err)
	}
	return a
}

func TestOTPEventsAreRead(t *testing.T) {
	t.Parallel()
	at := now.Add(-time.Hour).Truncate(time.Millisecond)
	ms, text := strconv.FormatInt(at.UnixMilli(), 10), at.UTC().Format(time.RFC3339Nano)
	envelope := func(at, data string) string {
		return `{"specversion":"1.0","id":"e","source":"/s","type":"otp","time":"` + at + `","data":` + data + `}`
	}
	requested := window.Event{Kind: window.OTPRequested, ID: "a", Time: at}
	tests := []struct {
		name, media, body string
		want              []window.Event
	}{
		{"milliseconds", "application/json", `{"type":"requested","id":"a","time":` + ms + `}`, []window.Event{requested}},
		{"RFC 3339", "application/json", `{"type":"requested","id":"a","time":"` + text + `"}`, []window.Event{requested}},
		{
			"another zone", "application/json",
			`{"type":"requested","id":"a","time":"` + at.In(time.FixedZone("", 8*3600)).Format(time.RFC3339Nano) + `"}`,
			[]window.Event{requested},
		},
		{"now", "application/json", `{"type":"verified","id":"a"}`, []window.Event{{Kind: window.OTPVerified, ID: "a", Time: now}}},
		{
			"null is not given", "application/json", `{"type":"verified","id":"a","time":null,"country":null,"to":null}`,
			[]window.Event{{Kind: window.OTPVerified, ID: "a", Time: now}},
		},
		{"the envelope's time", "application/cloudevents+json", envelope(text, `{"type":"requested","id":"a"}`), []window.Event{requested}},
		{
			"its own comes first", "application/cloudevents+json", envelope("2012-10-01T00:00:00Z", `{"type":"requested","id":"a","time":`+ms+`}`),
			[]window.Event{requested},
		},
		{"a batch", "application/cloudevents-batch+json", `[` + envelope(text, `{"type":"requested","id":"a"}`) + `]`, []window.Event{requested}},
		{
			"lines", "application/x-ndjson", `{"type":"requested","id":"a","time":` + ms + "}\n{\"type\":\"verified\",\"id\":\"é\u2028\"}\n",
			[]window.Event{requested, {Kind: window.OTPVerified, ID: "é\u2028", Time: now}},
		},
		{
			"a country", "application/json", `[{"type":"requested","id":"a","country":"SG"}]`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "SG"}},
		},
		{
			"a number", "application/json", `{"type":"requested","id":"a","to":"+6591234567"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "SG", Prefix: "+659123"}},
		},
		{
			"a country that the number is not of", "application/json", `{"type":"requested","id":"a","to":"+6591234567","country":"US"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "SG", Prefix: "+659123"}},
		},
		{
			"a number of no country", "application/json", `{"type":"requested","id":"a","to":"+881612345678","country":"US"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "US", Prefix: "+88161234"}},
		},
		{
			"the longest id", "application/json", `{"type":"requested","id":"` + strings.Repeat("é", 128) + `"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: strings.Repeat("é", 128), Time: now}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r recorder
			function, _ := withLedger(&r)
			got := send(t, function, tt.media, tt.body)
			if a := readAnswer(t, got); got.Code != http.StatusOK || a.Accepted != len(tt.want) || a.Refused != 0 {
				t.Errorf("POST %s = %d, %s", tt.body, got.Code, got.Body)
			}
			if diff := cmp.Diff(tt.want, r.events); diff != "" {
				t.Errorf("events of %s (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

// TestOTPEventsAreCounted has a ledger in a file.
func TestOTPEventsAreCounted(t *testing.T) {
	t.Parallel()
	l, _ := openLedger(t)
	function, _ := withLedger(l)
	steps := []struct {
		name, media, body string
		status            int
		want              answer
	}{
		{"as many as may be", "application/x-ndjson", lines(5000), 200, answer{Accepted: 5000}},
		{"again", "application/x-ndjson", lines(5000), 200, answer{Duplicate: 5000}},
		{"repeated in one batch", "application/json", `[{"type":"verified","id":"x"},{"type":"requested","id":"x"},{"type":"verified","id":"x"}]`, 200, answer{Accepted: 2, Duplicate: 1}},
		{"one", "application/json", `{"type":"verified","id":"1"}`, 200, answer{Accepted: 1}},
		{"one and a line that breaks off", "application/x-ndjson", `{"type":"verified","id":"2"}` + "\n" + `{"type":"veri`, 200, answer{Accepted: 1, Refused: 1}},
		{"all refused", "application/json", `[{"type":"verified"},{"id":"2"}]`, 422, answer{Refused: 2}},
		{"all refused by their time", "application/json", `[{"type":"verified","id":"3","time":1}]`, 422, answer{Refused: 1}},
		{"all come again", "application/json", `[{"type":"verified","id":"2"}]`, 200, answer{Duplicate: 1}},
	}
	for _, s := range steps {
		got := send(t, function, s.media, s.body)
		a := readAnswer(t, got)
		if n := len(a.Problems); n != s.want.Refused {
			t.Errorf("%s: %d problems, want %d", s.name, n, s.want.Refused)
		}
		a.Problems = nil
		if diff := cmp.Diff(s.want, a); diff != "" || got.Code != s.status {
			t.Errorf("%s: status %d, want %d; answer (-want +got):\n%s", s.name, got.Code, s.status, diff)
		}
	}
	windows, err := l.Windows(t.Context(), now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil || len(windows) != 1 || windows[0].Requested != 5001 || windows[0].Verified != 3 {
		t.Errorf("windows = %+v, %v; want one with 5001 requested and 3 verified", windows, err)
	}
}

// lines returns requests with the ids 0, 1, 2, ...
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"type":"requested","id":"%d","to":"+6591234567"}`+"\n", i)
	}
	return b.String()
}

func TestOTPEventsWithoutStore(t *testing.T) {
	t.Parallel()
	function, _ := withLedger(nil)
	got := send(t, function, "application/json", `{"type":"requested","id":"a"}`)
	if p := readProblem(t, got); got.Code != http.StatusNotImplemented || !strings.Contains(p.Detail, "SIGNALBOX_REDIS_URL") {
		t.Errorf("answer = %d, %+v; want 501 and the variable", got.Code, p)
	}
}

func TestOTPEventsThatTheStoreCannotTake(t *testing.T) {
	t.Parallel()
	function, logs := withLedger(&recorder{err: errors.New("no room on the disk")})
	got := send(t, function, "application/json", `[{"type":"requested","id":"a"},{"type":"sent"}]`)
	p := readProblem(t, got)
	if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") != "10" || strings.Contains(p.Detail, "disk") {
		t.Errorf("answer = %d, %+v; want 503 with Retry-After and without the cause", got.Code, p)
	}
	if !strings.Contains(logs.String(), "no room on the disk") {
		t.Errorf("log = %s, want the cause", logs)
	}
	// What is refused whatever the store does is so now.
	if got := send(t, function, "application/json", `[{"type":"sent"}]`); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("answer to a wrong event = %d, want 422", got.Code)
	}
}
