package alerts_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
)

// listEnviron is an environment with others beside.
func listEnviron(file string, more ...string) []string {
	return append([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=http://127.0.0.1:1", "SIGNALBOX_SLACK_WEBHOOK_URL=http://127.0.0.1:1/services/T/B/X",
		"SIGNALBOX_STATE_FILE=" + file,
	}, more...)
}

// TestListConfigured has each way of configuring who may see the list, and what is wrong.
func TestListConfigured(t *testing.T) {
	t.Parallel()
	const (
		tokens = "SIGNALBOX_API_TOKENS=support:" + listToken
		where  = "SIGNALBOX_ALERTS_URL=" + alertsBase + "/"
		secret = "SIGNALBOX_LINK_SECRET=" + linkSecret
	)
	tests := []struct {
		name                      string
		environ                   []string
		wrong                     string // part of the error; "": none
		byToken, byLink, byNobody int    // statuses
	}{
		{"nothing", nil, "", 404, 403, 404},
		{"tokens", []string{tokens}, "", 200, 403, 401},
		{"links", []string{where, secret}, "", 401, 200, 401},
		{"both", []string{tokens, where, secret}, "", 200, 200, 401},
		{"a secret alone", []string{secret}, "", 404, 403, 404},
		{"an address alone", []string{where}, "SIGNALBOX_LINK_SECRET: is not set; it signs the links to SIGNALBOX_ALERTS_URL", 0, 0, 0},
		{"an address with a query", []string{where + "?a=b", secret}, "SIGNALBOX_ALERTS_URL: must be the address", 0, 0, 0},
		{"an address in the clear", []string{"SIGNALBOX_ALERTS_URL=http://example.com", secret}, "SIGNALBOX_ALERTS_URL: must begin with https", 0, 0, 0},
		{"the platform, without one", []string{"SIGNALBOX_AUTH=platform"}, "SIGNALBOX_AUTH: must be token", 0, 0, 0},
		{"the platform", []string{"SIGNALBOX_AUTH=platform", "FC_FUNCTION_NAME=alerts"}, "", 200, 403, 200},
		{"another way", []string{"SIGNALBOX_AUTH=none"}, "SIGNALBOX_AUTH: must be token or platform", 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var logs strings.Builder
			f, err := alerts.FromEnv(listEnviron(filepath.Join(t.TempDir(), "alerts.db"), tt.environ...), &logs)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) || strings.Contains(err.Error(), linkSecret) {
					t.Fatalf("FromEnv = %v, want %s", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = f.Close() })
			link := strings.TrimPrefix(listLinks.List(time.Now()), alertsBase)
			for _, way := range []struct {
				name, target, header string
				want                 int
			}{
				{"token", "/incidents", bearer, tt.byToken}, {"link", link, "", tt.byLink}, {"nothing", "/incidents", "", tt.byNobody},
			} {
				if got := ask(t, f.Handler, way.target, way.header); got.Code != way.want {
					t.Errorf("%s: status = %d: %s; want %d", way.name, got.Code, got.Body, way.want)
				}
			}
			if said := logs.String(); strings.Contains(said, listToken) || strings.Contains(said, "signature") || strings.Contains(said, linkSecret) {
				t.Errorf("the log has a secret: %s", said)
			}
			if tt.byLink == http.StatusOK && !strings.Contains(logs.String(), `"caller":"signed link"`) {
				t.Errorf("the log does not say who came by a link: %s", &logs)
			}
		})
	}
}

// TestListLeavesTheFileFree has another process open a file that is shared, after the list was
// read from it and before the function is closed.
func TestListLeavesTheFileFree(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "alerts.db")
	f, err := alerts.FromEnv(listEnviron(file, "SIGNALBOX_API_TOKENS="+listToken, "FC_FUNCTION_NAME=alerts"), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, _ = f.Scheduled(ctx, event.Scheduled{}) // It reaches nobody, but there is a state from now on.
	if got := ask(t, f.Handler, "/incidents", bearer); got.Code != http.StatusOK {
		t.Fatalf("status = %d: %s", got.Code, got.Body)
	}
	other, err := store.Open(store.Config{File: file, Namespace: "alerts"})
	if err != nil {
		t.Fatalf("another process cannot open the file: %v", err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
}
