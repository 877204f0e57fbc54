package contract

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"
)

// Skip names operations, or answers of one, that are not held against the contract,
// such as "GET /healthz" or "POST /invoke 200 application/json".
type Skip []string

// Check fails the test where the contract does not have an answer.
func Check(tb testing.TB, r *http.Request, a Answer, skip Skip) {
	tb.Helper()
	b, err := ours()
	if err != nil {
		tb.Error(err)
		return
	}
	name, seen, err := b.check(r, a)
	if slices.Contains(skip, name) || slices.Contains(skip, name+" "+seen) {
		return
	}
	if name != "" {
		remember(name + " " + seen)
	}
	if err != nil {
		tb.Errorf("doc/openapi.yaml does not have the answer to %s %s: %v\n%d %v\n%.2000s", r.Method, r.URL.EscapedPath(), err, a.Status, a.Header, a.Body)
	}
}

// Handler returns h, whose answers are held against the contract.
func Handler(tb testing.TB, h http.Handler, skip ...string) http.Handler {
	tb.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Clone(r.Context())
		t := &tee{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(t, r)
		if t.header == nil {
			t.header = w.Header().Clone()
		}
		Check(tb, asked, Answer{t.status, t.header, t.body.Bytes()}, skip)
	})
}

// tee keeps what is written.
type tee struct {
	http.ResponseWriter

	status int
	header http.Header // as it was when the answer began
	body   bytes.Buffer
}

// WriteHeader begins the answer.
func (t *tee) WriteHeader(status int) {
	if t.header == nil {
		t.status, t.header = status, t.Header().Clone()
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write keeps a part of the body.
func (t *tee) Write(p []byte) (int, error) {
	if t.header == nil {
		t.header = t.Header().Clone()
	}
	t.body.Write(p)
	return t.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// Transport returns next, whose answers are held against the contract.
func Transport(tb testing.TB, next http.RoundTripper, skip ...string) http.RoundTripper {
	tb.Helper()
	return transport{tb, next, skip}
}

type transport struct {
	tb   testing.TB
	next http.RoundTripper
	skip Skip
}

// RoundTrip reads the answer whole.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	got, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(got.Body)
	if err := got.Body.Close(); err != nil {
		t.tb.Errorf("close an answer: %v", err)
	}
	if err != nil {
		return nil, err
	}
	Check(t.tb, r, Answer{got.StatusCode, got.Header, body}, t.skip)
	got.Body = io.NopCloser(bytes.NewReader(body))
	return got, nil
}
