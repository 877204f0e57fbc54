package web

import (
	"net/http"
	"slices"
)

// What other origins may send, and see of an answer. Credentials of the browser's
// own, such as those of HTTP Basic, are not among it: a script has to have a token.
const (
	corsMethods = "GET, HEAD, POST"
	corsRequest = "Authorization, Content-Type, If-None-Match, Prefer"
	corsAnswer  = "Age, Cache-Status, ETag, Retry-After"
	corsMaxAge  = "600" // seconds
)

// AllowOrigins has browsers let scripts from these origins, such as
// https://support.example.com, use what is on m (https://fetch.spec.whatwg.org/#http-cors-protocol).
// Without it no other origin may.
func (m *Mux) AllowOrigins(origins []string) { m.origins = origins }

// cors sets what a browser wants to know about r's origin. It reports whether r is a
// preflight, which is then answered, or refused.
func (m *Mux) cors(w http.ResponseWriter, r *http.Request) bool {
	if len(m.origins) == 0 {
		return false
	}
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	allowed := slices.Contains(m.origins, origin)
	if allowed {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", corsAnswer)
	}
	if r.Method != http.MethodOptions || origin == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	Handle(m.logger, "preflight", func(w http.ResponseWriter, _ *http.Request) error {
		if !allowed {
			return NewError(http.StatusForbidden, "origin-not-allowed", "Scripts of this origin may not use this function.")
		}
		w.Header().Set("Access-Control-Allow-Methods", corsMethods)
		w.Header().Set("Access-Control-Allow-Headers", corsRequest)
		w.Header().Set("Access-Control-Max-Age", corsMaxAge)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}).ServeHTTP(w, r)
	return true
}
