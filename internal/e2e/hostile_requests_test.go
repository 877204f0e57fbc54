package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// markup is what must never come back as it was sent.
var markup = []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "<svg/onload=alert(1)>"}

// hostile is one request as bytes, and what its client does after it.
type hostile struct {
	sent string
	// leaves: the client closes its side, because the server still waits for
	// more. It must not wait for long anyway.
	leaves bool
}

// generator makes hostile requests, the same ones of the same seed.
type generator struct {
	*rand.Rand

	iccid string // of a card that is there
}

func newGenerator(seed uint64, iccid string) generator {
	return generator{rand.New(rand.NewPCG(seed, 8)), iccid}
}

func (g generator) one(of ...string) string { return of[g.IntN(len(of))] }

// request makes one: mostly of a form that reaches a handler, with something odd in
// one or more parts.
func (g generator) request() hostile {
	if g.IntN(10) == 0 {
		return hostile{g.noHTTP(), true}
	}
	method, path := g.one("GET", "POST", "POST"), g.one("/cards/"+g.iccid+"/flow", "/conversions", "/conversions", "/invoke")
	header, body := []string{"Host: x", g.token(), "Content-Type: application/json"}, `{"verified":1,"requested":2}`
	for range 1 + g.IntN(5)/3 {
		switch g.IntN(8) {
		case 0:
			method = g.method()
		case 1:
			path = g.path()
		case 2, 3:
			header = append(header, g.header()...)
		default:
			body = g.body()
		}
	}
	header, body, leaves := g.frame(header, body)
	return hostile{method + " " + path + " " + g.version() + "\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n" + body, leaves}
}

// noHTTP is something else on the port.
func (g generator) noHTTP() string {
	noise := make([]byte, g.IntN(2000))
	for i := range noise {
		noise[i] = byte(g.UintN(256))
	}
	return g.one(string(noise), "", "\r\n\r\n\r\n", "GET /\r\n", "GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET  /  HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 20_000), "GET /"+strings.Repeat("a", 20_000)+" HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n"+strings.Repeat("X-Y: z\r\n", 5000)+"\r\n")
}

func (g generator) method() string {
	return g.one("get", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PRI", strings.Repeat("M", 3000),
		"GE\tT", "GET\x00", "\xff", g.one(markup...), "POST,GET", "PROPFIND", "")
}

func (g generator) path() string {
	tag := strings.ReplaceAll(g.one(markup...), " ", "+")
	return g.one(
		"*", "", "//", "/..", "/../../etc/passwd", "/cards/..%2f..%2fetc%2fpasswd/flow", "/cards/%00/flow", "/cards/%zz/flow",
		"/cards/"+g.iccid+"%2fflow", "/cards//flow", "/cards/"+g.iccid+"/flow/", "//cards/"+g.iccid+"/flow", "/healthz/../metrics",
		"/cards/"+tag+"/flow", "/"+tag, "/cards/"+g.iccid+"/flow?"+tag+"=1", "/cards/"+g.iccid+"/flow?month="+tag,
		"/cards/"+g.iccid+"/flow?month=202610;month=202611", "/cards/"+g.iccid+"/flow?"+strings.Repeat("month=202610&", 400),
		"/cards/"+g.iccid+"/flow?month="+strings.Repeat("9", 5000), "/cards/"+g.iccid+"/flow?%ff=%fe", "/cards/8986🂡8986032100/flow",
		"http://evil.example/healthz", "http://evil.example@x/metrics", "/"+strings.Repeat("a/", 2000), "/metrics", "/readyz", "/invoke",
		"javascript:alert(1)", "/healthz#"+tag, "/cards/"+strings.Repeat("8", 4000)+"/flow", "\\healthz", "/health\x7fz", "/%68ealthz",
	)
}

// token is right, wrong or missing. Wrong ones come from many addresses, but for a few.
func (g generator) token() string {
	from := fmt.Sprintf("X-Forwarded-For: 198.51.%d.%d\r\n", g.IntN(256), g.IntN(256))
	if g.IntN(200) == 0 {
		from = ""
	}
	if g.IntN(2) == 0 {
		return "Authorization: Bearer " + token
	}
	return g.one("X-No-Token: at-all", from+"Authorization: Bearer wrong-token-"+strconv.FormatUint(g.Uint64(), 10), from+"Authorization: Basic dXNlcjpwYXNz",
		from+"Authorization: Bearer", from+"Authorization: Bearer "+strings.Repeat("x", 3000), from+"Authorization: Bearer "+token+" "+token,
		from+"Authorization: Bearer "+g.one(markup...))
}

func (g generator) header() []string {
	return [][]string{
		{"Host: y"},
		{"Host: " + g.one(markup...)},
		{"Transfer-Encoding: identity"},
		{"Transfer-Encoding: chunked, identity"},
		{"Transfer-Encoding : chunked"},
		{"Transfer-Encoding: xchunked"},
		{"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"},
		{"Content-Length: 3", "Content-Length: 4"},
		{"Content-Length: -1"},
		{"Content-Length: 99999999999999999999"},
		{"Content-Length: 0x10"},
		{"Expect: 100-continue"},
		{"Expect: 200-everything"},
		{"Content-Type: text/html"},
		{"Content-Type: application/json; charset=" + g.one(markup...)},
		{"Content-Encoding: gzip"},
		{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"},
		{"Connection: Authorization, Host, close"},
		{"X-Fc-Control-Path: /invoke", "X-Fc-Request-Id: " + g.one(markup...), "X-Fc-Function-Timeout: 1", "X-Fc-Access-Key-Id: a", "X-Fc-Access-Key-Secret: b"},
		{"X-Forwarded-For: " + g.one(markup...)},
		{"X-HTTP-Method-Override: DELETE", "X-Original-URL: /metrics", "X-Rewrite-URL: /invoke"},
		{"Folded: one\r\n two"},
		{"Null: \x00"},
		{"Latin: \xe9\xff"},
		{" Leading: space"},
		{": nameless"},
		{"No colon at all"},
		{"Bare: newline\nSmuggled: yes"},
		{"Cookie: " + strings.Repeat("a=b; ", 500)},
		{"Range: bytes=0-0,1-1,2-2", "If-None-Match: *", "Accept: " + g.one(markup...), "Origin: null", "Referer: javascript:alert(1)"},
		{"Trailer: Authorization, Content-Length"},
	}[g.IntN(31)]
}

func (g generator) body() string {
	tag := strings.ReplaceAll(g.one(markup...), `"`, `\"`)
	return g.one(
		"", "null", "[]", "0", `"text"`, "{", "{}{}", "{\"a\"", "\xff\xfe{}", "\xef\xbb\xbf{}", strings.Repeat("[", 100_000),
		strings.Repeat(`{"verified":`, 20_000), `{"verified":1,"verified":2,"requested":3}`, `{"Verified":1,"requested":2}`,
		`{"`+tag+`":1}`, `{"verified":"`+tag+`"}`, `{"conversionRate":"`+tag+`"}`, `{"conversionRate":1e400}`, `{"conversionRate":NaN}`,
		`{"conversionRate":-0.5}`, `{"conversionRate":0.`+strings.Repeat("1", 60_000)+`}`, `{"verified":9223372036854775808,"requested":1}`,
		`{"conversionRate":0.5,"reportTime":-9223372036854775808}`, `{"conversionRate":{"a":{"a":{"a":1,"a":2}}}}`,
		`{"verified":1,"requested":2,"reportTime":99999999999999}`, `{"verified":1,"requested":2,"__proto__":{}}`,
		`{"verif\u0069ed":1,"verified":1,"requested":2}`, `{"conversionRate":"\ud800"}`, strings.Repeat("x", 200_000),
		"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "verified=1&requested=2",
		`{"payload":"summary"}`, strings.Repeat(" ", 150_000)+"{}", `{"verified":1,"requested":2}`+strings.Repeat("\x00", 1000),
	)
}

func (g generator) version() string {
	if g.IntN(20) > 0 {
		return "HTTP/1.1"
	}
	return g.one("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1.1", "http/1.1", "", "HTTP/1.1 extra")
}

// frame says how long the body is: rightly, wrongly, in chunks, or in both ways.
func (g generator) frame(header []string, body string) (framed []string, sent string, leaves bool) {
	length := fmt.Sprintf("Content-Length: %d", len(body))
	chunks := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	add := func(lines ...string) []string { return slices.Concat(header, lines) }
	switch g.IntN(30) {
	case 0:
		return add("Transfer-Encoding: chunked"), chunks, false
	case 1:
		return add("Transfer-Encoding: chunked", length), chunks, false
	case 2:
		return add(length, "Transfer-Encoding: chunked"), body + "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", true
	case 3:
		return add("Transfer-Encoding: chunked"), g.one("zz\r\n", "ffffffffffffffff\r\n", "-1\r\n", "5;"+strings.Repeat("x", 9000)+"\r\n", "1\r\nab"), true
	case 4:
		return add(fmt.Sprintf("Content-Length: %d", len(body)+1000)), body, true
	case 5:
		return add(length), body + "POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", false
	case 6:
		return header, body, true
	default:
		return add(length), body, strings.Contains(strings.Join(header, "\n"), "Expect")
	}
}
