//go:build browser

package browsertest_test

import (
	"bytes"
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack/slacktest"
)

var update = flag.Bool("update", false, "renew the pictures in doc")

// newInbox sweeps a fleet and returns the address of the stand-in's inbox, with
// what a bot has posted, and the stand-in of the fleet.
func newInbox(t *testing.T) (address string, cloud *aliyuntest.Server) {
	t.Helper()
	cloud = aliyuntest.New(aliyuntest.Options{Cards: 300})
	slack := slacktest.New(slacktest.Options{Channels: []string{"sim-cards"}, Burst: 100})
	mux := http.NewServeMux()
	mux.Handle("/{$}", cloud)
	mux.Handle("/", slack)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	function, err := alerts.FromEnv([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + server.URL, "SIGNALBOX_SLACK_API_URL=" + server.URL + "/api/",
		"SIGNALBOX_SLACK_BOT_TOKEN=xoxb-test", "SIGNALBOX_SLACK_CHANNEL=sim-cards",
		"SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "alerts.db"),
	}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	sweep := func(payload string) {
		if _, err := function.Scheduled(t.Context(), event.Scheduled{Payload: payload}); err != nil {
			t.Fatal(err)
		}
	}
	sweep("")
	cloud.SetCard(cloud.ICCID(2), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
	sweep("")
	sweep(alerts.SummaryPayload)
	return server.URL + "/inbox", cloud
}

// silent has chromium do what it is told and nothing else.
func silent(t *testing.T) []string {
	t.Helper()
	return []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir=" + t.TempDir(),
	}
}

// chromium runs the browser once on a page and returns what it prints.
func chromium(t *testing.T, address string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "chromium", slices.Concat(silent(t), args, []string{address})...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, &stderr)
	}
	return stdout.String()
}

// TestInboxPage looks at the page as a person would see it.
func TestInboxPage(t *testing.T) {
	t.Parallel()
	address, cloud := newInbox(t)
	page := chromium(t, address, "--dump-dom")
	for _, words := range []string{
		"whose package ends soon", "high usage", "used up", "SIM cards on ", "单卡通用流量",
		card.ICCID(cloud.ICCID(2)).Masked(), "edited",
	} {
		if !strings.Contains(page, words) {
			t.Errorf("the page lacks %q", words)
		}
	}
	picture := filepath.Join(t.TempDir(), "inbox.png")
	chromium(t, address, "--screenshot="+picture, "--window-size=1300,1500")
	data, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "inbox.png", data)
}
