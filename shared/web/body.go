package web

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
)

// MaxBody is the largest request body that is read, in bytes: as large as FC takes for
// an asynchronous invocation.
const MaxBody = 128 << 10

// ReadBody returns the body of a request that says it is JSON: 415 where it
// does not, 413 where it is larger than MaxBody.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, NewError(http.StatusUnsupportedMediaType, "not-json", "Send the body as Content-Type: application/json.")
	}
	return ReadBytes(w, r)
}

// ReadBytes returns the body of a request, whatever it is, and closes it: 413 where
// it is larger than MaxBody. An [*Error] of the body's own is passed on.
func ReadBytes(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	defer r.Body.Close()
	var body bytes.Buffer
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, MaxBody))
	if refusal, ok := errors.AsType[*Error](err); ok {
		return nil, refusal
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, NewError(http.StatusRequestEntityTooLarge, "body-too-large", "Send at most 128 KiB.")
	}
	if err != nil {
		return nil, NewError(http.StatusBadRequest, "body-incomplete", "The body did not arrive whole.").Because(err)
	}
	return body.Bytes(), nil
}
