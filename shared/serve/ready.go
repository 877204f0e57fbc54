package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
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
		if slices.ContainsFunc(unusable, func(u Unusable) bool { return !u.Warning }) {
			writeProblem(w, r, problem{
				Type:     "urn:problem-type:signalbox:not-ready",
				Title:    "Not ready",
				Status:   http.StatusServiceUnavailable,
				Unusable: unusable,
			})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(ready{"ready", unusable}) // The client may not be there any more.
	})
}

// ready is the answer where all works. Its warnings say what endangers it.
type ready struct {
	Status   string     `json:"status"`
	Warnings []Unusable `json:"warnings,omitempty"`
}

func (s *service) unusable(ctx context.Context) []Unusable {
	if s.Ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	return s.Ready(ctx)
}
