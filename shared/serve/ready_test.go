package serve_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/internal/contract"
	"signalbox/shared/serve"
	"signalbox/shared/serve/servetest"
)

var notReady = regexp.MustCompile(`^{"type":"urn:problem-type:signalbox:not-ready","title":"Not ready","status":503,"requestId":"[^"]+",` +
	`"unusable":\[{"part":"sample","reason":"it is made so","action":"start it without SAMPLE=unready"}\]}$`)

func TestReady(t *testing.T) {
	t.Parallel()
	ask := request{method: "GET", path: "/readyz"}
	for name, start := range platforms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := start(t).send(t, ask)
			if got.Status != 200 || strings.TrimSpace(got.Body) != `{"status":"ready"}` {
				t.Errorf("GET /readyz = %+v, want ready", got)
			}
		})
	}
	binary := servetest.Build(t, bootstrap)
	unready := map[string]func(*testing.T) platform{
		"fc": func(t *testing.T) platform { t.Helper(); return fc{servetest.StartFC(t, binary, "SAMPLE=unready")} },
		"lambda": func(t *testing.T) platform {
			t.Helper()
			return lambda{servetest.StartLambda(t, binary, "SAMPLE=unready")}
		},
		"http": func(t *testing.T) platform {
			t.Helper()
			return startPlain(t, binary, "SAMPLE=unready")
		},
	}
	for name, start := range unready {
		t.Run("not "+name, func(t *testing.T) {
			t.Parallel()
			got := start(t).send(t, ask)
			if got.Status != 503 || !notReady.MatchString(got.Body) || got.Header["Content-Type"] != "application/problem+json" {
				t.Errorf("GET /readyz = %+v, want a 503 that says what is unusable", got)
			}
		})
	}
}

// TestReadyIsBounded has a function that waits for what never answers.
func TestReadyIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, err := serve.Handler(serve.Function{
			Name:    "slow",
			Handler: http.NotFoundHandler(),
			Ready: func(ctx context.Context) []serve.Unusable {
				<-ctx.Done()
				return []serve.Unusable{{Part: "store", Reason: "it does not answer"}}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		began, w := time.Now(), httptest.NewRecorder()
		contract.Handler(t, handler).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/readyz", nil))
		if took := time.Since(began); w.Code != http.StatusServiceUnavailable || took != 5*time.Second {
			t.Errorf("HEAD /readyz = %d after %s, want 503 after 5s", w.Code, took)
		}
	})
}

// TestReadyWithWarnings has a function that works, and is in danger.
func TestReadyWithWarnings(t *testing.T) {
	t.Parallel()
	warning := serve.Unusable{Part: "state", Reason: "it may be evicted", Action: "change that", Warning: true}
	for _, parts := range [][]serve.Unusable{{warning}, {warning, {Part: "other", Reason: "it is down"}}} {
		handler, err := serve.Handler(serve.Function{
			Name: "warned", Handler: http.NotFoundHandler(),
			Ready: func(context.Context) []serve.Unusable { return parts },
		})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		contract.Handler(t, handler).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		want := []int{http.StatusOK, http.StatusServiceUnavailable}[len(parts)-1]
		if w.Code != want || !strings.Contains(w.Body.String(), `"reason":"it may be evicted"`) {
			t.Errorf("GET /readyz with %d parts = %d, %s; want %d and the warning", len(parts), w.Code, w.Body, want)
		}
	}
}
