package event

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// requestEvent is what FC's HTTP trigger (v1), Lambda's function URLs and API
// Gateway's format 2.0 have in common. FC gives no raw query; only Lambda has
// cookies apart from the headers. The decoded queryStringParameters of Lambda
// say less than its raw query, and are not read.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/http-trigger-invoking-function
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
type requestEvent struct {
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
		Stage      string `json:"stage"`
		HTTP       struct {
			Method   string `json:"method"`
			Protocol string `json:"protocol"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
}

func isRequest(m members) bool {
	version := m.text("version")
	return (version == "v1" || version == "2.0") && m.object("requestContext").has("http") && !isAuthorizer(m)
}

func decodeRequest(raw []byte) (Event, error) {
	var e requestEvent
	if json.Unmarshal(raw, &e) != nil {
		return Event{}, errHTTP
	}
	body, err := readBody(e.Body, e.IsBase64Encoded)
	if err != nil {
		return Event{}, err
	}
	h := HTTP{
		method:   e.RequestContext.HTTP.Method,
		protocol: e.RequestContext.HTTP.Protocol,
		host:     e.RequestContext.DomainName,
		client:   e.RequestContext.HTTP.SourceIP,
		path:     withoutStage(e.RawPath, e.RequestContext.Stage),
		query:    e.query(),
		header:   e.header(),
		body:     body,
		answer:   form{cookiesApart: e.Version == "2.0"},
	}
	return Event{HTTP: &h}, nil
}

func (e requestEvent) query() string {
	if e.RawQueryString != "" || len(e.QueryParameters) == 0 {
		return e.RawQueryString
	}
	values := url.Values{}
	for key, value := range e.QueryParameters {
		values.Set(key, value)
	}
	return values.Encode()
}

func (e requestEvent) header() http.Header {
	header := singleHeader(e.Headers)
	if len(e.Cookies) > 0 && header.Get("Cookie") == "" {
		header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	return header
}

// singleHeader returns headers of one value each.
func singleHeader(values map[string]string) http.Header {
	header := http.Header{}
	// Sorted, so that two spellings of one name come in the same order each time.
	for _, name := range slices.Sorted(maps.Keys(values)) {
		header.Add(name, values[name])
	}
	return header
}
