package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/slack/slacktest"
)

var kills = flag.Int("kills", 20, "how often TestKilledSweeps kills the function")

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

// round is a fleet whose function is run, and killed, on one state.
type round struct {
	cloud *aliyuntest.Server
	slack *slacktest.Server
	env   []string
	told  int // messages already looked at
}

func newRound(t *testing.T) *round {
	t.Helper()
	r := &round{
		cloud: aliyuntest.New(aliyuntest.Options{Cards: 160, QPS: map[string]int{"ListCardInfo": 1 << 20, "GetCardFlowInfo": 1 << 20}}),
		slack: slacktest.New(slacktest.Options{Burst: 1 << 20}),
	}
	mux := http.NewServeMux()
	mux.Handle("/", r.cloud)
	mux.Handle("/services/", r.slack)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.env = []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + server.URL, "SIGNALBOX_LINKCARD_QPS=1000",
		"SIGNALBOX_SLACK_WEBHOOK_URL=" + server.URL + r.slack.WebhookPath(), "SIGNALBOX_SLACK_SHOW_ICCID=true",
		"SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "state.json"), "SIGNALBOX_SWEEP_LEASE=1ms",
	}
	return r
}

// sweep starts the function, asks for a sweep, and kills it after a while; zero
// lets it finish.
func (r *round) sweep(t *testing.T, binary string, after time.Duration) {
	t.Helper()
	function := servetest.StartHTTP(t, binary, r.env...)
	defer function.Kill()
	ctx := t.Context()
	if after > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, after)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, function.URL+"/invoke", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		err = resp.Body.Close()
	}
	if after == 0 && (err != nil || resp.StatusCode != http.StatusOK) {
		t.Fatalf("sweep: %v, %+v\n%s", err, resp, function.Output())
	}
}

var (
	tableRow  = regexp.MustCompile(`^(\S.*?)\s{2,}(\d{20})`)
	messageID = regexp.MustCompile(`id ([0-9a-f]{12})`)
)

// news returns what was told since it was last asked: what happened to which
// card, with the ids of the messages that said so.
func (r *round) news(t *testing.T) map[string][]string {
	t.Helper()
	told := make(map[string][]string)
	inbox := r.slack.Inbox()
	for _, m := range inbox[r.told:] {
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
				told[key] = append(told[key], id[1])
			}
		}
	}
	r.told = len(inbox)
	return told
}

// TestKilledSweeps kills the function with SIGKILL at random moments and starts it
// again on the same state. What is told is what an undisturbed function tells;
// what is told twice has the same id both times.
func TestKilledSweeps(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, "signalbox/functions/alerts/bootstrap")
	calm, killed := newRound(t), newRound(t)
	chance := rand.New(rand.NewPCG(1, 2))
	start := time.Now()
	calm.sweep(t, binary, 0)
	usual := time.Since(start)
	twice := 0
	for i, stage := range stages {
		if i > 0 {
			stage(calm.cloud)
			calm.sweep(t, binary, 0)
		}
		stage(killed.cloud)
		for range *kills / len(stages) {
			killed.sweep(t, binary, time.Duration(1+chance.Int64N(int64(usual))))
		}
		killed.sweep(t, binary, 0)
		want, got := calm.news(t), killed.news(t)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" || len(want) == 0 {
			t.Errorf("stage %d: told by the undisturbed (-) and the killed function (+):\n%s", i, diff)
		}
		for what, ids := range got {
			if len(ids) > 1 {
				twice++
			}
			if len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 1 {
				t.Errorf("stage %d: %s was told by different messages %v", i, what, ids)
			}
		}
	}
	t.Logf("%d kills, %d pieces of news told more than once, each with one id", *kills, twice)
}
