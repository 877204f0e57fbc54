package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"

	"signalbox/shared/logging"
)

// problemType begins every problem's type; what follows is stable.
const problemType = "urn:problem-type:signalbox:"

// Error is a refusal with two sides: Detail is for the caller, Err for the log.
type Error struct {
	Status int
	Slug   string // end of the problem's type, such as "invalid-month"; stable
	Field  string // parameter or member that is wrong; may be empty
	Detail string // what is wrong and what to do, for the caller
	Header http.Header
	Err    error // the cause; never shown to the caller
}

// NewError returns a refusal with a status, a stable name and a text for the
// caller.
func NewError(status int, slug, detail string) *Error {
	return &Error{Status: status, Slug: slug, Detail: detail}
}

// BadParameter refuses a malformed path or query parameter.
func BadParameter(field, detail string) *Error {
	return NewError(http.StatusBadRequest, "invalid-parameter", detail).of(field)
}

// BadField refuses a field of a form that breaks a rule.
func BadField(field, detail string) *Error {
	return NewError(http.StatusBadRequest, "invalid-field", detail).of(field)
}

// BadMember refuses a member of a JSON body that breaks a rule.
func BadMember(field, detail string) *Error {
	return NewError(http.StatusUnprocessableEntity, "invalid-member", detail).of(field)
}

// of names what is wrong. The caller may have chosen the name.
func (e *Error) of(field string) *Error {
	e.Field = logging.Untrusted(field)
	return e
}

// NotFound refuses a request for what does not exist.
func NotFound(slug, detail string) *Error { return NewError(http.StatusNotFound, slug, detail) }

// Because returns e with its cause, for the log.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// Error gives both sides, for the log.
func (e *Error) Error() string {
	text := e.Slug + ": " + e.Detail
	if e.Field != "" {
		text = e.Slug + " " + e.Field + ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// problem is the body of a refusal, RFC 9457.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"`
}

// MarshalJSON writes e as its problem, for answers that hold several.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(problem{
		Type: problemType + e.Slug, Title: cmp.Or(http.StatusText(e.Status), "Client Closed Request"), Status: e.Status, Detail: e.Detail, Field: e.Field,
	})
}

func (e *Error) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), e.Header)
	body, err := json.Marshal(e)
	if err != nil {
		body = []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Status)
	// A caller that has left needs no answer.
	_, _ = w.Write(append(body, '\n'))
}

// WriteError answers with the refusal that err is, or with a 500 that says nothing,
// for a handler that is not on a [Mux].
func WriteError(w http.ResponseWriter, err error) { asError(err).write(w) }

// asError returns the refusal that err is, or one that says nothing.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return NewError(http.StatusInternalServerError, "internal", "An internal error; it has been logged.")
}

// RetryAfter sets the header of that name: whole seconds, at least one.
func (e *Error) RetryAfter(d time.Duration) *Error {
	seconds := max(1, int((d+time.Second-1)/time.Second))
	e.Header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	return e
}
