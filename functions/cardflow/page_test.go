package cardflow_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/cardflow"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/signedlink"
	"signalbox/shared/web"
)

const (
	chromium   = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	linkSecret = "a-secret-of-links"
	pageBase   = "https://cards.example/prefix"
)

// newPages returns the function as it is deployed, with tokens and links.
func newPages(t *testing.T, cloud *aliyuntest.Server) http.Handler {
	t.Helper()
	source := newSource(t, cloud, 20)
	tokens := config.Tokens{{Name: "support", Secret: token}}
	return cardflow.New(cardflow.Config{
		Source: source, Lister: source, Guard: web.Bearer(tokens), PageGuard: web.Browser(tokens),
		Links: cardlink.New(pageBase, []string{linkSecret}), Zone: shanghai, Logger: logging.Discard(),
	})
}

// browse asks as a browser does. password may be empty.
func browse(t *testing.T, h http.Handler, target, password string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	r.Header.Set("Accept", chromium)
	if password != "" {
		r.SetBasicAuth("anybody", password)
	}
	recorder := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(recorder, r)
	return recorder
}

// checkPage wants a page with its headers, that says words.
func checkPage(t *testing.T, got *httptest.ResponseRecorder, status int, words string) {
	t.Helper()
	if got.Code != status || !strings.Contains(got.Body.String(), words) {
		t.Errorf("status = %d, body %s; want %d and %q", got.Code, got.Body, status, words)
	}
	want := map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"Cache-Control": "no-store", "Set-Cookie": "",
	}
	for name, value := range want {
		if got.Header().Get(name) != value {
			t.Errorf("%s = %q, want %q", name, got.Header().Get(name), value)
		}
	}
	if policy := got.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("Content-Security-Policy = %q", policy)
	}
}

// TestPageAsksForSixMonths has one lookup behind a page, and the answer of the API.
func TestPageAsksForSixMonths(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until(time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)) // February in Shanghai
		cloud := aliyuntest.New(aliyuntest.Options{})
		checkPage(t, browse(t, newPages(t, cloud), "/cards/"+cloud.ICCID(2), token), http.StatusOK, cloud.ICCID(2))
		calls := cloud.Calls(action)
		if len(calls) != 1 {
			t.Fatalf("%d lookups, want one", len(calls))
		}
		if got := strings.Join(dateList(t, calls[0]), ","); got != "202509,202510,202511,202512,202601,202602" {
			t.Errorf("the page asks for %s", got)
		}
	})
}

// linkTo returns the path and query of the link that the API gives.
func linkTo(t *testing.T, h http.Handler, id string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/cards/"+id+"/flow", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	got := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(got, r)
	var answer struct{ PageURL string }
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	path, ok := strings.CutPrefix(answer.PageURL, pageBase)
	if !ok {
		t.Fatalf("pageUrl = %q, want one below %s", answer.PageURL, pageBase)
	}
	return path
}

// TestSignedLink opens its card and no other, until its end.
func TestSignedLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until(time.Date(2026, 11, 29, 8, 45, 0, 0, shanghai))
		cloud := aliyuntest.New(aliyuntest.Options{})
		h := newPages(t, cloud)
		id, other := cloud.ICCID(2), cloud.ICCID(3)
		link := linkTo(t, h, id)
		checkPage(t, browse(t, h, link, ""), http.StatusOK, id)
		checkPage(t, browse(t, h, link+"&lang=zh", ""), http.StatusOK, "流量套餐")

		wrong := map[string]string{
			"another card":     strings.Replace(link, id, other, 1),
			"no card":          strings.Replace(link, id, "no-card", 1),
			"another month":    link + "&month=202611",
			"an escape broken": link + "&lang=%zz",
			"no signature":     link[:strings.Index(link, "&signature")],
			"no end":           "/cards/" + id + "?" + link[strings.Index(link, "signature="):],
		}
		for name, altered := range wrong {
			checkPage(t, browse(t, h, altered, ""), http.StatusForbidden, "This link is wrong")
			if got := browse(t, h, altered, token); got.Code != http.StatusForbidden {
				t.Errorf("%s, with a token = %d, want 403", name, got.Code)
			}
		}
		for i := strings.Index(link, "?") + 1; i < len(link); i++ {
			altered := []byte(link)
			altered[i] ^= 1
			if got := browse(t, h, string(altered), ""); got.Code != http.StatusForbidden {
				t.Errorf("%s = %d, want 403: byte %d is changed", altered, got.Code, i)
			}
		}
		if calls := cloud.Calls(action); len(calls) != 3 {
			t.Errorf("%d lookups, want one for the API and one for each page", len(calls))
		}
		time.Sleep(signedlink.Lifetime - time.Minute)
		checkPage(t, browse(t, h, link, ""), http.StatusOK, id)
		time.Sleep(24*time.Hour + time.Hour)
		checkPage(t, browse(t, h, link, ""), http.StatusForbidden, "This link is too old")
		if got := browse(t, h, strings.Replace(link, "?", "/flow?", 1), ""); got.Code != http.StatusUnauthorized {
			t.Errorf("the API by a link = %d, want 401", got.Code)
		}
	})
}

// TestNoLinksConfigured makes none and takes none.
func TestNoLinksConfigured(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	h := newFunction(t, newSource(t, cloud, 20))
	if got := get(t, h, "/cards/"+cloud.ICCID(0)+"/flow"); !strings.Contains(got.Body.String(), `"pageUrl":null`) {
		t.Errorf("answer = %s, want a pageUrl of null", got.Body)
	}
	forged := strings.TrimPrefix(cardlink.New(pageBase, []string{""}).To(card.ICCID(cloud.ICCID(0)), time.Now()), pageBase)
	checkPage(t, browse(t, h, forged, ""), http.StatusForbidden, "This link is wrong")
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	h := newPages(t, cloud)
	for _, target := range []string{"/", "/cards/" + cloud.ICCID(0), "/?iccid=" + cloud.ICCID(0)} {
		for _, password := range []string{"", "some-other-token"} {
			got := browse(t, h, target, password)
			checkPage(t, got, http.StatusUnauthorized, "Sign in")
			if challenge := got.Header().Get("WWW-Authenticate"); !strings.HasPrefix(challenge, "Basic realm=") {
				t.Errorf("WWW-Authenticate = %q, want a Basic challenge", challenge)
			}
		}
		if got := browse(t, h, target, token); got.Code >= http.StatusBadRequest {
			t.Errorf("%s with a token = %d", target, got.Code)
		}
	}
	got := browse(t, h, "/cards/"+cloud.ICCID(0)+"/flow", token)
	checkProblem(t, got, http.StatusUnauthorized, "unauthorized", "")
	if challenge := got.Header().Get("WWW-Authenticate"); !strings.HasPrefix(challenge, "Bearer ") {
		t.Errorf("WWW-Authenticate of the API = %q, want a Bearer challenge", challenge)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	h, id := newPages(t, cloud), cloud.ICCID(0)
	tests := []struct{ name, query, location string }{
		{"as printed", "?iccid=" + id, "cards/" + id},
		{"with spaces", "?iccid=" + url.QueryEscape(" "+id[:5]+" "+id[5:]+"\t"), "cards/" + id},
		{"in Chinese", "?iccid=" + id + "&lang=zh", "cards/" + id + "?lang=zh"},
	}
	for _, tt := range tests {
		got := browse(t, h, "/"+tt.query, token)
		if got.Code != http.StatusSeeOther || got.Header().Get("Location") != tt.location {
			t.Errorf("%s: %d to %q, want 303 to %s", tt.name, got.Code, got.Header().Get("Location"), tt.location)
		}
	}
	checkPage(t, browse(t, h, "/", token), http.StatusOK, `<label for="iccid">`)
	checkPage(t, browse(t, h, "/?iccid=", token), http.StatusOK, `<label for="iccid">`)
	checkPage(t, browse(t, h, "/?lang=zh", token), http.StatusOK, "查询物联网卡")
	checkPage(t, browse(t, h, "/?iccid=8986-1&lang=en", token), http.StatusBadRequest, "This is no ICCID")
	checkPage(t, browse(t, h, "/?iccid=//evil.example/x", token), http.StatusBadRequest, `value="//evil.example/x"`)
	checkPage(t, browse(t, h, "/?iccid=1&iccid=2", token), http.StatusBadRequest, "iccid")
	checkPage(t, browse(t, h, "/?icid=1", token), http.StatusBadRequest, "icid")
}

// TestRefusalsForBrowsers are pages for them, and problems for others.
func TestRefusalsForBrowsers(t *testing.T) {
	t.Parallel()
	always := func(k aliyuntest.Kind) func(*aliyuntest.Server) {
		return func(cloud *aliyuntest.Server) { cloud.Inject(aliyuntest.Fault{Kind: k, Count: -1, Delay: time.Minute}) }
	}
	tests := []struct {
		name, target string
		prepare      func(*aliyuntest.Server)
		status       int
		words, slug  string
	}{
		{"unknown card", "/cards/" + sample, nil, 404, "No such card", "no-such-card"},
		{"no ICCID", "/cards/1", nil, 400, "Wrong address", "invalid-parameter"},
		{"another parameter", "/cards/" + sample + "?month=202611", nil, 400, "month", "invalid-parameter"},
		{"unknown page", "/card", nil, 404, "No such page", "no-such-path"},
		{"throttled", "/cards/" + sample, func(cloud *aliyuntest.Server) { cloud.SetQPS(action, 0) }, 429, "Try again in 1 second.", "quota-exhausted"},
		{"failing", "/cards/" + sample, always(aliyuntest.Status500), 502, "Alibaba Cloud failed", "upstream-unavailable"},
		{"too slow", "/cards/" + sample, always(aliyuntest.Slow), 504, "No answer in time", "upstream-timeout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := aliyuntest.New(aliyuntest.Options{})
				if tt.prepare != nil {
					tt.prepare(cloud)
				}
				h := newPages(t, cloud)
				checkPage(t, browse(t, h, tt.target, token), tt.status, tt.words)
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, tt.target, http.NoBody)
				r.SetBasicAuth("anybody", token)
				got := httptest.NewRecorder()
				contract.Handler(t, h).ServeHTTP(got, r)
				if media := got.Header().Get("Content-Type"); got.Code != tt.status || media != "application/problem+json" || !strings.Contains(got.Body.String(), ":"+tt.slug) {
					t.Errorf("others get %d, %s: %s; want %d and the problem %s", got.Code, media, got.Body, tt.status, tt.slug)
				}
			})
		})
	}
}

// TestStalePage shows what was kept, and says so.
func TestStalePage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := aliyuntest.New(aliyuntest.Options{})
		source := newSource(t, cloud, 20)
		h := cardflow.New(cardflow.Config{
			Source: source, Lister: source, Guard: web.Open, PageGuard: web.Open, Zone: shanghai, Logger: logging.Discard(),
			TTL: time.Minute, Stale: time.Hour,
		})
		target := "/cards/" + cloud.ICCID(2)
		checkPage(t, browse(t, h, target, ""), http.StatusOK, "less than a minute ago")
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Status500, Count: -1})
		time.Sleep(10 * time.Minute)
		got := browse(t, h, target, "")
		checkPage(t, got, http.StatusOK, "Alibaba Cloud cannot be asked at the moment.")
		if !strings.Contains(got.Body.String(), "10 minutes ago") {
			t.Error("the page does not say how old it is")
		}
		synctest.Wait()
	})
}

// TestNamedCaller wants the token's name in the log, and of a link that it was one.
func TestNamedCaller(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	var logs strings.Builder
	function, err := cardflow.FromEnv([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + server.URL, "SIGNALBOX_API_TOKENS=support:" + token,
		"SIGNALBOX_PAGE_URL=" + pageBase + "/", "SIGNALBOX_LINK_SECRET=" + linkSecret,
		"SIGNALBOX_CORS_ORIGINS=https://support.example.com",
	}, &logs)
	if err != nil {
		t.Fatal(err)
	}
	link := linkTo(t, function.Handler, cloud.ICCID(2))
	checkPage(t, browse(t, function.Handler, link, ""), http.StatusOK, cloud.ICCID(2))
	for _, want := range []string{`"caller":"support"`, `"caller":"signed link"`} {
		if strings.Count(logs.String(), want) != 1 {
			t.Errorf("log = %s, want %s once", &logs, want)
		}
	}
	if strings.Contains(logs.String(), token) || strings.Contains(logs.String(), cloud.ICCID(2)) || strings.Contains(logs.String(), "signature") {
		t.Errorf("log = %s, want no token, no card and no signature", &logs)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/cards/"+cloud.ICCID(2)+"/flow", http.NoBody)
	r.Header.Set("Origin", "https://support.example.com")
	r.Header.Set("Authorization", "Bearer "+token)
	got := httptest.NewRecorder()
	contract.Handler(t, function.Handler).ServeHTTP(got, r)
	_, _ = io.Copy(io.Discard, got.Body)
	if vary := strings.Join(got.Header().Values("Vary"), ", "); got.Header().Get("Access-Control-Allow-Origin") != "https://support.example.com" || vary != "Origin, Accept" {
		t.Errorf("headers = %v, want the origin allowed, and Vary: Origin, Accept", got.Header())
	}
}
