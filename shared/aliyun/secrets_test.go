package aliyun_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log" //nolint:depguard // net/http writes to it
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"signalbox/internal/testlog"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
)

// echoed are keys with all that a URL, a base64 text and a code are made of.
var echoed = credential.Credentials{AccessKeyID: "STS.NTkey1", AccessKeySecret: "key-secret", SecurityToken: "CAIS8wF/token+1x2y=="}

// body is a gateway's error.
func body(code, message, id any) string {
	text, err := json.Marshal(map[string]any{"Code": code, "Message": message, "RequestId": id, "Success": false, "ResponseCode": code, "ErrorMessage": message})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func page(status, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

// hostile are the replies that repeat what was sent: %s.
var hostile = map[string]func(sent string) string{
	"status line": func(s string) string { return page("200 "+s, "{}") },
	"status code": func(s string) string { return page(s, "{}") },
	"protocol":    func(s string) string { return s + " 200 OK\r\n\r\n" },
	"no HTTP":     func(s string) string { return s + "\r\n\r\n" },
	"Location":    func(s string) string { return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + s + "\r\n\r\n" },
	"bad Location": func(s string) string {
		return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://[" + s + "%zz\r\n\r\n"
	},
	"Content-Length":    func(s string) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + s + "\r\n\r\n" },
	"Transfer-Encoding": func(s string) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + s + "\r\n\r\n" },
	"chunk": func(s string) string {
		return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + s + "\r\n"
	},
	"trailer": func(s string) string {
		return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + s + "\r\n\r\n"
	},
	"header name": func(s string) string { return "HTTP/1.1 200 OK\r\n" + s + "\r\n\r\n" },
	"Date":        func(s string) string { return "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\nDate: " + s + "\r\n\r\n" },
	"hint": func(s string) string {
		return "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\nX-Acs-Retry-After: " + s + "\r\nX-Ratelimit-User: TimeLeft:" + s + "\r\n\r\n"
	},
	"early hints": func(s string) string {
		return "HTTP/1.1 103 " + s + "\r\nLink: " + s + "\r\n\r\n" + page("400 Bad", "{}")
	},
	"half a body":   func(s string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + s },
	"unasked":       func(s string) string { return page("500 Bad", "{}") + page("200 "+s, s) },
	"page":          func(s string) string { return page("502 Bad", "<html>"+s+"</html>") },
	"text":          func(s string) string { return page("200 OK", s) },
	"code":          func(s string) string { return page("400 Bad", body(s, "", "")) },
	"code of a 200": func(s string) string { return page("200 OK", body(s, "", "")) },
	"longer code":   func(s string) string { return page("403 Bad", body("InvalidParameter."+s, "", "")) },
	"message":       func(s string) string { return page("400 Bad", body("InvalidParameter", "You sent "+s+".", "")) },
	"message of a 200": func(s string) string {
		return page("200 OK", body("linkcard.check.IccidFormatError", "You sent "+s+".", ""))
	},
	"request id": func(s string) string { return page("500 Bad", body("InternalError", "", s)) },
	"lists":      func(s string) string { return page("200 OK", body([]string{s}, map[string]string{s: s}, []string{s})) },
	"XML": func(s string) string {
		var text bytes.Buffer
		text.WriteString("<Error><Code>" + url.QueryEscape(s) + "</Code><Message>" + url.QueryEscape(s) + "</Message></Error>")
		return page("400 Bad", text.String())
	},
}

// echo listens, answers each request with a hostile reply that repeats a part of it,
// and keeps the last signature.
type echo struct {
	address   string
	reply     func(sent string) string
	part      func(uri string) string
	signature atomic.Value
}

func newEcho(t *testing.T, reply, part func(string) string) *echo {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	e := &echo{address: listener.Addr().String(), reply: reply, part: part}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go e.answer(conn)
		}
	}()
	return e
}

func (e *echo) answer(conn net.Conn) {
	defer conn.Close()
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	e.signature.Store(request.URL.Query().Get("Signature"))
	_, _ = conn.Write([]byte(e.reply(e.part(request.RequestURI))))
}

// client returns a client of e with a transport of its own.
func (e *echo) client(t *testing.T, logger *slog.Logger) *aliyun.Client {
	t.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint: "http://" + e.address, Credentials: echoed, Quota: quota.NewLocal(10_000), MaxAttempts: 1, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// secrets are what nobody may see of the last call.
func (e *echo) secrets() []string {
	signature, _ := e.signature.Load().(string)
	return []string{
		echoed.AccessKeyID, echoed.AccessKeySecret, echoed.SecurityToken, url.QueryEscape(echoed.SecurityToken),
		"Signature", "AccessKeyId", "SecurityToken", signature, url.QueryEscape(signature),
	}
}

// parts are what a reply may repeat: all that was sent, as it is or decoded, or one
// of its parameters.
func parts() map[string]func(uri string) string {
	all := map[string]func(string) string{
		"URL": func(uri string) string { return "http://host" + uri },
		"decoded URL": func(uri string) string {
			decoded, err := url.QueryUnescape(uri)
			if err != nil {
				panic(err)
			}
			return decoded
		},
		"encoded URL": url.QueryEscape,
	}
	for _, name := range []string{"AccessKeyId", "SecurityToken", "Signature", "Iccid", "ICCID"} {
		all[name] = func(uri string) string {
			u, err := url.Parse(uri)
			if err != nil {
				panic(err)
			}
			return u.Query().Get(name)
		}
	}
	return all
}

// TestEchoesShowNothing has an upstream repeat what it was sent, in each part of a
// reply, and looks at what can be read of it at every level of the log.
func TestEchoesShowNothing(t *testing.T) { //nolint:paralleltest // reads the standard logger too
	var standard testlog.Buffer
	old := log.Writer()
	log.SetOutput(&standard)
	defer log.SetOutput(old)
	for where, reply := range hostile {
		for what, part := range parts() {
			e := newEcho(t, reply, part)
			for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				for service, call := range services {
					var text testlog.Buffer
					b := newBench(t, nil)
					err := call(t.Context(), e.client(t, logging.New(&text, level)), b.cloud)
					b.shows(err)
					shown := b.seen.String() + text.String() + standard.String()
					for _, secret := range append(e.secrets(), b.cloud.ICCID(0)) {
						if secret == "" || strings.Contains(shown, secret) {
							t.Fatalf("%s, which was sent its %s in the %s, shows %q: %s", service, what, where, secret, shown)
						}
					}
				}
			}
		}
	}
}
