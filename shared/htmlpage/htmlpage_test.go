package htmlpage_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
	"signalbox/shared/web"
)

const hostile = "\"><script>alert(1)</script>\u202e{{.}}"

// pages have a page of their own, "own.html", which shows one cell.
var pages = htmlpage.New(fstest.MapFS{
	"style.css": {Data: []byte(".own::before { content: \"<'&\"; }\n")},
	"own.html":  {Data: []byte(`{{template "top" .}}{{template "cell" .Cell}}{{template "bottom"}}`)},
})

type view struct {
	htmlpage.Frame

	Cell htmlpage.Cell
}

var own = htmlpage.Words{
	Home:     "To <all>",
	Refusals: map[string]htmlpage.Said{"own-slug": {Title: "Our own", Detail: "Said by us."}, "old-link": {Title: "Our old link"}},
	Fields:   map[string]htmlpage.Said{"month": {Title: "Our field", Detail: "From 1 to 12."}},
}

// render returns an English page with ways home and to the other language.
func render(t *testing.T, cell htmlpage.Cell) string {
	t.Helper()
	v := view{Frame: pages.Frame(language.English, own, "Title "+hostile), Cell: cell}
	v.Home, v.Other = "../?a=1&b="+url.QueryEscape(hostile), htmlpage.InOther(language.English, nil)
	body, err := pages.Render("own.html", v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func refuse(t *testing.T, l language.Language, r htmlpage.Refusal) string {
	t.Helper()
	body, err := pages.Refuse(l, own, r, url.Values{"expires": {"1"}}, "home")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// textOf is what a reader sees of a page.
func textOf(body string) string {
	_, body, _ = strings.Cut(body, "<body>")
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))), " ")
}

// TestPolicyNamesTheStyle hashes what a browser does: the style of all pages and the
// function's own, as they are on each page.
func TestPolicyNamesTheStyle(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"own":     render(t, htmlpage.Cell{}),
		"refusal": refuse(t, language.Chinese, htmlpage.Refusal{Status: 404}),
		"bare":    refuse(t, language.English, htmlpage.Refusal{Status: 403}),
	} {
		_, style, _ := strings.Cut(body, "<style>")
		style, _, ok := strings.Cut(style, "</style>")
		sum := sha256.Sum256([]byte(style))
		if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"; !ok || !strings.Contains(pages.Policy, want) {
			t.Errorf("%s: the policy %s lacks %s", name, pages.Policy, want)
		}
		if !strings.Contains(style, ":root {") || !strings.Contains(style, ".own::before") {
			t.Errorf("%s: the style lacks that of all pages, or the function's own", name)
		}
	}
	if !strings.HasPrefix(pages.Policy, "default-src 'none';") || strings.Contains(pages.Policy, "script-src") {
		t.Errorf("the policy is %s, want nothing by default and no script", pages.Policy)
	}
}

// TestEscaped wants no tag and no address that a text has made.
func TestEscaped(t *testing.T) {
	t.Parallel()
	plain := render(t, htmlpage.Cell{Text: "x"})
	got := render(t, htmlpage.Cell{Text: hostile})
	if strings.Count(got, "<") != strings.Count(plain, "<") || !strings.Contains(got, "<bdi>"+html.EscapeString(hostile)+"</bdi>") {
		t.Errorf("the page is %s", got)
	}
	refused := refuse(t, language.English, htmlpage.Refusal{Status: 400, Field: hostile, RequestID: hostile})
	if strings.Contains(refused, "<script") || strings.Contains(refused, "\u202e") || strings.Count(textOf(refused), `\u202e`) != 2 {
		t.Errorf("the refusal is %s", refused)
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	for want, cell := range map[string]htmlpage.Cell{
		"<bdi>a &amp; b</bdi>":                               {Text: "a & b"},
		`<time datetime="2026-11-29T08:45:00Z">today</time>`: {Text: "today", Time: "2026-11-29T08:45:00Z"},
		`<span class="unknown">not known</span>`:             {Text: "not known", Unknown: true},
	} {
		if got := render(t, cell); !strings.Contains(got, want) {
			t.Errorf("%+v is not shown as %s:\n%s", cell, want, got)
		}
	}
}

func TestInOther(t *testing.T) {
	t.Parallel()
	query := url.Values{"expires": {"1"}, "signature": {"a&b"}, "lang": {"zh"}}
	if got, want := htmlpage.InOther(language.Chinese, query), "?expires=1&lang=en&signature=a%26b"; got != want {
		t.Errorf("InOther = %s, want %s", got, want)
	}
	if diff := cmp.Diff(url.Values{"expires": {"1"}, "signature": {"a&b"}, "lang": {"zh"}}, query); diff != "" {
		t.Errorf("the query is changed (-want +got):\n%s", diff)
	}
	if got := htmlpage.InOther(language.English, nil); got != "?lang=zh" {
		t.Errorf("InOther without a query = %s, want ?lang=zh", got)
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	const english, chinese = "Signalbox To <all> 中文 ", "Signalbox To <all> English "
	tests := []struct {
		name    string
		l       language.Language
		refusal htmlpage.Refusal
		want    string
	}{
		{"the function's own", language.English, htmlpage.Refusal{Status: 400, Slug: "own-slug"}, english + "Our own Said by us."},
		{"the function says it otherwise", language.English, htmlpage.Refusal{Status: 401, Slug: "old-link"}, english + "Our old link"},
		{
			"a field of a form", language.English,
			htmlpage.Refusal{Status: 400, Slug: "invalid-field", Field: "month"},
			english + "Our field From 1 to 12. What is wrong: month",
		},
		{
			"another of that name", language.English,
			htmlpage.Refusal{Status: 404, Slug: "no-such-path", Field: "month"},
			english + "No such page There is nothing at this address. What is wrong: month",
		},
		{"common", language.English, htmlpage.Refusal{Status: 404, Slug: "no-such-path"}, english + "No such page There is nothing at this address."},
		{"by status", language.Chinese, htmlpage.Refusal{Status: 405, Slug: "method"}, chinese + "方法有误 这个页面只能读取。"},
		{"unknown", language.English, htmlpage.Refusal{Status: 418}, english + "This did not work The reason has been logged."},
		{
			"with all that may be said", language.English,
			htmlpage.Refusal{Status: 503, Field: "month", RetryAfter: 1, RequestID: "ID"},
			english + "Not available now Try again. Try again in 1 second. What is wrong: month Request ID",
		},
		{
			"bare", language.English,
			htmlpage.Refusal{Status: 403, Slug: "wrong-link", Field: "month", RetryAfter: 1, RequestID: "ID"},
			"Signalbox This link is wrong It was altered, or is of another page. Ask for a new one.",
		},
	}
	for _, tt := range tests {
		body := refuse(t, tt.l, tt.refusal)
		got := strings.TrimPrefix(textOf(body), "Skip to the content ")
		got = strings.TrimPrefix(got, "跳到正文 ")
		if got != tt.want {
			t.Errorf("%s: the page says %q, want %q", tt.name, got, tt.want)
		}
		_, main, _ := strings.Cut(body, "<body>")
		wayOn := tt.refusal.Status != http.StatusForbidden
		for _, address := range []string{`href="home"`, "?expires=1&amp;lang="} {
			if strings.Contains(main, address) != wayOn {
				t.Errorf("%s: the page has %s: %v, want %v", tt.name, address, !wayOn, wayOn)
			}
		}
		if !wayOn && strings.Contains(main, "<a") {
			t.Errorf("%s: the page has a link:\n%s", tt.name, main)
		}
	}
}

func TestRefusalOf(t *testing.T) {
	t.Parallel()
	got := htmlpage.RefusalOf(web.BadParameter("month", "it is none"), "ID")
	if diff := cmp.Diff(htmlpage.Refusal{Status: 400, Slug: "invalid-parameter", Field: "month", RequestID: "ID"}, got); diff != "" {
		t.Errorf("a wrong parameter (-want +got):\n%s", diff)
	}
	got = htmlpage.RefusalOf(web.NewError(http.StatusServiceUnavailable, "busy", "Busy.").RetryAfter(30*time.Second), "")
	if diff := cmp.Diff(htmlpage.Refusal{Status: 503, Slug: "busy", RetryAfter: 30}, got); diff != "" {
		t.Errorf("one to try again (-want +got):\n%s", diff)
	}
}
