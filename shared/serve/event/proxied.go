package event

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// proxiedEvent is what API Gateway's REST APIs (format 1.0, which its HTTP APIs
// can send too) and an Application Load Balancer have in common. A load balancer
// gives headers and query either with one value a name or with lists of values,
// as its target group is set; API Gateway gives both.
//
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
type proxiedEvent struct {
	Version         string              `json:"version"`
	Method          string              `json:"httpMethod"`
	Path            string              `json:"path"`
	Query           map[string]string   `json:"queryStringParameters"`
	MultiQuery      map[string][]string `json:"multiValueQueryStringParameters"`
	Headers         map[string]string   `json:"headers"`
	MultiHeaders    map[string][]string `json:"multiValueHeaders"`
	Body            string              `json:"body"`
	IsBase64Encoded bool                `json:"isBase64Encoded"`
	RequestContext  struct {
		ELB        json.RawMessage `json:"elb"`
		Stage      string          `json:"stage"`
		DomainName string          `json:"domainName"`
		Protocol   string          `json:"protocol"`
		Identity   struct {
			SourceIP string `json:"sourceIp"`
		} `json:"identity"`
	} `json:"requestContext"`
}

// isProxied leaves out WebSocket APIs, whose events have a connectionId: what
// they send is no request.
func isProxied(m members) bool {
	requestContext := m.object("requestContext")
	gateway := requestContext.has("apiId") && !requestContext.has("connectionId")
	return m.has("httpMethod", "path") && (gateway || requestContext.has("elb")) && !isAuthorizer(m)
}

func decodeProxied(raw []byte) (Event, error) {
	var e proxiedEvent
	if json.Unmarshal(raw, &e) != nil {
		return Event{}, errHTTP
	}
	body, err := readBody(e.Body, e.IsBase64Encoded)
	if err != nil {
		return Event{}, err
	}
	balanced := e.RequestContext.ELB != nil
	h := HTTP{
		method:   e.Method,
		protocol: e.RequestContext.Protocol,
		host:     e.RequestContext.DomainName,
		client:   e.RequestContext.Identity.SourceIP,
		path:     e.Path,
		query:    e.query(balanced),
		header:   e.header(),
		body:     body,
		answer:   form{lists: e.MultiHeaders != nil || !balanced, described: balanced},
	}
	if balanced {
		h.client = forwardedFor(h.header)
	}
	if e.Version != "" { // A REST API has none, and its path no stage.
		h.path = withoutStage(e.Path, e.RequestContext.Stage)
	}
	return Event{HTTP: &h}, nil
}

// query leaves what a load balancer gives as it is, which is as it was sent. API
// Gateway has unescaped it.
func (e proxiedEvent) query(balanced bool) string {
	values := url.Values(e.MultiQuery)
	if values == nil {
		values = url.Values{}
		for key, value := range e.Query {
			values.Set(key, value)
		}
	}
	if !balanced {
		return values.Encode()
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[key] {
			pairs = append(pairs, key+"="+value)
		}
	}
	return strings.Join(pairs, "&")
}

func (e proxiedEvent) header() http.Header {
	if e.MultiHeaders == nil {
		return singleHeader(e.Headers)
	}
	header := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(e.MultiHeaders)) {
		for _, value := range e.MultiHeaders[name] {
			header.Add(name, value)
		}
	}
	return header
}

// forwardedFor returns the address that a load balancer has put last: those
// before it are the client's own claim.
func forwardedFor(header http.Header) string {
	all := strings.Join(header.Values("X-Forwarded-For"), ",")
	last := strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
	if host, _, err := net.SplitHostPort(last); err == nil {
		return host
	}
	return last
}
