package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// MaxBody is the largest request body that is read, in bytes, unless a route takes
// lists: as large as FC takes for an asynchronous invocation.
const MaxBody = 128 << 10

// ReadBody returns the body of a request that says it is JSON: 415 where it
// does not, 413 where it is larger than MaxBody.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, NewError(http.StatusUnsupportedMediaType, "not-json", "Send the body as Content-Type: application/json.")
	}
	defer r.Body.Close()
	return ReadBytes(w, r, MaxBody)
}

// ReadBytes returns the body of a request, whatever it is: 413 where it is larger
// than most bytes. An [*Error] of the body's own is passed on. Bodies that are not
// closed are bounded, see package serve: close it as soon as others may have its room.
func ReadBytes(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	var body bytes.Buffer
	limited := http.MaxBytesReader(w, r.Body, most)
	_, err := io.CopyN(&body, limited, 1) // it may wait, and takes no memory meanwhile
	if err == nil {
		body.Grow(int(max(0, min(r.ContentLength, most))) + bytes.MinRead)
		_, err = body.ReadFrom(limited)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if refusal, ok := errors.AsType[*Error](err); ok {
		return nil, refusal
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, NewError(http.StatusRequestEntityTooLarge, "body-too-large",
			"Send at most "+strconv.FormatInt(most>>10, 10)+" KiB.")
	}
	if err != nil {
		return nil, NewError(http.StatusBadRequest, "body-incomplete", "The body did not arrive whole.").Because(err)
	}
	return body.Bytes(), nil
}
