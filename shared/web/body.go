package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// MaxBody is the largest request body that is read, in bytes.
const MaxBody = 1 << 20

// ReadBody returns the body of a request that says it is JSON: 415 where it
// does not, 413 where it is larger than MaxBody.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, NewError(http.StatusUnsupportedMediaType, "not-json", "Send the body as Content-Type: application/json.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, NewError(http.StatusRequestEntityTooLarge, "body-too-large", "Send at most 1 MiB.")
	}
	if err != nil {
		return nil, NewError(http.StatusBadRequest, "body-incomplete", "The body did not arrive whole.").Because(err)
	}
	return body, nil
}

// DecodeJSON reads one JSON object into v, a pointer to a struct. It refuses
// what encoding/json alone would let pass: unknown members and a second value.
func DecodeJSON(body []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return badJSON(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return NewError(http.StatusBadRequest, "invalid-json", "Send one JSON object and nothing after it.")
	}
	return nil
}

// badJSON names the member that is wrong where encoding/json knows it. Its own
// text is not shown: it may repeat the body.
func badJSON(err error) error {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && kind.Field != "" {
		return BadMember(kind.Field, "This member cannot be a "+kind.Value+".")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return BadMember(strings.Trim(name, `"`), "This member is not known here.")
	}
	return NewError(http.StatusBadRequest, "invalid-json", "The body is not a JSON object.").Because(err)
}
