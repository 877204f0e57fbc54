package event

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var (
	errHTTP     = errors.New("HTTP event: rawPath and body must be strings, and headers an object of strings")
	errHTTPBody = errors.New("HTTP event: isBase64Encoded is true and body is not base64")
)

// HTTP is one HTTP request that came as an event.
type HTTP struct {
	event httpEvent
	body  []byte
}

// httpEvent is what FC's HTTP trigger, Lambda's function URLs and API Gateway
// v2 have in common. FC gives no raw query; only Lambda has cookies apart from
// the headers. The decoded queryStringParameters of Lambda say less than
// its raw query and are left alone.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/http-trigger-invoking-function
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
type httpEvent struct {
	Version         string            `json:"version"`
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	QueryParameters map[string]string `json:"queryParameters"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	RequestContext  struct {
		DomainName string `json:"domainName"`
		HTTP       struct {
			Method   string `json:"method"`
			Protocol string `json:"protocol"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
}

func decodeHTTP(raw []byte) (Event, error) {
	var h HTTP
	if json.Unmarshal(raw, &h.event) != nil {
		return Event{}, errHTTP
	}
	h.body = []byte(h.event.Body)
	if h.event.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(h.event.Body)
		if err != nil {
			return Event{}, errHTTPBody
		}
		h.body = body
	}
	return Event{HTTP: &h}, nil
}

// Request returns the request as net/http's own server would hand it to a
// handler. Its RemoteAddr has port 0: the platforms give the address only.
//
// The platforms join repeated headers, and FC repeated query keys, with commas
// before anybody sees them; such a value stays joined.
func (h *HTTP) Request(ctx context.Context) *http.Request {
	e := h.event
	target := e.url()
	r := &http.Request{
		Method:        cmp.Or(e.RequestContext.HTTP.Method, http.MethodGet),
		URL:           target,
		RequestURI:    target.RequestURI(),
		Header:        e.header(),
		Body:          http.NoBody,
		ContentLength: int64(len(h.body)),
		RemoteAddr:    net.JoinHostPort(e.RequestContext.HTTP.SourceIP, "0"),
	}
	if len(h.body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(h.body))
	}
	r.Host = cmp.Or(r.Header.Get("Host"), e.RequestContext.DomainName)
	r.Header.Del("Host")
	r.Proto, r.ProtoMajor, r.ProtoMinor = protocol(e.RequestContext.HTTP.Protocol)
	return r.WithContext(ctx)
}

// url keeps the path as it was sent, so that an escaped slash stays one.
func (e httpEvent) url() *url.URL {
	path := "/" + strings.TrimPrefix(e.RawPath, "/")
	target := &url.URL{Path: path, RawQuery: e.query()}
	// API Gateway is known to unescape parts of a rawPath: what is no valid
	// escaped path is the path itself.
	if decoded, err := url.PathUnescape(path); err == nil {
		target.Path, target.RawPath = decoded, path
	}
	return target
}

func (e httpEvent) query() string {
	if e.RawQueryString != "" || len(e.QueryParameters) == 0 {
		return e.RawQueryString
	}
	values := url.Values{}
	for key, value := range e.QueryParameters {
		values.Set(key, value)
	}
	return values.Encode()
}

func (e httpEvent) header() http.Header {
	header := http.Header{}
	// Sorted, so that two spellings of one name come in the same order each time.
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		header.Add(name, e.Headers[name])
	}
	if len(e.Cookies) > 0 && header.Get("Cookie") == "" {
		header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	return header
}

func protocol(text string) (proto string, major, minor int) {
	if major, minor, ok := http.ParseHTTPVersion(text); ok {
		return text, major, minor
	}
	return "HTTP/1.1", 1, 1
}
