package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/slack/slacktest"
)

// TestMemoryOfAHundredThousandCards sweeps the largest fleet that was asked for in
// the smallest instance that clouds have, and looks at the most memory that
// the process has had.
func TestMemoryOfAHundredThousandCards(t *testing.T) {
	t.Parallel()
	quotas := map[string]int{"ListCardInfo": 1 << 20, "GetCardFlowInfo": 1 << 20}
	cloud := aliyuntest.New(aliyuntest.Options{Cards: 100_000, QPS: quotas})
	slack := slacktest.New(slacktest.Options{})
	mux := http.NewServeMux()
	mux.Handle("/", cloud)
	mux.Handle("/services/", slack)
	server := httptest.NewServer(mux)
	defer server.Close()
	function := servetest.StartHTTP(t, servetest.Build(t, "signalbox/functions/alerts/bootstrap"),
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", // Any platform's word counts.
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT="+server.URL, "SIGNALBOX_LINKCARD_QPS=2000",
		"SIGNALBOX_SLACK_WEBHOOK_URL="+server.URL+slack.WebhookPath(),
		"SIGNALBOX_STATE_FILE="+filepath.Join(t.TempDir(), "alerts.db"),
	)
	got := request{"POST", "/invoke", ""}.send(t, function.URL)
	if got.Body["checked"] != 100_000.0 || got.Body["done"] != true || len(slack.Inbox()) != 1 {
		t.Errorf("sweep of 100000 cards: %+v and %d messages, want all of them checked and one", got, len(slack.Inbox()))
	}
	peak := peakMemory(t, function.PID())
	t.Logf("%.0f MB at the most", float64(peak)/(1<<20))
	if peak > 128<<20 {
		t.Errorf("the process had %d bytes at the most, want under 128 MB", peak)
	}
}

var highWater = regexp.MustCompile(`VmHWM:\s+([0-9]+) kB`)

// peakMemory returns the most bytes that a process has had resident.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	match := highWater.FindSubmatch(status)
	if match == nil {
		t.Fatalf("no high water mark in\n%s", status)
	}
	kb, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
