package serve

import "net/http"

// Handler returns f as plain HTTP mode serves it, for those who have a server
// of their own: with a request id, the guard against panics, and POST /invoke
// where f has a Tick.
func Handler(f Function) (http.Handler, error) {
	s, err := newService(f)
	if err != nil {
		return nil, err
	}
	return s.handler(false), nil
}

// handler puts what surrounds a function's own handler in order.
func (s *service) handler(custom bool) http.Handler {
	return identify(custom, s.guard(s.schedule(custom, s.Handler)))
}
