package alerts_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/page"
	"signalbox/functions/alerts/rule"
	"signalbox/internal/testsize"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// manyIncidents are open on the bad day of a fleet of 100,000 cards.
const manyIncidents = 20_000

// TestListOfManyIncidents bounds what the list costs on a bad day, in each form: one
// listing of the store, a page that a phone can show, and time and memory that an
// instance has.
//
//nolint:paralleltest // what others allocate would be counted, too
func TestListOfManyIncidents(t *testing.T) {
	if testing.Short() {
		t.Skip("it counts bytes and time, which the race detector changes")
	}
	f := newLists(t, nil, func(c *alerts.Config) { c.Style.ShowICCID = true })
	records := make([]store.Record, manyIncidents)
	for n := range records {
		i := openOf(n, rule.UsageName, incident.Warning, 80, rule.UsageDetails{})
		if n%10 == 0 {
			i.Severity, i.Threshold.Value = incident.Critical, 100
		}
		i.Key = keyOf(fmt.Sprintf("89860321%012d", n), rule.UsageName)
		records[n] = store.Record{Collection: "incidents", Key: i.Key.String(), Value: asJSON(t, i)}
	}
	f.store.put(records)
	listings := 0
	f.store.refuse = func(op, collection string) error {
		if op == opList && collection == "incidents" {
			listings++
		}
		return nil
	}
	tests := []struct {
		format  string
		named   int // lines that name a card
		largest int // bytes of the answer
	}{
		{"html", page.MaxNamed, 1_500_000},
		{"json", manyIncidents, 25_000_000},
		{"csv", manyIncidents, 12_000_000},
	}
	for _, tt := range tests {
		t.Run(tt.format, func(t *testing.T) {
			listings = 0
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/incidents?format="+tt.format, http.NoBody)
			r.Header.Set("Authorization", "Bearer "+listToken)
			got := httptest.NewRecorder()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			f.ServeHTTP(got, r)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			allocated := after.TotalAlloc - before.TotalAlloc
			body := got.Body.Bytes()
			t.Logf("%s of %d incidents: %d bytes, %v, %d MB allocated in all", tt.format, manyIncidents, len(body), took, allocated>>20)
			if got.Code != http.StatusOK || listings != 1 || len(body) > tt.largest {
				t.Errorf("status %d, %d listings, %d bytes; want 200, one and at most %d", got.Code, listings, len(body), tt.largest)
			}
			if took > 10*time.Second || allocated > 400<<20 {
				t.Errorf("it took %v and %d MB", took, allocated>>20)
			}
			if packed := compressed(t, f, tt.format); tt.format != "html" && packed > 6_000_000*3/4 {
				t.Errorf("%d bytes compressed are too much for Lambda, as base64", packed)
			}
			if named := named(t, tt.format, body); named != tt.named {
				t.Errorf("%d incidents are named, want %d", named, tt.named)
			}
		})
	}
}

// compressed is how long an answer is for who accepts gzip.
func compressed(t *testing.T, h http.Handler, format string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/incidents?format="+format, http.NoBody)
	r.Header.Set("Authorization", "Bearer "+listToken)
	r.Header.Set("Accept-Encoding", "br, gzip;q=0.8")
	got := httptest.NewRecorder()
	h.ServeHTTP(got, r)
	if want := format != "html"; (got.Header().Get("Content-Encoding") == "gzip") != want {
		t.Errorf("Content-Encoding = %q", got.Header().Get("Content-Encoding"))
	}
	packed := got.Body.Len()
	if format != "html" {
		unpacked, err := gzip.NewReader(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, unpacked); err != nil || n < 1<<20 {
			t.Errorf("%d bytes in the archive, %v", n, err)
		}
	}
	t.Logf("compressed: %d bytes", packed)
	return packed
}

// named counts the incidents in an answer.
func named(t *testing.T, format string, body []byte) int {
	t.Helper()
	switch format {
	case "html":
		if !bytes.Contains(body, []byte("19,000 more")) {
			t.Error("the page does not count those that it does not name")
		}
		return bytes.Count(body, []byte(`<th scope="row"`))
	case "csv":
		return bytes.Count(body, []byte("\r\n")) - 1
	default:
		var answer struct{ Incidents []json.RawMessage }
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatal(err)
		}
		return len(answer.Incidents)
	}
}

// TestActOnManyIncidents has one press acknowledge, silence and undo all incidents of a bad
// day: it takes not many times as long as one about nothing, which reads them all, too.
//
//nolint:paralleltest // what others do would be counted, too
func TestActOnManyIncidents(t *testing.T) {
	many, st, opened := testsize.Of(5_000, manyIncidents), newMapStore(), time.Now().Add(-time.Hour)
	records := make([]store.Record, many)
	for n := range records {
		i := openOf(n, rule.UsageName, incident.Warning, 80, rule.UsageDetails{})
		i.Key, i.Opened = keyOf(fmt.Sprintf("89860321%012d", n), rule.UsageName), opened
		records[n] = store.Record{Collection: "incidents", Key: i.Key.String(), Value: asJSON(t, i)}
	}
	st.put(records)
	do := func(verb action.Verb, on action.Selection) (action.Record, time.Duration) {
		began := time.Now()
		r := action.Request{ID: fmt.Sprint(verb, len(on.Groups)), Verb: verb, Span: action.Day, By: action.Actor{Name: "Ann"}, On: on}
		done, err := action.Book{Store: st}.Do(t.Context(), r, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return done, time.Since(began)
	}
	all := action.Selection{Groups: []action.Group{{Rule: rule.UsageName, Severity: incident.Warning}}, Seen: time.Now().Add(time.Hour)}
	do(action.Acknowledge, all)
	do(action.Silence, all)
	_, idle := do(action.Undo, action.Selection{IDs: []string{"0123456789abcdef"}})
	done, took := do(action.Undo, all)
	t.Logf("to undo %d of %d takes %v, to undo none %v", done.Count, many, took, idle)
	if done.Count != many || took > 4*idle {
		t.Errorf("to undo %d takes %v, more than four times %v", done.Count, took, idle)
	}
}
