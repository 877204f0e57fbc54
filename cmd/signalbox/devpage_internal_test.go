package main

import (
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// browser looks at a dev environment, and follows no redirect.
type browser struct {
	t    *testing.T
	base string
}

func (b browser) get(path string) page {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil, nil)
}

// post sends a form, and returns what the start page says then.
func (b browser) post(path string, form url.Values) string {
	b.t.Helper()
	if got := b.do(http.MethodPost, path, form, nil); got.status != http.StatusSeeOther {
		b.t.Errorf("POST %s of %v = %d, %s; want 303", path, form, got.status, got.body)
	}
	said := regexp.MustCompile(`role="status">(?s:(.*?))</p>`).FindStringSubmatch(b.get("/").body)
	if said == nil {
		b.t.Errorf("POST %s of %v: the start page says nothing of it", path, form)
		return ""
	}
	return html.UnescapeString(said[1])
}

func (b browser) do(method, path string, form url.Values, header http.Header) page {
	b.t.Helper()
	request := httptest.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	request.RequestURI = ""
	request.Header.Set("Accept", "text/html")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	maps.Copy(request.Header, header)
	if host := header.Get("Host"); host != "" {
		request.Host = host
	}
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	var body strings.Builder
	if err := response.Write(&body); err != nil {
		b.t.Fatal(err)
	}
	return page{response.StatusCode, response.Header.Get("Content-Type"), body.String()}
}

// TestDevStartPage follows every link of the start page.
func TestDevStartPage(t *testing.T) {
	t.Parallel()
	e, _ := startEnvironment(t)
	b := browser{t, e.base}
	start := b.get("/")
	if start.status != http.StatusOK || start.media != "text/html; charset=utf-8" || !strings.Contains(start.body, "<h1>Dev environment</h1>") {
		t.Fatalf("GET / = %d, %s, %s", start.status, start.media, start.body)
	}
	links := regexp.MustCompile(`<li><a href="([^"]+)"`).FindAllStringSubmatch(start.body, -1)
	if len(links) != 12 {
		t.Errorf("the start page has %d links, want 12", len(links))
	}
	for _, link := range links {
		path := strings.TrimPrefix(html.UnescapeString(link[1]), e.base)
		want := http.StatusOK
		if path == "/cardflow/" {
			want = http.StatusUnauthorized // it asks for the password
		}
		if got := b.get(path); got.status != want {
			t.Errorf("GET %s = %d, want %d", path, got.status, want)
		}
	}
	for _, want := range append(e.exports(), e.steps()[0].curl()) {
		if !strings.Contains(html.UnescapeString(start.body), want) {
			t.Errorf("the start page lacks %s", want)
		}
	}
	if strings.Contains(start.body, "Press in Slack") {
		t.Error("the start page has buttons of a bot that there is not")
	}
	if text := b.get("/index.txt"); !strings.HasPrefix(text.media, "text/plain") || !strings.Contains(text.body, "Slack inbox: ") {
		t.Errorf("GET /index.txt = %s, %s", text.media, text.body)
	}
}

// TestDevLetsThingsHappen presses each button of the start page.
func TestDevLetsThingsHappen(t *testing.T) {
	t.Parallel()
	e, _ := startEnvironment(t)
	b := browser{t, e.base}
	press := func(what, want string) {
		t.Helper()
		if said := b.post("/dev/happen", url.Values{"what": {what}}); !strings.Contains(said, want) {
			t.Errorf("%s says %q, want %q", what, said, want)
		}
	}
	last := func() string {
		inbox := e.slack.Inbox()
		if len(inbox) == 0 {
			return ""
		}
		return inbox[len(inbox)-1].Plain()
	}
	press("sweep", `"done":true`)
	press("slack-fails", "Slack fails")
	press("run-out", "Card "+e.cloud.ICCID(healthyCard)+" has used up its data")
	press("sweep", `status 500`)
	if got := last(); strings.Contains(got, "used up") {
		t.Errorf("Slack fails, and took\n%s", got)
	}
	press("recover", "work again")
	press("throttle", "throttles the next 20 calls")
	press("recover", "work again")
	press("sweep", `"done":true`)
	if got := last(); !strings.Contains(got, "used up") {
		t.Errorf("after a card ran out Slack has\n%s", got)
	}
	press("renew", "has all of its data again")
	press("sweep", `"resolved":1`)
	press("summary", "status 200")
	press("nothing", "There is no such thing.")
}

// TestDevRefusesOthersForms has a browser be sent here by another site.
func TestDevRefusesOthersForms(t *testing.T) {
	t.Parallel()
	e, _ := startEnvironment(t)
	b := browser{t, e.base}
	form := url.Values{"what": {"run-out"}}
	for name, header := range map[string]http.Header{
		"another site":   {"Sec-Fetch-Site": {"cross-site"}},
		"another origin": {"Origin": {"https://example.com"}},
		"another host":   {"Host": {"example.com"}},
	} {
		if got := b.do(http.MethodPost, "/dev/happen", form, header); got.status != http.StatusForbidden {
			t.Errorf("a form of %s = %d, want 403", name, got.status)
		}
	}
	if said := e.said.last(); said != "" {
		t.Errorf("it happened: %s", said)
	}
	for _, path := range []string{"/dev/press", "/dev/command"} {
		if said := b.post(path, url.Values{"text": {"open"}}); !strings.Contains(said, "without --bot") {
			t.Errorf("POST %s says %q", path, said)
		}
	}
}

// TestDevBot presses buttons and enters commands from the start page.
func TestDevBot(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	t.Cleanup(server.Close)
	e, err := newEnvironment(server.URL, t.TempDir(), devOptions{cards: 60, bot: true}, nil, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	server.Config.Handler = e
	b := browser{t, e.base}
	b.post("/dev/happen", url.Values{"what": {"sweep"}})
	form := regexp.MustCompile(`name="ts" value="([^"]+)"><input type="hidden" name="action" value="([^"]+)"><button>Acknowledge`).FindStringSubmatch(b.get("/").body)
	if form == nil {
		t.Fatalf("the start page has no button of a message:\n%s", b.get("/").body)
	}
	if said := b.post("/dev/press", url.Values{"ts": {form[1]}, "action": {html.UnescapeString(form[2])}}); !strings.Contains(said, "status 200") {
		t.Errorf("a button says %q", said)
	}
	if said := b.post("/dev/command", url.Values{"text": {"open"}}); !strings.Contains(said, "dev") {
		t.Errorf("/signalbox open says %q, want who takes care of it", said)
	}
	if said := b.post("/dev/press", url.Values{"ts": {"1.2"}, "action": {"none"}}); !strings.Contains(said, "cannot be pressed") {
		t.Errorf("a button of no message says %q", said)
	}
}
