package web

import (
	"context"
	"net/http"
)

// Route is the pattern of the route that answered a request, for whoever measures requests.
type Route struct{ Pattern string }

type routeKey struct{}

// WithRoute returns r with room for its route, which is there once r is answered. What
// has no route leaves it as it is.
func WithRoute(r *http.Request, unknown string) (*http.Request, *Route) {
	found := &Route{unknown}
	return r.WithContext(context.WithValue(r.Context(), routeKey{}, found)), found
}

// SetRoute says which route answers r.
func SetRoute(r *http.Request, pattern string) {
	if found, ok := r.Context().Value(routeKey{}).(*Route); ok {
		found.Pattern = pattern
	}
}
