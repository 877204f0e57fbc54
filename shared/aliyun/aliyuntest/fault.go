package aliyuntest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault is something that goes wrong with calls whose signature is right and whose
// quota is not used up.
type Fault struct {
	Action string // the action it strikes; "" means any
	Count  int    // how many calls; 0 means one, -1 all until ClearFaults
	Page   string // only calls with this PageNo; "" means any
	Kind   Kind
	// RetryAfter is sent by Throttle as x-acs-retry-after, in milliseconds; zero
	// sends no header.
	RetryAfter time.Duration
	Delay      time.Duration // of Slow and SlowBody
	Location   string        // of RedirectTo; "" means "/moved"
}

// Kind is a way for a call to go wrong.
type Kind string

// The kinds of faults. Slow, SlowBody, Truncated, WrongLength, ResetBody and
// XMLInstead serve the call and spoil its answer; the others do not serve it.
const (
	Throttle       Kind = "Throttle"       // Throttling.User, whatever the quota
	Status500      Kind = "Status500"      // a gateway error InternalError
	Unavailable503 Kind = "Unavailable503" // a gateway error ServiceUnavailable
	HTML502        Kind = "HTML502"        // a proxy's page
	NumericCode    Kind = "NumericCode"    // a gateway error whose Code is a JSON number
	RedirectTo     Kind = "RedirectTo"     // 302 to Location
	Huge           Kind = "Huge"           // an answer of 10 MB, valid as JSON
	ExpiredToken   Kind = "ExpiredToken"   // a gateway error InvalidSecurityToken.Expired
	NonceUsed      Kind = "NonceUsed"      // a gateway error SignatureNonceUsed
	LowerKeys      Kind = "LowerKeys"      // ServiceUnavailable with lower-case keys
	Reset          Kind = "Reset"          // the connection breaks before an answer
	ResetBody      Kind = "ResetBody"      // the connection breaks half-way through the body
	Slow           Kind = "Slow"           // nothing happens for Delay
	SlowBody       Kind = "SlowBody"       // the body stops half-way for Delay
	Truncated      Kind = "Truncated"      // the first half of the body passes for the whole
	WrongLength    Kind = "WrongLength"    // the body ends half-way to its Content-Length
	XMLInstead     Kind = "XMLInstead"     // XML, whatever was asked for
)

// effect answers one call with a fault; serve gives the answer without it.
type effect func(ctx context.Context, f Fault, q *query, serve func() answer) (answer, error)

// effects is the table of what each kind does; nothing changes it.
var effects = map[Kind]effect{
	Throttle:       throttle,
	Status500:      refusal(http.StatusInternalServerError, "InternalError", "The request processing has failed due to some unknown error."),
	Unavailable503: refusal(http.StatusServiceUnavailable, "ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
	HTML502:        page(http.StatusBadGateway, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>\n"),
	NumericCode:    page(http.StatusServiceUnavailable, "application/json", `{"RequestId":"0","Code":503,"Message":"busy"}`),
	RedirectTo:     redirect,
	Huge:           huge,
	ExpiredToken:   refusal(http.StatusBadRequest, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."),
	NonceUsed:      refusal(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already."),
	LowerKeys:      page(http.StatusServiceUnavailable, "application/json", `{"requestId":"0","code":"ServiceUnavailable","message":"busy"}`),
	Reset:          reset,
	ResetBody:      spoil(func(_ Fault, a *answer) { a.reset = true }),
	Slow:           slow,
	SlowBody:       spoil(func(f Fault, a *answer) { a.pause = f.Delay }),
	Truncated:      spoil(func(_ Fault, a *answer) { a.body = a.body[:len(a.body)/2] }),
	WrongLength:    spoil(func(_ Fault, a *answer) { a.cut = true }),
	XMLInstead:     xmlInstead,
}

// Inject makes calls go wrong. Faults strike in the order they were injected,
// one for each call. It panics on a kind it does not know.
func (s *Server) Inject(f Fault) {
	if effects[f.Kind] == nil {
		panic("aliyuntest: no fault of kind " + string(f.Kind))
	}
	f.Count = cmp.Or(f.Count, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// ClearFaults takes back the faults that have not struck.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// nextFault returns the fault that strikes this call, if any.
func (s *Server) nextFault(q *query) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.faults, func(f Fault) bool {
		return (f.Action == "" || f.Action == q.api.name) && (f.Page == "" || f.Page == q.get("PageNo"))
	})
	if i < 0 {
		return Fault{}, false
	}
	f := s.faults[i]
	if f.Count > 0 {
		s.faults[i].Count--
	}
	if s.faults[i].Count == 0 {
		s.faults = slices.Delete(s.faults, i, i+1)
	}
	return f, true
}

func throttle(_ context.Context, f Fault, q *query, _ func() answer) (answer, error) {
	a := q.refuse(throttled())
	if f.RetryAfter > 0 {
		a.header.Set("X-Acs-Retry-After", strconv.FormatInt(f.RetryAfter.Milliseconds(), 10))
	}
	return a, nil
}

func refusal(status int, code, message string) effect {
	return func(_ context.Context, _ Fault, q *query, _ func() answer) (answer, error) {
		return q.refuse(&apiError{status, code, message}), nil
	}
}

func page(status int, format, body string) effect {
	return func(_ context.Context, f Fault, q *query, _ func() answer) (answer, error) {
		return q.page(status, string(f.Kind), format, []byte(body)), nil
	}
}

func redirect(_ context.Context, f Fault, q *query, _ func() answer) (answer, error) {
	a := q.page(http.StatusFound, string(f.Kind), "text/html", nil)
	a.header.Set("Location", cmp.Or(f.Location, "/moved"))
	return a, nil
}

func huge(_ context.Context, f Fault, q *query, _ func() answer) (answer, error) {
	body := slices.Concat([]byte(`{"Padding":"`), bytes.Repeat([]byte("x"), 10*mb), []byte(`"}`))
	return q.page(http.StatusOK, string(f.Kind), "application/json", body), nil
}

func reset(_ context.Context, f Fault, _ *query, _ func() answer) (answer, error) {
	return answer{code: string(f.Kind)}, io.EOF
}

func slow(ctx context.Context, f Fault, _ *query, serve func() answer) (answer, error) {
	if err := wait(ctx, f.Delay); err != nil {
		return answer{code: string(f.Kind)}, err
	}
	return serve(), nil
}

func xmlInstead(_ context.Context, _ Fault, q *query, serve func() answer) (answer, error) {
	q.params.Set("Format", "XML")
	return serve(), nil
}

// spoil serves the call and then changes its answer.
func spoil(change func(Fault, *answer)) effect {
	return func(_ context.Context, f Fault, _ *query, serve func() answer) (answer, error) {
		a := serve()
		change(f, &a)
		return a, nil
	}
}
