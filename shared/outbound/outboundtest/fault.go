package outboundtest

import "net/http"

// Fault answers a request in place of the fake; take has the fake take it.
type Fault func(w http.ResponseWriter, r *http.Request, take func() Answer)

// Hang takes nothing and answers nothing, until the caller leaves.
func Hang(_ http.ResponseWriter, r *http.Request, _ func() Answer) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// LoseAnswer takes the message and hangs up.
func LoseAnswer(_ http.ResponseWriter, _ *http.Request, take func() Answer) {
	take()
	panic(http.ErrAbortHandler)
}

// Page takes nothing and answers with a page, as what stands between does.
func Page(w http.ResponseWriter, _ *http.Request, _ func() Answer) {
	Answer{Media: "text/html", Body: "<!doctype html><title>Please log in</title>"}.send(w)
}

// Say takes nothing and answers a.
func Say(a Answer) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ func() Answer) { a.send(w) }
}
