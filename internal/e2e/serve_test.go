package e2e_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/servetest"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// serveKills is how often TestKilledServe kills the process. internal/serveweek does so
// in simulated time, more often.
const serveKills = 3

// serveAll starts signalbox serve with the state in a folder, and a moment that is called as
// each request arrives and before its answer leaves.
func (o *outside) serveAll(t *testing.T, folder string, moment func()) *servetest.HTTP {
	t.Helper()
	o.moment.Store(&moment)
	env := slices.DeleteFunc(slices.Clone(o.env), func(line string) bool { return strings.HasPrefix(line, "SIGNALBOX_STATE_FILE=") })
	env = append(env, "SIGNALBOX_DYSMS_ENDPOINT="+o.url, "SIGNALBOX_API_TOKENS="+token, "SIGNALBOX_STATE_DIR="+folder,
		"SIGNALBOX_SWEEP_LEASE=1s", "SIGNALBOX_SUMMARY_AT=00:00", "SIGNALBOX_TIMEZONE=UTC")
	return servetest.StartCommand(t, servetest.Build(t, "signalbox/cmd/signalbox"), []string{"serve"}, env...)
}

// report sends a rate that is to wait, and returns whether it was accepted.
func report(t *testing.T, url string, when int64) bool {
	t.Helper()
	body := strings.NewReader(fmt.Sprintf(`{"conversionRate":0.5,"reportTime":%d}`, when))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/conversions", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}, "Prefer": {"respond-async"}}
	answer, err := new(http.Transport).RoundTrip(r)
	if err != nil {
		return false // It was killed.
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusAccepted
}

// TestKilledServe kills signalbox serve while its own timers have it work, each time at
// another moment of the first sweep, and has it end in order at last. What was notified
// is what an undisturbed process notifies, there is one summary, and each report that was
// accepted has arrived.
func TestKilledServe(t *testing.T) {
	t.Parallel()
	calm, killed := newOutside(t, 160), newOutside(t, 160)
	var moments atomic.Int64
	undisturbed := calm.serveAll(t, t.TempDir(), func() { moments.Add(1) })
	calm.settled(t, undisturbed, nil)

	folder, random := t.TempDir(), rand.New(rand.NewPCG(7, 8))
	var accepted []int64
	for n := range serveKills {
		at, seen, dead := 1+random.Int64N(moments.Load()), atomic.Int64{}, make(chan struct{})
		var p *servetest.HTTP
		started := make(chan struct{})
		kill := sync.OnceFunc(func() {
			<-started
			p.Kill()
			close(dead)
		})
		p = killed.serveAll(t, folder, func() {
			if seen.Add(1) == at {
				kill()
			}
		})
		close(started)
		if when := time.Now().UnixMilli(); report(t, p.URL, when) {
			accepted = append(accepted, when)
		}
		select {
		case <-dead:
		case <-time.After(2 * time.Second): // what was left to do had fewer moments
			kill()
		}
		endLeaseIn(t, store.Config{File: filepath.Join(folder, "conversion.db"), Namespace: "conversion"}, "report/end")
		if n == 0 && len(accepted) == 0 {
			t.Error("the first report was not accepted")
		}
	}
	last := killed.serveAll(t, folder, func() {})
	killed.settled(t, last, accepted)

	wantSummary, gotSummary := calm.summaryIDs(), killed.summaryIDs()
	if len(wantSummary) != 1 || !slices.Equal(wantSummary, gotSummary) {
		t.Errorf("summaries %q of the killed process, want %q as of the undisturbed one", gotSummary, wantSummary)
	}
	want, got := changesIn(t, calm.digests()), changesIn(t, killed.digests())
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" || len(want) == 0 {
		t.Errorf("notified by the undisturbed (-) and the killed process (+):\n%s", diff)
	}
	if files, err := filepath.Glob(filepath.Join(folder, "*.db")); err != nil || len(files) != 2 {
		t.Errorf("state files %q, %v; want two", files, err)
	}
}

// settled waits for the summary, which comes after the first sweep, and for the reports
// that were accepted, and ends the process.
func (o *outside) settled(t *testing.T, p *servetest.HTTP, accepted []int64) {
	t.Helper()
	late := time.After(20 * time.Second)
	for len(o.summaryIDs()) == 0 || o.missing(accepted) > 0 {
		select {
		case <-time.Tick(20 * time.Millisecond):
		case <-late:
			t.Fatalf("after 20 s summaries %q, and %d of %d reports missing\n%s", o.summaryIDs(), o.missing(accepted), len(accepted), p.Output())
		}
	}
	if code := p.Stop(); code != 0 {
		t.Errorf("exit code %d, want 0\n%s", code, p.Output())
	}
}

// missing counts the reports that have not arrived.
func (o *outside) missing(accepted []int64) int {
	arrived := make(map[int64]bool)
	for _, c := range o.cloud.Conversions() {
		arrived[c.ReportTime] = true
	}
	return len(slices.DeleteFunc(slices.Clone(accepted), func(when int64) bool { return arrived[when] }))
}

// digests are the messages that are no summary.
func (o *outside) digests() []slacktest.Message {
	return slices.DeleteFunc(o.slack.Inbox(), func(m slacktest.Message) bool { return summaryID(m) != "" })
}

// summaryIDs are the titles of the daily summaries that have arrived.
func (o *outside) summaryIDs() []string {
	var all []string
	for _, m := range o.slack.Inbox() {
		if id := summaryID(m); id != "" {
			all = append(all, id)
		}
	}
	return all
}

// summaryID is the title of a summary, which names the day, and "" of another message.
func summaryID(m slacktest.Message) string {
	title, _, _ := strings.Cut(m.Plain(), "\n")
	if !strings.Contains(title, "SIM cards on ") {
		return ""
	}
	return title
}
