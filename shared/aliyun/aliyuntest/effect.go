package aliyuntest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// effect answers one call with a fault; serve gives the answer without it.
type effect func(ctx context.Context, f Fault, q *query, serve func() answer) (answer, error)

// effects is the table of the faults that any action can have; nothing changes it.
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
	NoPermission:   refusal(http.StatusForbidden, "NoPermission", "You are not authorized to do this action."),
	RAMDenied:      denied(http.StatusForbidden),
	RAMDenied200:   denied(http.StatusOK),
	Reset:          reset,
	LostAnswer:     lose,
	ResetBody:      spoil(func(_ Fault, a *answer) { a.reset = true }),
	Slow:           slow,
	SlowBody:       spoil(func(f Fault, a *answer) { a.pause = f.Delay }),
	Truncated:      spoil(func(_ Fault, a *answer) { a.body = a.body[:len(a.body)/2] }),
	WrongLength:    spoil(func(_ Fault, a *answer) { a.cut = true }),
	XMLInstead:     xmlInstead,
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

// lose breaks the connection when all is done and nothing is said.
func lose(_ context.Context, _ Fault, _ *query, serve func() answer) (answer, error) {
	return answer{code: serve().code}, io.EOF
}

// denied refuses a permission as the service itself words it, which comes as an
// error of HTTP's or as an answer without success.
func denied(status int) effect {
	return func(_ context.Context, _ Fault, q *query, _ func() answer) (answer, error) {
		code, message := "linkcard.common.RamActionPermissionDeny", "The RAM user has no permission for "+q.api.name+"."
		failed := q.fail(code, message)
		if q.api.name == "ConversionData" {
			code = "RAM_PERMISSION_DENY"
			failed = q.respond(code, message)
		}
		if status != http.StatusOK {
			return q.refuse(&apiError{status, code, message}), nil
		}
		return q.encode(status, code, q.api.name+"Response", failed.body), nil
	}
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
