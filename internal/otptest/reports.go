package otptest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// report is one of POST /conversions, with a key of its own.
type report struct {
	key, rate string
	at        int64 // its reportTime, which no other has
	async     bool
}

// book is what was answered of reports.
type book struct {
	mu             sync.Mutex
	last           int64
	sent, accepted map[int64]report // by their time
}

func newBook() *book {
	return &book{sent: make(map[int64]report), accepted: make(map[int64]report)}
}

// sendReports sends reports until ctx ends. One whose key is in flight, since the
// instance that had it died, is sent again later.
func (a *application) sendReports(ctx context.Context, random *rand.Rand) {
	var inFlight []report
	for n := 0; ctx.Err() == nil; n++ {
		r := a.reports.next(random.IntN(1000), n%4 != 0)
		if !a.report(ctx, n, r) {
			inFlight = append(inFlight, r)
		}
		if len(inFlight) > 0 && n%20 == 0 {
			if a.report(ctx, n, inFlight[0]) {
				inFlight = inFlight[1:]
			}
		}
		pause(ctx, 5*time.Millisecond)
	}
}

// next returns a report that is like no other.
func (k *book) next(perMille int, async bool) report {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last = max(k.last+1, time.Now().UnixMilli()); k.last%1000 == 0 {
		k.last++ // such are of windows
	}
	r := report{fmt.Sprint("report-", k.last), fmt.Sprintf("0.%03d1", perMille), k.last, async}
	k.sent[r.at] = r
	return r
}

// report sends a report until it is answered, and returns false where it is in flight.
// One in five is sent again, and answered the same.
func (a *application) report(ctx context.Context, n int, r report) bool {
	body := fmt.Sprintf(`{"conversionRate":%s,"reportTime":%d}`, r.rate, r.at)
	header := []string{"Idempotency-Key", r.key}
	if r.async {
		header = append(header, "Prefer", "respond-async")
	}
	got := a.untilAnswered(ctx, n, "/conversions", body, header...)
	switch {
	case got.unanswered():
		return true // ctx has ended, and nobody was promised anything
	case got.status == http.StatusConflict:
		return false
	case got.status != http.StatusOK && got.status != http.StatusAccepted:
		a.t.Errorf("POST /conversions = %d, %s", got.status, got.body)
		return true
	}
	a.reports.accept(r)
	if n%5 == 0 {
		again := a.untilAnswered(ctx, n, "/conversions", body, header...)
		if !again.unanswered() && string(again.body) != string(got.body) {
			a.t.Errorf("%s was answered %s, and again %d, %s", r.key, got.body, again.status, again.body)
		}
	}
	return true
}

func (k *book) accept(r report) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.accepted[r.at] = r
}

// missing are the accepted reports that have not arrived.
func (k *book) missing(arrived map[int64][]string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	missing := 0
	for at := range k.accepted {
		if len(arrived[at]) == 0 {
			missing++
		}
	}
	return missing
}

// compare takes the reports out of what has arrived. One that was not accepted may
// have arrived; none arrives with another rate.
func (k *book) compare(t *testing.T, arrived map[int64][]string) (repeated int) {
	t.Helper()
	if n := k.missing(arrived); n > 0 || len(k.accepted) == 0 {
		t.Errorf("%d of %d accepted reports have not arrived", n, len(k.accepted))
	}
	for at, r := range k.sent {
		for _, rate := range arrived[at] {
			if rate != r.rate {
				t.Errorf("%s arrived as %s, want %s", r.key, rate, r.rate)
			}
		}
		repeated += max(0, len(arrived[at])-1)
		delete(arrived, at)
	}
	return repeated
}

// checkKeys asks what became of some of the accepted reports.
func (a *application) checkKeys() {
	n := 0
	for _, r := range a.reports.accepted {
		if n++; n > 100 {
			return
		}
		got := a.send(a.t.Context(), n%len(a.instances), http.MethodGet, "/conversions/"+r.key, "")
		var is struct{ Status string }
		if err := json.Unmarshal(got.body, &is); err != nil || is.Status != "forwarded" {
			a.t.Errorf("GET /conversions/%s = %d, %s; want it forwarded", r.key, got.status, got.body)
		}
	}
}
