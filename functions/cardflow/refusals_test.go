package cardflow_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
)

// TestEveryPathAsksForAToken shows none.
func TestEveryPathAsksForAToken(t *testing.T) {
	t.Parallel()
	h := newPages(t, aliyuntest.New(aliyuntest.Options{}))
	for _, r := range contract.Requests(t, "cardflow") {
		got := httptest.NewRecorder()
		contract.Handler(t, h).ServeHTTP(got, r)
		if got.Code != http.StatusUnauthorized {
			t.Errorf("%s %s = %d, %s; want 401", r.Method, r.URL.Path, got.Code, got.Body)
		}
	}
}

// TestPagesForPrograms has callers that name no HTML refused by a problem.
func TestPagesForPrograms(t *testing.T) {
	t.Parallel()
	h := newPages(t, aliyuntest.New(aliyuntest.Options{}))
	for target, status := range map[string]int{
		"/?card=1": http.StatusBadRequest,
		"/cards/" + sample + "?expires=1&signature=00": http.StatusForbidden,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		r.SetBasicAuth("anybody", token)
		got := httptest.NewRecorder()
		contract.Handler(t, h).ServeHTTP(got, r)
		if media := got.Header().Get("Content-Type"); got.Code != status || media != "application/problem+json" {
			t.Errorf("GET %s = %d, %s; want %d and a problem", target, got.Code, media, status)
		}
	}
}
