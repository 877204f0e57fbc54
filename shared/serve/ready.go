package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// readyTimeout is how long a function may take to say whether it is ready.
const readyTimeout = 5 * time.Second

// Unusable is a part of a function that does not work at present. Whoever asks
// reads its texts, so they hold public words only: no secrets, no addresses,
// no text of another's error.
type Unusable struct {
	// Part is what does not work, such as "state"; stable.
	Part string `json:"part"`
	// Reason says why.
	Reason string `json:"reason"`
	// Action says what to do about it.
	Action string `json:"action"`
}

// readiness adds GET /readyz: may this process be sent work? Unlike /healthz,
// it asks what the function depends on. It needs no token.
func (s *service) readiness(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Method == http.MethodGet || r.Method == http.MethodHead
		if !asked || r.URL.Path != "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
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
