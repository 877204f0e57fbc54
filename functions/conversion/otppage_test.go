package conversion_test

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incidentlink"
	"signalbox/shared/language"
	"signalbox/shared/otplink"
	"signalbox/shared/signedlink"
	"signalbox/shared/store"
)

// TestOTPPage has one prefix fall after a week: the page says so, in both languages, and
// that of the country names the prefix first.
func TestOTPPage(t *testing.T) {
	t.Parallel()
	p := newPages(t, 8, nil)
	for range 8 {
		p.pass(1, 0.05)
		run(t, p.Function)
	}
	all := bodyOf(t, look(t, p, "GET", "/otp?hours=6", "Authorization", pageBasic), http.StatusOK,
		"OTP rate low: SG +65 8123", "Everything else is normal.", "+08:00", "usually", "open incident", `?country=SG&hours=6"`)
	if strings.Contains(all, "Nothing is open") || strings.Contains(all, "nothing is compared") {
		t.Errorf("the page says that all is well:\n%s", all)
	}
	rows := regexp.MustCompile(`country=([A-Z]{2})&hours`).FindAllStringSubmatch(all, -1)
	if len(rows) != 2 || rows[0][1] != "SG" {
		t.Errorf("countries: %v, want SG and MY", rows)
	}
	sg := bodyOf(t, look(t, p, "GET", "/otp?country=SG&lang=zh", "Authorization", "Bearer "+token), http.StatusOK,
		"验证码转化率：SG", "+65 8123", "有告警", "全部国家和地区")
	if strings.Contains(sg, "+60") || strings.Index(sg, "<bdi>+65 8123</bdi>") > strings.Index(sg, "<bdi>+65 9123</bdi>") {
		t.Errorf("the page of SG has MY, or not the worst first:\n%s", sg)
	}
	my := bodyOf(t, look(t, p, "GET", "/otp?country=MY", "Authorization", pageBasic), http.StatusOK, "Nothing is open.", "+60 12345")
	if strings.Contains(my, "+65") {
		t.Errorf("the page of MY has SG:\n%s", my)
	}
	bodyOf(t, look(t, p, "GET", "/otp?country=unknown", "Authorization", pageBasic), http.StatusOK, "unknown country", "No OTP was requested.")
}

// TestWhoMaySeeTheRates tries each way in, and each that is none.
func TestWhoMaySeeTheRates(t *testing.T) {
	t.Parallel()
	p := newPages(t, 0, nil)
	link := strings.TrimPrefix(pageLinks.Page(p.now), pageBase)
	other := strings.TrimPrefix(otplink.New(pageBase, []string{"another-secret-0123"}).Page(p.now), pageBase)
	_, ofList, _ := strings.Cut(incidentlink.New(pageBase, []string{pageSecret}).List(p.now), "?")
	old := strings.TrimPrefix(pageLinks.Page(p.now.Add(-signedlink.Lifetime-2*time.Hour)), pageBase)
	tests := []struct {
		name, target, authorization string
		status                      int
		slug                        string
	}{
		{"token", "/otp", "Bearer " + token, 200, ""},
		{"password", "/otp", pageBasic, 200, ""},
		{"wrong token", "/otp", "Bearer some-other-token-000", 401, "unauthorized"},
		{"nothing shown", "/otp", "", 401, "unauthorized"},
		{"link", link, "", 200, ""},
		{"link with parameters", link + "&country=SG&hours=6&lang=zh", "", 200, ""},
		{"link with another", link + "&by=prefix", "", 403, "wrong-link"},
		{"link with an altered end", strings.Replace(link, "expires=1", "expires=2", 1), "", 403, "wrong-link"},
		{"link with an altered signature", link[:len(link)-1] + "g", "", 403, "wrong-link"},
		{"altered link and a token", link + "0", "Bearer " + token, 403, "wrong-link"},
		{"link of another secret", other, "", 403, "wrong-link"},
		{"link of another page", "/otp?" + ofList, "", 403, "wrong-link"},
		{"old link", old, "", 403, "old-link"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := bodyOf(t, look(t, p, "GET", tt.target, "Authorization", tt.authorization), tt.status)
			problem := look(t, p, "GET", tt.target, "Authorization", tt.authorization, "Accept", "application/json")
			if tt.status == 200 {
				return
			}
			if problem.Code != tt.status || !strings.Contains(problem.Body.String(), "signalbox:"+tt.slug+`"`) {
				t.Errorf("for a program: %d, %s; want %d, %s", problem.Code, problem.Body, tt.status, tt.slug)
			}
			if tt.status == 403 && strings.Contains(body, "<a") {
				t.Errorf("a wrong link shows a way on:\n%s", body)
			}
			if tt.status == 401 && problem.Header().Get("WWW-Authenticate") == "" {
				t.Error("there is no challenge")
			}
		})
	}
}

// TestOTPPageQuery refuses what it does not know, as pages and as problems.
func TestOTPPageQuery(t *testing.T) {
	t.Parallel()
	p := newPages(t, 0, nil)
	for query, field := range map[string]string{
		"hours=0": "hours", "hours=169": "hours", "hours=x": "hours", "hours=1&hours=2": "hours", "country=sg": "country", "country=ZZ": "country",
		"country=": "country", "country=%3Cscript%3E": "country", "by=prefix": "by", "lang%zz": "query",
	} {
		body := bodyOf(t, look(t, p, "GET", "/otp?"+query, "Authorization", pageBasic), http.StatusBadRequest, "Wrong address", field)
		if strings.Contains(body, "<script") {
			t.Errorf("%s: the page has a script", query)
		}
		problem := readProblem(t, look(t, p, "GET", "/otp?"+query, "Authorization", "Bearer "+token, "Accept", "application/json"))
		if problem.Field != field {
			t.Errorf("%s: %+v, want field %s", query, problem, field)
		}
	}
	seconds := newPages(t, 0, func(c *conversion.Config) { c.Length = time.Second })
	body := bodyOf(t, look(t, seconds, "GET", "/otp", "Authorization", pageBasic), http.StatusOK, "1 hour", `aria-current="page">2 hours`)
	if strings.Contains(body, "24 hours") {
		t.Error("the page offers more windows than it reads")
	}
	bodyOf(t, look(t, seconds, "GET", "/otp?hours=3", "Authorization", pageBasic), http.StatusBadRequest, "hours")
	if got := look(t, p, "POST", "/otp", "Authorization", pageBasic); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST = %d, want 405", got.Code)
	}
	head := look(t, p, "HEAD", "/otp", "Authorization", pageBasic)
	if head.Code != http.StatusOK || head.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("HEAD = %d, %v; want the headers of the page", head.Code, head.Header())
	}
}

// TestOTPPageWithoutAPast says so, and shows what was counted.
func TestOTPPageWithoutAPast(t *testing.T) {
	t.Parallel()
	p := newPages(t, 0, nil)
	p.pass(12, 1)
	body := bodyOf(t, look(t, p, "GET", "/otp", "Authorization", pageBasic), http.StatusOK, "There is no past yet", "Nothing is open.", "SG")
	if strings.Contains(body, "usually") || strings.Contains(body, `class="mark`) {
		t.Errorf("the page compares with nothing:\n%s", body)
	}
	young := newPages(t, 1, nil)
	bodyOf(t, look(t, young, "GET", "/otp", "Authorization", pageBasic), http.StatusOK, "The past is 24 hours old", "usually")
}

// TestOTPPageOfDamage says what cannot be read, and shows the rest.
func TestOTPPageOfDamage(t *testing.T) {
	t.Parallel()
	put := func(collection, key, value string) func(*testing.T, *pages) {
		return func(t *testing.T, p *pages) {
			t.Helper()
			if err := p.store.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: collection, Key: key, Value: []byte(value)}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name   string
		spoil  func(*testing.T, *pages)
		words  []string
		absent string
	}{
		{"past", put("watch", "profile", "{"), []string{"The past of the rates cannot be read", "Nothing is open."}, "usually"},
		{"newer past", put("watch", "profile", `{"profile":{"schema":99}}`), []string{"The past of the rates cannot be read"}, "usually"},
		{"incident", put("watch-incidents", "otp/all/rate", "{"), []string{"The incidents cannot be read", "usually"}, "Nothing is open"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPages(t, 1, nil)
			tt.spoil(t, p)
			body := bodyOf(t, look(t, p, "GET", "/otp", "Authorization", pageBasic), http.StatusOK, append(tt.words, "MY")...)
			if strings.Contains(body, tt.absent) {
				t.Errorf("the page says %q:\n%s", tt.absent, body)
			}
		})
	}
	p := newPages(t, 1, nil)
	p.windows.err = errors.New("dial tcp 10.0.0.7:6379: connection refused")
	body := bodyOf(t, look(t, p, "GET", "/otp", "Authorization", pageBasic), http.StatusServiceUnavailable, "The rates cannot be read")
	if strings.Contains(body, "10.0.0.7") {
		t.Errorf("the page says where the store is:\n%s", body)
	}
	p.windows.err = &store.DamagedError{ID: "x", Reason: "a window is damaged"}
	bodyOf(t, look(t, p, "GET", "/otp", "Authorization", pageBasic), http.StatusOK, "Some windows cannot be read", "MY")
	f, _, _ := setup(t)
	bodyOf(t, look(t, f, "GET", "/otp"), http.StatusNotImplemented, "No OTPs are counted here")
	if p := readProblem(t, look(t, f, "GET", "/otp", "Accept", "application/json")); !strings.HasSuffix(p.Type, ":no-store") {
		t.Errorf("without a store: %+v", p)
	}
}

// TestOTPPageChangesNothing has previews of links look at it.
func TestOTPPageChangesNothing(t *testing.T) {
	t.Parallel()
	p := newPages(t, 1, nil)
	before := records(t, p.store)
	link := strings.TrimPrefix(pageLinks.Page(p.now), pageBase)
	for _, agent := range []string{"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Googlebot/2.1"} {
		for _, method := range []string{"GET", "HEAD"} {
			got := look(t, p, method, link, "User-Agent", agent, "Accept", "*/*")
			if got.Code != http.StatusOK || method == "GET" && !strings.Contains(got.Body.String(), `<meta name="robots" content="noindex, nofollow">`) {
				t.Errorf("%s by %s = %d", method, agent, got.Code)
			}
		}
	}
	if diff := cmp.Diff(before, records(t, p.store)); diff != "" {
		t.Errorf("the store (-before +after):\n%s", diff)
	}
}

// records are those of the watch.
func records(t *testing.T, s store.Store) (all []store.Record) {
	t.Helper()
	for _, collection := range []string{"watch", "watch-incidents", "watch-aside", "watch-dead-letters"} {
		found, err := s.List(t.Context(), collection)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// TestOTPPageHasTheNumbersOfWindows counts OTPs in a ledger: the page, of all and of a
// country, adds up to GET /otp-windows, and no whole number is on it.
func TestOTPPageHasTheNumbersOfWindows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		time.Sleep(24 * time.Hour)
		w.postOTPs(t, 0, 500)
		time.Sleep(11 * time.Minute)
		if _, err := w.ledger.CloseDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.postOTPs(t, 500, 600)
		checkNumbers(t, w)
	})
}

// postOTPs counts OTPs: the first ones of the last hour, others of now.
func (w *world) postOTPs(t *testing.T, from, to int) {
	t.Helper()
	var events []string
	for i := from; i < to; i++ {
		number := []string{"+6581230000", "+6591230000", "+60123450000", "+923001230000"}[i%4]
		number = number[:len(number)-4] + fmt.Sprintf("%04d", 1000+i)
		at := time.Now()
		if from == 0 {
			at = at.Add(-time.Duration(i%5) * 13 * time.Minute)
		}
		events = append(events, fmt.Sprintf(`{"type":"requested","id":"o%d","to":"%s","time":%d}`, i, number, at.UnixMilli()))
		if i%3 > 0 {
			events = append(events, fmt.Sprintf(`{"type":"verified","id":"o%d","time":%d}`, i, at.UnixMilli()))
		}
	}
	if got := ask(t, w, "POST", "/otp-events", "["+strings.Join(events, ",")+"]"); got.Code != http.StatusOK {
		t.Fatalf("POST /otp-events = %d, %s", got.Code, got.Body)
	}
}

func checkNumbers(t *testing.T, w *world) {
	t.Helper()
	from := strings.ReplaceAll(time.Now().Add(-2*time.Hour).UTC().Format(time.RFC3339), "+", "%2B")
	closed, pending := make(map[string]window.Counts), int64(0)
	for _, one := range decoded[windowsAnswer](t, ask(t, w, "GET", "/otp-windows?by=prefix&from="+from, ""), http.StatusOK).Windows {
		for _, g := range one.By {
			c := window.Counts{Requested: int64(g.Requested), Verified: int64(g.Verified)}
			if one.Status == "open" || one.Status == "closing" {
				pending += c.Requested
				continue
			}
			for _, name := range []string{"", *g.Country, g.Prefix} {
				closed[name] = closed[name].Add(c)
			}
		}
	}
	if pending == 0 || closed[""].Requested+pending != 600 || closed["SG"].Requested == 0 {
		t.Fatalf("closed: %v, and %d in others; want some of both", closed, pending)
	}
	all := bodyOf(t, look(t, w, "GET", "/otp?hours=2"), http.StatusOK, counted(closed[""]), fmt.Sprintf("%d more requested since", pending))
	for _, name := range []string{"SG", "MY", "PK"} {
		checkRow(t, all, name, closed[name])
		country := bodyOf(t, look(t, w, "GET", "/otp?hours=2&country="+name), http.StatusOK, counted(closed[name]))
		for _, prefix := range []string{"+658123", "+659123", "+6012345", "+92300123"} {
			if c, ok := closed[prefix]; ok && strings.Contains(country, spaced(prefix)) {
				checkRow(t, country, spaced(prefix), c)
			}
		}
		if found := regexp.MustCompile(`\d{8,}`).FindString(regexp.MustCompile(`<style>.*</style>|href="[^"]*"`).ReplaceAllString(country, "")); found != "" {
			t.Errorf("the page of %s has %s", name, found)
		}
	}
}

func counted(c window.Counts) string {
	return fmt.Sprintf("%d requested, %d verified", c.Requested, c.Verified)
}

// spaced are the prefixes as the page writes them.
func spaced(prefix string) string {
	return map[string]string{"+658123": "+65 8123", "+659123": "+65 9123", "+6012345": "+60 12345", "+92300123": "+92 300123"}[prefix]
}

var tags = regexp.MustCompile(`<[^>]*>`)

// checkRow wants a row of the table with these numbers.
func checkRow(t *testing.T, body, name string, want window.Counts) {
	t.Helper()
	for _, row := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(body, -1) {
		cells := strings.Fields(html.UnescapeString(tags.ReplaceAllString(row, " ")))
		fields := strings.Fields(name)
		if len(cells) < len(fields)+2 || !slices.Equal(cells[:len(fields)], fields) {
			continue
		}
		if got := cells[len(fields) : len(fields)+2]; got[0] != language.Number(want.Requested) || got[1] != language.Number(want.Verified) {
			t.Errorf("%s has %v, want %+v", name, got, want)
		}
		return
	}
	t.Errorf("the page lacks %s:\n%s", name, body)
}
