package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

var kills = flag.Int("kills", 12, "how often TestKilledSweeps kills the function")

// stages are what happens to the fleet between two rounds.
var stages = []func(*aliyuntest.Server){
	func(*aliyuntest.Server) {},
	func(s *aliyuntest.Server) { // some use more
		for i := 10; i < 16; i++ {
			s.SetCard(s.ICCID(i), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * 85 / 100 })
		}
	},
	func(s *aliyuntest.Server) { // they use it up, and others are renewed
		for i := 10; i < 13; i++ {
			s.SetCard(s.ICCID(i), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
		}
		s.SetCard(s.ICCID(1), func(c *aliyuntest.Card) { c.Expires = c.Expires.AddDate(1, 0, 0) })
	},
	func(s *aliyuntest.Server) { // a new period, and a card that is gone
		for i := 10; i < 16; i++ {
			s.SetCard(s.ICCID(i), func(c *aliyuntest.Card) { c.UsedBytes = 0 })
		}
		s.SetCard(s.ICCID(2), func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusDestroyed })
	},
}

// kill is crash, after which the lease is over, as it would be a little later.
func (o *outside) kill(t *testing.T, after time.Duration, at int64) {
	t.Helper()
	o.crash(t, after, at)
	o.endLease(t)
}

// killAtTable is kill at a moment of a call to the table that the state is in.
func (o *outside) killAtTable(t *testing.T, at int64) {
	t.Helper()
	o.crashAt(t, time.Minute, at, &o.tableMoment)
	o.endLease(t)
}

// crash asks for a sweep and kills the function after a while, or before that at
// one of the moments of the sweep.
func (o *outside) crash(t *testing.T, after time.Duration, at int64) {
	t.Helper()
	o.crashAt(t, after, at, &o.moment)
}

func (o *outside) crashAt(t *testing.T, after time.Duration, at int64, when *atomic.Pointer[func()]) {
	t.Helper()
	p := servetest.StartHTTP(t, alerts(t), o.env...)
	kill := sync.OnceFunc(p.Kill)
	var moments atomic.Int64
	moment := func() {
		if moments.Add(1) == at {
			kill()
		}
	}
	when.Store(&moment)
	defer when.Store(nil)
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/invoke", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
		_ = resp.Body.Close() // The sweep was faster.
	}
	kill()
}

// endLease ends the lease of a run that was killed.
func (o *outside) endLease(t *testing.T) {
	t.Helper()
	endLeaseIn(t, o.stateConfig(), "run/end")
}

func endLeaseIn(t *testing.T, c store.Config, key string) {
	t.Helper()
	s, err := store.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "leases", Key: key}}})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// finish starts the function, has it sweep to the end, and counts the moments.
func (o *outside) finish(t *testing.T) int64 {
	t.Helper()
	var moments atomic.Int64
	moment := func() { moments.Add(1) }
	o.moment.Store(&moment)
	f := o.start(t)
	f.sweep()
	if code := f.stop(); code != 0 {
		t.Errorf("exit code %d, want 0\n%s", code, f.output())
	}
	return moments.Load()
}

var (
	tableRow  = regexp.MustCompile(`^(\S.*?)\s{2,}(\d{20})`)
	messageID = regexp.MustCompile(`id ([0-9a-f]{12})`)
)

// changes returns what was notified since it was last asked for: what happened to
// which card, with the ids of the messages that said so.
func (o *outside) changes(t *testing.T) map[string][]string {
	t.Helper()
	return changesIn(t, o.arrived())
}

func changesIn(t *testing.T, messages []slacktest.Message) map[string][]string {
	t.Helper()
	notified := make(map[string][]string)
	for _, m := range messages {
		text := m.Plain()
		id := messageID.FindStringSubmatch(text)
		if id == nil || strings.Contains(text, "are shown") {
			t.Fatalf("a message has no id, or leaves cards out:\n%s", text)
		}
		for line := range strings.Lines(text) {
			// The kind alone: which rule it is stands above where all are of one.
			if row := tableRow.FindStringSubmatch(line); row != nil {
				kind, _, _ := strings.Cut(strings.Replace(row[1], ":", " ", 1), " ")
				key := fmt.Sprintf("%s %s", kind, row[2])
				notified[key] = append(notified[key], id[1])
			}
		}
	}
	return notified
}

// TestKilledSweeps kills the function with SIGKILL at random moments and starts it
// again on the same state. What is notified is what an undisturbed function
// notifies; what is repeated has the same id each time.
func TestKilledSweeps(t *testing.T) {
	t.Parallel()
	killedSweeps(t, newOutside(t, 160), newOutside(t, 160))
}

// killedSweeps has one function undisturbed, and kills the other.
func killedSweeps(t *testing.T, calm, killed *outside) {
	t.Helper()
	chance := rand.New(rand.NewPCG(1, 2))
	alerts(t) // takes longer than a sweep
	repeated := 0
	for i, stage := range stages {
		stage(calm.cloud)
		start, before := time.Now(), calm.tableCalls.Load()
		moments := calm.finish(t)
		usual, inTable := time.Since(start), calm.tableCalls.Load()-before
		stage(killed.cloud)
		for n := range *kills / len(stages) {
			switch {
			case n%4 == 0:
				killed.kill(t, time.Duration(1+chance.Int64N(int64(usual))), 0)
			case n%4 == 1: // before its last answer: Slack has a message, and the function does not know
				killed.kill(t, time.Minute, moments)
			case n%4 == 2 && inTable > 0:
				killed.killAtTable(t, 1+chance.Int64N(inTable))
			default:
				killed.kill(t, time.Minute, 1+chance.Int64N(moments))
			}
		}
		killed.finish(t)
		want, got := calm.changes(t), killed.changes(t)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" || len(want) == 0 {
			t.Errorf("stage %d: notified by the undisturbed (-) and the killed function (+):\n%s", i, diff)
		}
		for what, ids := range got {
			if len(ids) > 1 {
				repeated++
			}
			if len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 1 {
				t.Errorf("stage %d: %s was notified by different messages %v", i, what, ids)
			}
		}
	}
	if repeated == 0 {
		t.Error("nothing was notified more than once, want some of it: the kills missed their moments")
	}
	t.Logf("%d kills, %d changes notified more than once, each with one id", *kills, repeated)
}
