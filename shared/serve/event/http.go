package event

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

var (
	errHTTP     = errors.New("HTTP event: path, query and body must be strings, and headers an object of strings")
	errHTTPBody = errors.New("HTTP event: isBase64Encoded is true and body is not base64")
)

// HTTP is one HTTP request that came as an event.
type HTTP struct {
	method   string
	protocol string
	host     string // where no header has it
	client   string // address
	path     string // as it was sent, escaped
	query    string // likewise
	header   http.Header
	body     []byte
	answer   form // that the platform wants
}

// Request returns the request as net/http's own server would hand it to a
// handler. Its RemoteAddr has port 0: the platforms give the address only.
//
// Most platforms join repeated headers, and FC repeated query keys, with commas
// before anybody sees them; such a value stays joined.
func (h *HTTP) Request(ctx context.Context) *http.Request {
	target := h.url()
	r := &http.Request{
		Method:        cmp.Or(h.method, http.MethodGet),
		URL:           target,
		RequestURI:    target.RequestURI(),
		Header:        h.header.Clone(),
		Body:          http.NoBody,
		ContentLength: int64(len(h.body)),
		RemoteAddr:    net.JoinHostPort(h.client, "0"),
	}
	if len(h.body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(h.body))
	}
	r.Host = cmp.Or(r.Header.Get("Host"), h.host)
	r.Header.Del("Host")
	r.Proto, r.ProtoMajor, r.ProtoMinor = protocol(h.protocol)
	return r.WithContext(ctx)
}

// url keeps the path as it was sent, so that an escaped slash stays one.
func (h *HTTP) url() *url.URL {
	path := "/" + strings.TrimPrefix(h.path, "/")
	target := &url.URL{Path: path, RawQuery: h.query}
	// API Gateway is known to unescape parts of a path: what is no valid
	// escaped path is the path itself.
	if decoded, err := url.PathUnescape(path); err == nil {
		target.Path, target.RawPath = decoded, path
	}
	return target
}

func protocol(text string) (proto string, major, minor int) {
	if major, minor, ok := http.ParseHTTPVersion(text); ok {
		return text, major, minor
	}
	return "HTTP/1.1", 1, 1
}

// readBody decodes the body of an event.
func readBody(text string, encoded bool) ([]byte, error) {
	if !encoded {
		return []byte(text), nil
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errHTTPBody
	}
	return body, nil
}

// isAuthorizer knows what asks whether a request is to be let in. It has the
// members of the request.
func isAuthorizer(m members) bool { return m.has("methodArn") || m.has("routeArn") }

// withoutStage takes the name of an API Gateway stage off a path, in front of
// which API Gateway puts it.
func withoutStage(path, stage string) string {
	rest, ok := strings.CutPrefix(path, "/"+stage)
	if !ok || stage == "" || rest != "" && rest[0] != '/' {
		return path
	}
	return rest
}
