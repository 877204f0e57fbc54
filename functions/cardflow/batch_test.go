package cardflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// batchResult is one of a batch's results.
type batchResult struct {
	ICCID string
	Flow  *struct {
		ICCID      string
		CardStatus *string
		Months     []struct{ Month string }
	}
	Problem *struct {
		Type, Title, Detail, Field string
		Status                     int
	}
}

func (r batchResult) is(status int, slug string) bool {
	return r.Flow == nil && r.Problem != nil && r.Problem.Status == status && strings.HasSuffix(r.Problem.Type, ":"+slug) && r.Problem.Detail != ""
}

// batch asks for cards, and returns the results in their order.
func (w *world) batch(ids []string, header ...string) ([]batchResult, *answered) {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"iccids": ids})
	if err != nil {
		w.t.Fatal(err)
	}
	got := w.request(w.t.Context(), http.MethodPost, "/cards/flow", string(body), append([]string{"Content-Type", "application/json"}, header...)...)
	var answer struct{ Results []batchResult }
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || got.Code != http.StatusOK {
		w.t.Fatalf("batch = %d, %.300s, %v; want 200", got.Code, got.Body, err)
	}
	if len(answer.Results) != len(ids) {
		w.t.Fatalf("batch of %d cards has %d results", len(ids), len(answer.Results))
	}
	for i, r := range answer.Results {
		if r.ICCID != ids[i] || r.Flow != nil && r.Flow.ICCID != ids[i] || (r.Flow == nil) == (r.Problem == nil) {
			w.t.Errorf("result %d = %+v, want that of %s: its flow or its problem", i, r, ids[i])
		}
	}
	return answer.Results, got
}

func (w *world) iccids(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = w.cloud.ICCID(i)
	}
	return ids
}

// TestBatch asks for 100 cards at 20 calls a second. One does not exist and one is
// malformed.
func TestBatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		ids := w.iccids(100)
		ids[17], ids[42] = sample, "8986-<b>"
		start := time.Now()
		results, _ := w.batch(ids)
		if took := time.Since(start); took < 4800*time.Millisecond || took > 5500*time.Millisecond {
			t.Errorf("100 cards at 20 a second took %v, want about 5 s", took)
		}
		for i, r := range results {
			switch {
			case i == 17 && !r.is(404, "no-such-card"), i == 42 && !r.is(422, "invalid-member"):
				t.Errorf("result %d = %+v, want that it does not exist, or is malformed", i, r.Problem)
			case i != 17 && i != 42 && r.Flow == nil:
				t.Errorf("result %d = %+v, want a flow", i, r.Problem)
			case i != 17 && i != 42 && r.Flow.CardStatus == nil:
				t.Errorf("result %d has nothing of what the listing says", i)
			}
		}
		if n := w.cloud.MaxPerSecond(action); n > 20 {
			t.Errorf("%d calls in a second, want at most 20", n)
		}
		start = time.Now()
		if _, _ = w.batch(ids); time.Since(start) > time.Millisecond {
			t.Errorf("the same batch again took %v, want no time", time.Since(start))
		}
	})
}

// TestBatchIsCutOff wants what is done after three seconds, and a problem for each card
// that is not; and what was not done yet to take no permit from others.
func TestBatchIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		start := time.Now()
		results, got := w.batch(w.iccids(100), "Prefer", "wait=3")
		if took := time.Since(start); took < 2900*time.Millisecond || took > 3100*time.Millisecond {
			t.Errorf("the batch took %v, want 3 s", took)
		}
		if applied := got.Header().Get("Preference-Applied"); applied != "wait=3" {
			t.Errorf("Preference-Applied = %q, want wait=3", applied)
		}
		done := 0
		for i, r := range results {
			if r.Flow != nil {
				done++
			} else if !r.is(504, "not-reached") {
				t.Errorf("result %d = %+v, want 504, not reached", i, r.Problem)
			}
		}
		if done < 57 || done > 61 {
			t.Errorf("%d cards done after 3 s, want about 60", done)
		}
		time.Sleep(5 * time.Second)
		if calls, _ := w.calls(); calls > 62 {
			t.Errorf("%d calls in the end, want none after the answer", calls)
		}
	})
}

// TestCardsThatHangInABatch has twenty of 100 cards never be answered: the others are.
func TestCardsThatHangInABatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		ids := w.iccids(100)
		w.cloud.Draw(func(c aliyuntest.Call) aliyuntest.Fault {
			if slices.Contains(ids[:20], c.Params.Get("Iccid")) {
				return aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Hour}
			}
			return aliyuntest.Fault{}
		})
		results, _ := w.batch(ids)
		for i, r := range results {
			if hung := i < 20; hung != (r.Flow == nil) {
				t.Errorf("result %d = %+v, want that the first twenty alone fail", i, r.Problem)
			}
		}
	})
}

// TestLookupInABatch looks cards up while a batch waits: one that the batch has not, and
// one at its end.
func TestLookupInABatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		var callers sync.WaitGroup
		callers.Go(func() {
			if results, _ := w.batch(w.iccids(100)); results[99].Flow == nil || results[0].Flow == nil {
				t.Errorf("batch = %+v, want all of it", results)
			}
		})
		time.Sleep(time.Second)
		for i := range 20 {
			card := 150 + i
			if i%2 == 0 {
				card = 99 - i
			}
			start := time.Now()
			got := w.look(card)
			if took := time.Since(start); got.Code != 200 || took > 300*time.Millisecond {
				t.Errorf("a lookup of card %d in between = %d after %v, want at most 0.3 s", card, got.Code, took)
			}
			time.Sleep(100 * time.Millisecond)
		}
		callers.Wait()
		if flow, list := w.calls(); flow != 110 || list > 110 {
			t.Errorf("%d lookups and %d listings at Alibaba for 110 cards, want one for each", flow, list)
		}
	})
}

func TestBatchRepeatsACard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		id := w.cloud.ICCID(0)
		results, _ := w.batch([]string{id, id, id})
		for _, r := range results {
			if r.Flow == nil {
				t.Errorf("result = %+v, want a flow", r.Problem)
			}
		}
		w.checkCalls("one card three times", 1, 1)
	})
}

// TestBatchWhileAlibabaFails wants each card's own problem, and at once those that are kept.
func TestBatchWhileAlibabaFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		w.batch(w.iccids(10))
		time.Sleep(10 * time.Minute)
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Status500, Count: -1})
		results, _ := w.batch(w.iccids(30))
		for i, r := range results {
			if i < 10 && r.Flow == nil || i >= 10 && !r.is(502, "upstream-unavailable") {
				t.Errorf("result %d = %+v, %+v; want the kept ones, and 502 for others", i, r.Flow, r.Problem)
			}
		}
	})
}

func TestBatchMonths(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20, nil)
	body := fmt.Sprintf(`{"iccids":[%q],"months":["202110","202111"]}`, w.cloud.ICCID(0))
	got := w.request(t.Context(), http.MethodPost, "/cards/flow", body, "Content-Type", "application/json")
	if got.Code != 200 || !strings.Contains(got.Body.String(), `"month":"2021-10"`) {
		t.Errorf("batch = %d, %s; want the months that were asked for", got.Code, got.Body)
	}
}

// TestBatchRefusals wants the whole request refused, and nobody called.
func TestBatchRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20, nil)
	t.Cleanup(func() { w.checkCalls("after refusals", 0, 0) })
	id := `"` + w.cloud.ICCID(0) + `"`
	tests := []struct {
		name, body, media string
		status            int
		slug, field       string
	}{
		{"no JSON", `iccids`, "application/json", 400, "invalid-json", ""},
		{"a form", `{}`, "application/x-www-form-urlencoded", 415, "not-json", ""},
		{"nothing", `{}`, "application/json", 422, "invalid-member", "iccids"},
		{"no cards", `{"iccids":[]}`, "application/json", 422, "invalid-member", "iccids"},
		{"too many", `{"iccids":[` + strings.Repeat(id+",", 100) + id + `]}`, "application/json", 422, "invalid-member", "iccids"},
		{"a number", `{"iccids":[89860300000000000001]}`, "application/json", 422, "invalid-member", "iccids.0"},
		{"a text", `{"iccids":` + id + `}`, "application/json", 422, "invalid-member", "iccids"},
		{"an unknown member", `{"iccids":[` + id + `],"wait":3}`, "application/json", 422, "invalid-member", "wait"},
		{"other letters", `{"ICCIDs":[` + id + `]}`, "application/json", 400, "invalid-json", "ICCIDs"},
		{"repeated", `{"iccids":[` + id + `],"iccids":[]}`, "application/json", 400, "invalid-json", "iccids"},
		{"a wrong month", `{"iccids":[` + id + `],"months":["2021-10"]}`, "application/json", 422, "invalid-member", "months"},
		{"seven months", `{"iccids":[` + id + `],"months":["202101","202102","202103","202104","202105","202106","202107"]}`, "application/json", 422, "invalid-member", "months"},
		{"too large", `{"iccids":["` + strings.Repeat("8", 200<<10) + `"]}`, "application/json", 413, "body-too-large", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := w.request(t.Context(), http.MethodPost, "/cards/flow", tt.body, "Content-Type", tt.media)
			checkProblem(t, got.ResponseRecorder, tt.status, tt.slug, tt.field)
		})
	}
}
