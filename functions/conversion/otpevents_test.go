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
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
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
		{"another zone", "application/json",
			`{"type":"requested","id":"a","time":"` + at.In(time.FixedZone("", 8*3600)).Format(time.RFC3339Nano) + `"}`, []window.Event{requested}},
		{"now", "application/json", `{"type":"verified","id":"a"}`, []window.Event{{Kind: window.OTPVerified, ID: "a", Time: now}}},
		{"null is not given", "application/json", `{"type":"verified","id":"a","time":null,"country":null,"to":null}`,
			[]window.Event{{Kind: window.OTPVerified, ID: "a", Time: now}}},
		{"the envelope's time", "application/cloudevents+json", envelope(text, `{"type":"requested","id":"a"}`), []window.Event{requested}},
		{"its own comes first", "application/cloudevents+json", envelope("2012-10-01T00:00:00Z", `{"type":"requested","id":"a","time":`+ms+`}`),
			[]window.Event{requested}},
		{"a batch", "application/cloudevents-batch+json", `[` + envelope(text, `{"type":"requested","id":"a"}`) + `]`, []window.Event{requested}},
		{"lines", "application/x-ndjson", `{"type":"requested","id":"a","time":` + ms + "}\n{\"type\":\"verified\",\"id\":\"é\u2028\"}\n",
			[]window.Event{requested, {Kind: window.OTPVerified, ID: "é\u2028", Time: now}}},
		{"a country", "application/json", `[{"type":"requested","id":"a","country":"SG"}]`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "SG"}}},
		{"a number", "application/json", `{"type":"requested","id":"a","to":"+6591234567"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "SG", Prefix: "+659123"}}},
		{"a country that the number is not of", "application/json", `{"type":"requested","id":"a","to":"+6591234567","country":"US"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "SG", Prefix: "+659123"}}},
		{"a number of no country", "application/json", `{"type":"requested","id":"a","to":"+881612345678","country":"US"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: "a", Time: now, Country: "US", Prefix: "+88161234"}}},
		{"the longest id", "application/json", `{"type":"requested","id":"` + strings.Repeat("é", 128) + `"}`,
			[]window.Event{{Kind: window.OTPRequested, ID: strings.Repeat("é", 128), Time: now}}},
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

// TestRefusedOTPEvents has each event between two good ones, which are counted.
func TestRefusedOTPEvents(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).UnixMilli(), 10) }
	tests := []struct{ name, event, field, detail string }{
		{"no type", `{"id":"a"}`, "type", `"requested" or "verified"`},
		{"another type", `{"type":"sent","id":"a"}`, "type", `"requested" or "verified"`},
		{"a type in other letters", `{"type":"Requested","id":"a"}`, "type", `"requested" or "verified"`},
		{"a type as a number", `{"type":1,"id":"a"}`, "type", "cannot be"},
		{"no id", `{"type":"requested"}`, "id", "Give the id"},
		{"an id that is null", `{"type":"requested","id":null}`, "id", "Give the id"},
		{"an empty id", `{"type":"requested","id":""}`, "id", "Give the id"},
		{"an id of 257 bytes", `{"type":"requested","id":"` + strings.Repeat("a", 257) + `"}`, "id", "256 bytes"},
		{"an id of 129 letters in 258 bytes", `{"type":"requested","id":"` + strings.Repeat("é", 129) + `"}`, "id", "256 bytes"},
		{"a control character", `{"type":"requested","id":"a\u0007"}`, "id", "control characters"},
		{"another control character", `{"type":"requested","id":"a\u0085"}`, "id", "control characters"},
		{"an id as a number", `{"type":"requested","id":1}`, "id", "cannot be"},
		{"no UTF-8", `{"type":"requested","id":"` + "\xff" + `"}`, "", "byte"},
		{"half a surrogate pair", `{"type":"requested","id":"\ud800"}`, "", "byte"},
		{"an id with the number", `{"type":"requested","id":"6591234567-1","to":"+6591234567"}`, "id", "must not hold the number"},
		{"an id that is a number", `{"type":"verified","id":"+6591234567"}`, "id", "must not hold the number"},
		{"a time in seconds", `{"type":"requested","id":"a","time":` + strconv.FormatInt(now.Unix(), 10) + `}`, "time", "24 hours ago; as a number"},
		{"1970", `{"type":"requested","id":"a","time":0}`, "time", "24 hours ago"},
		{"before 1970", `{"type":"requested","id":"a","time":-1}`, "time", "milliseconds since 1970"},
		{"a time with a fraction", `{"type":"requested","id":"a","time":1764043899123.5}`, "time", "whole milliseconds"},
		{"a time with an exponent", `{"type":"requested","id":"a","time":1e12}`, "time", "whole milliseconds"},
		{"a time beyond all", `{"type":"requested","id":"a","time":9223372036854775807}`, "time", "whole milliseconds"},
		{"more than 5 minutes ahead", `{"type":"requested","id":"a","time":` + at(6*time.Minute) + `}`, "time", "5 minutes ahead"},
		{"a day ahead", `{"type":"verified","id":"a","time":` + at(24*time.Hour) + `}`, "time", "5 minutes ahead"},
		{"more than a day ago", `{"type":"requested","id":"a","time":` + at(-25*time.Hour) + `}`, "time", "24 hours ago"},
		{"a time as another text", `{"type":"requested","id":"a","time":"1764043899123"}`, "time", "RFC 3339"},
		{"a time without a zone", `{"type":"requested","id":"a","time":"2026-11-25T04:05:06"}`, "time", "RFC 3339"},
		{"a time as a boolean", `{"type":"requested","id":"a","time":true}`, "time", "RFC 3339"},
		{"small letters", `{"type":"requested","id":"a","country":"sg"}`, "country", "ISO 3166-1"},
		{"no country", `{"type":"requested","id":"a","country":"UK"}`, "country", "ISO 3166-1"},
		{"three letters", `{"type":"requested","id":"a","country":"SGP"}`, "country", "ISO 3166-1"},
		{"a number without +", `{"type":"requested","id":"a","to":"6591234567"}`, "to", "+ and 7 to 15 digits"},
		{"a number with spaces", `{"type":"requested","id":"a","to":"+65 9123 4567"}`, "to", "+ and 7 to 15 digits"},
		{"a number too long", `{"type":"requested","id":"a","to":"+6591234567890123"}`, "to", "+ and 7 to 15 digits"},
		{"a number as a number", `{"type":"requested","id":"a","to":6591234567}`, "to", "cannot be"},
		{"an unknown member", `{"type":"requested","id":"a","carrier":"x"}`, "carrier", "not known"},
		{"a number as a member", `{"type":"requested","id":"a","+6591234567":1}`, "+**********", "not known"},
		{"a name that is there twice", `{"type":"requested","id":"a","id":"b"}`, "id", "more than once"},
		{"a name in other letters", `{"type":"requested","ID":"a"}`, "ID", "capital and small letters"},
		{"in both kinds of letters", `{"type":"requested","id":"a","ID":"b"}`, "ID", "capital and small letters"},
		{"a report", `{"conversionRate":0.5}`, "conversionRate", "not known"},
		{"a list", `[{"type":"requested","id":"a"}]`, "", "not a JSON object"},
		{"a text", `"requested"`, "", "not a JSON object"},
		{"null", `null`, "type", `"requested" or "verified"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r recorder
			function, _ := withLedger(&r)
			got := send(t, function, "application/json",
				`[{"type":"requested","id":"first"},`+tt.event+`,{"type":"requested","id":"last"}]`)
			a := readAnswer(t, got)
			if got.Code != http.StatusOK || a.Accepted != 2 || a.Refused != 1 || len(a.Problems) != 1 {
				t.Fatalf("POST %s = %d, %s; want two accepted and one refused", tt.event, got.Code, got.Body)
			}
			if p := a.Problems[0]; p.Index != 1 || p.Field != tt.field || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("problem of %s = %+v; want index 1, field %q, %q", tt.event, p, tt.field, tt.detail)
			}
			if alone := send(t, function, "application/json", tt.event); tt.event[0] == '{' && alone.Code != http.StatusUnprocessableEntity {
				t.Errorf("POST %s alone = %d, %s; want 422", tt.event, alone.Code, alone.Body)
			}
		})
	}
}

func TestRefusedOTPRequests(t *testing.T) {
	t.Parallel()
	const one = `{"type":"requested","id":"a"}`
	tests := []struct {
		name, media, body string
		status            int
		slug              string
	}{
		{"a form", "application/x-www-form-urlencoded", `type=requested`, 415, "not-json"},
		{"another charset", "application/json; charset=gb18030", one, 415, "wrong-charset"},
		{"half a document", "application/json", one[:10], 400, "invalid-json"},
		{"half a list", "application/json", `[` + one + `,` + one, 400, "invalid-json"},
		{"an empty list", "application/json", `[]`, 400, "invalid-json"},
		{"5,001 events", "application/json", `[` + strings.Repeat(one+",", 5000) + one + `]`, 413, "too-many-items"},
		{"100,000 events", "application/x-ndjson", strings.Repeat(one+"\n", 100_000), 413, "body-too-large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r recorder
			function, _ := withLedger(&r)
			got := send(t, function, tt.media, tt.body)
			if p := readProblem(t, got); got.Code != tt.status || !strings.HasSuffix(p.Type, ":"+tt.slug) || r.calls != 0 {
				t.Errorf("POST = %d, %+v, %d calls; want %d %s", got.Code, p, r.calls, tt.status, tt.slug)
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

// TestNoWholeNumberIsKept looks for it where it must not be.
func TestNoWholeNumberIsKept(t *testing.T) {
	t.Parallel()
	l, path := openLedger(t)
	function, logs := withLedger(l)
	const number = "6591234567"
	var answers strings.Builder
	for _, body := range []string{
		`{"type":"requested","id":"a","to":"+` + number + `"}`,
		`{"type":"verified","id":"a","to":"+` + number + `"}`,
		`{"type":"verified","id":"b","to":"` + number + `"}`,
		`{"type":"verified","id":"b","to":` + number + `}`,
		`{"type":"verified","id":"` + number + `","to":"+` + number + `"}`,
		`{"type":"verified","id":"b","` + number + `":""}`,
		`{"type":"` + number + `","id":"b"}`,
		`{"type":"verified","id":"b","country":"` + number + `"}`,
		`{"type":"verified","id":"b","time":"` + number + `"}`,
		`{"type":"verified","id":"b","to":"+` + number,
	} {
		answers.WriteString(send(t, function, "application/json", body).Body.String())
		answers.WriteString(send(t, function, "application/x-ndjson", body+"\n"+body).Body.String())
		function.Batch(t.Context(), messagesOf(body))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file, []byte("+659123")) {
		t.Error("the file lacks the number without its last four digits")
	}
	for where, text := range map[string]string{"the file": string(file), "the log": logs.String(), "an answer": answers.String()} {
		if strings.Contains(text, number) || strings.Contains(text, "91234567") {
			t.Errorf("%s has the whole number", where)
		}
	}
}

// BenchmarkOTPEvents reads requests and gives the events to a ledger that does nothing.
// An operation is one event.
func BenchmarkOTPEvents(b *testing.B) {
	const perRequest = 500
	event := func(i int) string {
		return fmt.Sprintf(`{"type":"requested","id":"3f2c1a7e-8b1d-4f0c-9d55-%012d","time":%d,"to":"+65912%05d"}`, i, now.UnixMilli(), i)
	}
	var array, lines, batch []string
	for i := range perRequest {
		array, lines = append(array, event(i)), append(lines, event(i))
		batch = append(batch, fmt.Sprintf(`{"specversion":"1.0","id":"%d","source":"/login","type":"otp","time":"2026-11-25T04:05:06Z","data":%s}`, i, event(i)))
	}
	for media, body := range map[string]string{
		"application/json":                   "[" + strings.Join(array, ",") + "]",
		"application/x-ndjson":               strings.Join(lines, "\n"),
		"application/cloudevents-batch+json": "[" + strings.Join(batch, ",") + "]",
	} {
		b.Run(media, func(b *testing.B) {
			function, logs := withLedger(nothing{})
			b.ReportAllocs()
			for n := 0; n < b.N; n += perRequest {
				logs.Reset()
				if got := send(b, function, media, body); got.Code != http.StatusOK {
					b.Fatal(got.Body)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// nothing is a ledger that accepts all.
type nothing struct{}

func (nothing) Add(_ context.Context, events []window.Event) ([]window.Outcome, error) {
	return slices.Repeat([]window.Outcome{window.Accepted}, len(events)), nil
}
