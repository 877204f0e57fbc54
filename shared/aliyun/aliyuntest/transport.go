package aliyuntest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
)

// Transport returns a round tripper that hands each request to the fake
// without a socket, whatever the request's host. It honours the request's
// context, and a broken connection is the error that net/http would give: io.EOF
// before an answer, io.ErrUnexpectedEOF inside a body.
func (s *Server) Transport() http.RoundTripper {
	return transport{s}
}

type transport struct{ server *Server }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	a, err := t.server.answer(r)
	if err != nil {
		return nil, err
	}
	return a.response(r), nil
}

func (a answer) response(r *http.Request) *http.Response {
	a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	return &http.Response{
		Status:        strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        a.header,
		ContentLength: int64(len(a.body)),
		Body:          io.NopCloser(a.reader(r.Context())),
		Request:       r,
	}
}

// reader reads the body in two halves, with what lies between them.
func (a answer) reader(ctx context.Context) io.Reader {
	half := len(a.body) / 2
	between := func([]byte) (int, error) {
		if a.cut || a.reset {
			return 0, io.ErrUnexpectedEOF
		}
		if err := wait(ctx, a.pause); err != nil {
			return 0, err
		}
		return 0, io.EOF // of this part; the second half follows
	}
	return io.MultiReader(bytes.NewReader(a.body[:half]), readerFunc(between), bytes.NewReader(a.body[half:]))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
