package serve_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"signalbox/internal/contract"
	"signalbox/shared/logging"
	"signalbox/shared/serve"
	"signalbox/shared/web"
)

// sampleRun is an answer of the sample that no function gives.
const sampleRun = "POST /invoke 200 application/json"

// TestMain wants the tests to see every answer that the contract has for all functions.
func TestMain(m *testing.M) {
	contract.Main(m, "every function", contract.Excuses{
		sampleRun: "the sample's runs report otherwise; internal/e2e has those of the functions",
		"POST /invoke 503 application/problem+json": "TestBodiesAreBounded has it of another path",
	})
}

// TestPathsOfEveryFunction asks for what needs no token.
func TestPathsOfEveryFunction(t *testing.T) {
	t.Parallel()
	h, err := serve.Handler(serve.Function{Name: "any", Handler: web.NewMux(logging.Discard())})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.yaml"} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodDelete} {
			want := http.StatusOK
			switch {
			case method == http.MethodDelete && (path == "/readyz" || path == "/metrics"):
				want = http.StatusNotFound
			case method == http.MethodDelete:
				want = http.StatusMethodNotAllowed
			}
			got := httptest.NewRecorder()
			contract.Handler(t, h).ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
			if got.Code != want {
				t.Errorf("%s %s = %d, %s; want %d", method, path, got.Code, got.Body, want)
			}
		}
	}
	invoke := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(invoke, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invoke", http.NoBody))
	if invoke.Code != http.StatusNotFound {
		t.Errorf("POST /invoke of a function without runs = %d, want 404", invoke.Code)
	}
}
