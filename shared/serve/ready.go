package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// readyTimeout is how long a function may take to say whether it is ready.
const readyTimeout = 5 * time.Second

// readiness adds GET /readyz: may this process be sent work? Unlike /healthz,
// it asks what the function depends on. It needs no token.
func (s *service) readiness(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Method == http.MethodGet || r.Method == http.MethodHead
		if !asked || r.URL.Path != "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		unusable := s.unusable(r.Context())
		if len(unusable) > 0 {
			writeProblem(w, r, problem{
				Type:     "urn:problem-type:signalbox:not-ready",
				Title:    "Not ready",
				Status:   http.StatusServiceUnavailable,
				Unusable: unusable,
			})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"status": "ready"}) // The client may not be there any more.
	})
}

func (s *service) unusable(ctx context.Context) []Unusable {
	if s.Ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	return s.Ready(ctx)
}
