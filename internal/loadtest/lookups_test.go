package loadtest_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
)

var long = flag.Duration("lookups", time.Second, "how long cardflow gets lookups; from 30s on it is held to how fast it is to be")

const (
	token     = "a-token-of-26-characters--"
	cards     = 200
	perSecond = 2000
	ttl       = 20 * time.Second
	slice     = time.Second
)

// setup is the built cardflow between a client and Alibaba.
type setup struct {
	cloud      *aliyuntest.Server
	process    *servetest.HTTP
	ours, bare *client
	began      time.Time
}

func build(t *testing.T) *setup {
	t.Helper()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: cards, QPS: map[string]int{"GetCardFlowInfo": 400, "ListCardInfo": 400}})
	alibaba := httptest.NewServer(cloud)
	t.Cleanup(alibaba.Close)
	w := &setup{cloud: cloud, began: time.Now()}
	w.process = servetest.StartHTTP(t, servetest.Build(t, "signalbox/functions/cardflow/bootstrap"),
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT="+alibaba.URL, "SIGNALBOX_LINKCARD_QPS=200", "SIGNALBOX_API_TOKENS="+token,
		"SIGNALBOX_CACHE_TTL="+ttl.String(),
	)
	var targets []string
	for i := range cards {
		targets = append(targets, w.process.URL+"/cards/"+cloud.ICCID(i)+"/flow")
	}
	w.ours = newClient(t, token, targets...)
	var body []byte
	for range cards {
		var err error
		if body, err = w.ours.ask(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	w.bare = newClient(t, token, servetest.StartHTTP(t, os.Args[0], bodyFile+"="+file).URL+"/cards/x/flow")
	return w
}

// TestLookups looks 200 cards up 2,000 times a second, in slices that alternate with those
// of a bare server with the same body.
func TestLookups(t *testing.T) { //nolint:paralleltest // it measures
	w := build(t)
	var ours, bare []time.Duration
	for range int(*long / slice) {
		ours = append(ours, w.ours.atRate(t.Context(), perSecond, slice)...)
		bare = append(bare, w.bare.atRate(t.Context(), perSecond, slice/4)...)
	}
	var oursClosed, bareClosed float64
	for range 2 {
		oursClosed += w.ours.closedLoop(t.Context(), slice/2) / 2
		bareClosed += w.bare.closedLoop(t.Context(), slice/2) / 2
	}
	w.checkCalls(t)
	for name, c := range map[string]*client{"cardflow": w.ours, "the bare server": w.bare} {
		if n := c.failed.Load(); n > 0 {
			t.Errorf("%d requests of %s failed, such as: %s", n, name, *c.example.Load())
		}
	}
	median, p99, bareP99 := quantile(0.5, ours), quantile(0.99, ours), quantile(0.99, bare)
	peak := servetest.PeakBytes(t, w.process.PID())
	t.Logf("at %d/s: median %v (bare: %v), p99 %v (bare: %v); closed loop: %.0f/s (bare: %.0f/s, %.2f of it); %d MB at the most",
		perSecond, median, quantile(0.5, bare), p99, bareP99, oursClosed, bareClosed, oursClosed/bareClosed, peak>>20)
	if peak > 96<<20 {
		t.Errorf("the process had %d MB at the most, want at most 96", peak>>20)
	}
	if *long < 30*time.Second {
		return // so short, neighbours on the machine decide
	}
	if p99 > 3*bareP99+time.Millisecond {
		t.Errorf("p99 = %v, want at most three times %v and a millisecond", p99, bareP99)
	}
	if oursClosed < bareClosed/2 {
		t.Errorf("%.0f lookups a second in a closed loop, want half of %.0f", oursClosed, bareClosed)
	}
}

// checkCalls wants at most one call of each action for each card and TTL.
func (w *setup) checkCalls(t *testing.T) {
	t.Helper()
	most := 1 + int(time.Since(w.began)/ttl)
	for _, action := range []string{"GetCardFlowInfo", "ListCardInfo"} {
		perCard := map[string]int{}
		for _, call := range w.cloud.Calls(action) {
			perCard[call.Params.Get("Iccid")]++
		}
		for id, n := range perCard {
			if n > most {
				t.Errorf("%d calls of %s for %s, want at most %d", n, action, id, most)
			}
		}
		if len(perCard) != cards {
			t.Errorf("%s was called for %d cards, want %d", action, len(perCard), cards)
		}
	}
}
