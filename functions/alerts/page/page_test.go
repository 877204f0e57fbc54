package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/page"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/htmlpage"
	"signalbox/shared/incident"
	"signalbox/shared/language"
)

var (
	zone = time.FixedZone("CST", 8*60*60)
	now  = time.Date(2026, 11, 22, 16, 30, 0, 0, zone)
)

// usageOf is an incident of the nth card, with somebody's words in it.
func usageOf(n int, severity incident.Severity, words string) rule.Incident {
	i := rule.Incident{
		Key:   incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: fmt.Sprintf("8986032100000001%04d", n)}, Rule: rule.UsageName},
		Phase: incident.PhaseOpen, Opened: now.Add(-time.Duration(n) * time.Hour), Severity: severity, Threshold: incident.Threshold{Value: 80},
	}
	i.Details.Facts = rule.Facts{
		Tags: []string{words}, Remark: words, Package: words, Expires: now.AddDate(0, 0, 12),
		Used: card.ParseDataSize("81MB"), Rest: card.ParseDataSize("19MB"), Ratio: card.ParseRatio("81%"),
	}
	return i
}

func coverage() page.Coverage {
	return page.Coverage{
		Coverage: message.Coverage{Checked: 99, Total: 100, At: now, OldestData: now.Add(-3 * time.Hour)},
		Sweep:    "S", Started: now.Add(-10 * time.Minute), LastFinished: now.Add(-8 * time.Minute),
	}
}

func listOf(l language.Language, incidents ...rule.Incident) page.List {
	return page.NewList(incidents, action.Standing{}, page.Filter{}, coverage(), message.Style{Zone: zone, Language: l})
}

func render(t *testing.T, l page.List, r page.Request) string {
	t.Helper()
	body, err := l.HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestPolicyNamesTheStyle by its hash, and there is no other style and no script.
func TestPolicyNamesTheStyle(t *testing.T) {
	t.Parallel()
	body := render(t, listOf(language.English, usageOf(1, incident.Warning, "a")), page.Request{})
	_, rest, _ := strings.Cut(body, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(page.Policy, want) {
		t.Errorf("Policy = %s, want %s", page.Policy, want)
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "style=") || strings.Count(body, "<style>") != 1 {
		t.Error("the page has a script or another style")
	}
}

// TestSomebodysWords are shown as they are, whatever they hold.
func TestSomebodysWords(t *testing.T) {
	t.Parallel()
	const hostile = `<script>alert(1)</script>" onload='x' & 门禁` + "\u202e\x00"
	i := usageOf(1, incident.Warning, hostile)
	i.Suppressed = incident.Suppression{By: incident.BySilence, Name: hostile}
	plain, spoilt := render(t, listOf(language.Chinese, usageOf(1, incident.Warning, "a")), page.Request{}), render(t, listOf(language.Chinese, i), page.Request{})
	if strings.Contains(spoilt, "<script") || strings.ContainsAny(spoilt, "\u202e\x00") {
		t.Errorf("the page holds what was put into it:\n%s", spoilt)
	}
	if shown := html.UnescapeString(spoilt); strings.Count(shown, `<script>alert(1)</script>" onload='x' & 门禁\u202e\u0000`) != 4 {
		t.Errorf("the page does not show it four times:\n%s", shown)
	}
	tags := regexp.MustCompile(`<[a-z]+`)
	if a, b := tags.FindAllString(plain, -1), tags.FindAllString(spoilt, -1); len(b) < len(a) || len(b) > len(a)+8 { // a column more, and who silences it
		t.Errorf("%d elements, and %d with somebody's words", len(a), len(b))
	}
}

// TestOrder has each state the worst first, with what is open in front.
func TestOrder(t *testing.T) {
	t.Parallel()
	silenced := usageOf(1, incident.Critical, "a")
	silenced.Suppressed.By = incident.BySilence
	l := listOf(language.English, silenced, usageOf(2, incident.Warning, "b"), usageOf(3, incident.Critical, "c"))
	var order []string
	for _, item := range l.Items {
		order = append(order, string(item.Standing.State)+" "+string(item.Severity))
	}
	want := []string{"open critical", "open warning", "silenced critical"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	headings := regexp.MustCompile(`<h[123][^>]*>(.*?)</h`).FindAllStringSubmatch(render(t, l, page.Request{}), -1)
	var titles []string
	for _, h := range headings {
		titles = append(titles, strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(h[1], " ")), " "))
	}
	want = []string{"Incidents", "Open", "Critical Data is used up 1", "Warning Usage is over its threshold 1", "Silenced", "Critical Data is used up 1"}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Errorf("headings (-want +got):\n%s", diff)
	}
}

// TestLinksKeepTheirSignature has whoever came by a link go on by it.
func TestLinksKeepTheirSignature(t *testing.T) {
	t.Parallel()
	query := url.Values{"expires": {"1796490000"}, "signature": {"abc"}, "lang": {"zh"}, "state": {"open"}}
	body := render(t, listOf(language.Chinese, usageOf(1, incident.Warning, "a")), page.Request{Query: query})
	links := regexp.MustCompile(`href="(\?[^"]*)"`).FindAllStringSubmatch(html.UnescapeString(body), -1)
	var got []string
	for _, l := range links {
		got = append(got, l[1])
	}
	const signed = "?expires=1796490000&lang=zh&signature=abc"
	want := []string{
		"?expires=1796490000&lang=en&signature=abc&state=open",
		signed,
		signed + "&state=open", signed + "&state=acknowledged", signed + "&state=silenced",
		"?expires=1796490000&lang=zh&severity=critical&signature=abc",
		"?expires=1796490000&lang=zh&rule=usage&signature=abc",
		"?expires=1796490000&format=csv&lang=zh&signature=abc&state=open", "?expires=1796490000&format=json&lang=zh&signature=abc&state=open",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if strings.Count(body, `aria-current="page"`) != 1 || query.Get("lang") != "zh" {
		t.Error("want one current filter, and the query as it was")
	}
}

// TestActions are offered where there are any.
func TestActions(t *testing.T) {
	t.Parallel()
	l := listOf(language.English, usageOf(1, incident.Warning, "a"))
	if body := render(t, l, page.Request{}); strings.Contains(body, "Actions") {
		t.Error("the page has a column for nothing")
	}
	body := render(t, l, page.Request{Actions: func(i page.Item) []page.Action {
		return []page.Action{{Label: "Acknowledge", URL: "incidents/" + i.ID() + "/acknowledge?lang=en"}, {Label: "Bad", URL: "javascript:alert(1)"}}
	}})
	if want := `href="incidents/` + l.Items[0].ID() + `/acknowledge?lang=en">Acknowledge</a>`; !strings.Contains(body, want) || strings.Contains(body, "javascript:") {
		t.Errorf("the page lacks %s, or has a script:\n%s", want, body)
	}
}

// TestRefusals are in both languages, and a wrong link shows no way on.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, l := range []language.Language{language.English, language.Chinese} {
		titles := make(map[string]bool)
		for _, slug := range []string{"wrong-link", "old-link", "unauthorized", "no-incidents-page", "no-such-path", "invalid-parameter", "store-unavailable", "other"} {
			r := htmlpage.Refusal{Status: 403, Slug: slug, RequestID: "ID-1"}
			if slug == "store-unavailable" {
				r.Status, r.RetryAfter = 503, 30
			}
			body, err := page.Refuse(l, r, url.Values{}, "incidents")
			if err != nil {
				t.Fatal(err)
			}
			heading := regexp.MustCompile(`<h1>(.*?)</h1>`).FindSubmatch(body)
			titles[string(heading[1])] = true
			if _, main, _ := strings.Cut(string(body), "<body>"); strings.Contains(main, "<a") == (r.Status == 403) {
				t.Errorf("%s: the page has a way on, or none:\n%s", slug, main)
			}
			if r.RetryAfter > 0 && !strings.Contains(string(body), "30") {
				t.Errorf("%s: the page does not say when to come again", slug)
			}
		}
		if len(titles) != 8 {
			t.Errorf("the titles are %v, want one of each", titles)
		}
	}
}

// TestStates goes by what suppresses, where people have done nothing.
func TestStates(t *testing.T) {
	t.Parallel()
	for by, want := range map[incident.Suppressor]action.State{
		"": action.Open, incident.BySilence: action.Silenced, incident.ByMuteTime: action.Open, incident.ByInhibition: action.Open,
	} {
		i := usageOf(1, incident.Warning, "a")
		i.Suppressed = incident.Suppression{By: by, Name: "why"}
		l := listOf(language.English, i)
		got := l.Items[0].Standing
		if got.State != want || (got.Comment == "why") != (want == action.Silenced) || l.Counts[want] != 1 {
			t.Errorf("suppressed by %q it is %+v of %v, want %s", by, got, l.Counts, want)
		}
	}
}

// TestTotalIsThePlans in the JSON and in the CSV, as the page has it, and ratios are decimals.
func TestTotalIsThePlans(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, used, rest, volume, ratio, want string }{
		{"used up", "30.50MB", "0KB", "30.00MB", "101.7%", "31457280 30.00MB 1.017"},
		{"more than the plan", "1GB", "1GB", "1GB", "50%", "2147483648 2.00GB 0.5"},
		{"no volume", "45.8MB", "54.2MB", "", "45.8%", "104857600 100.00MB 0.458"},
		{"nothing is known", "", "", "", "", "  "},
	}
	for _, tt := range tests {
		i := usageOf(1, incident.Critical, "a")
		i.Details.Facts.Used, i.Details.Facts.Rest = card.ParseDataSize(tt.used), card.ParseDataSize(tt.rest)
		i.Details.Facts.Volume, i.Details.Facts.Ratio = card.ParseDataSize(tt.volume), card.ParseRatio(tt.ratio)
		l := listOf(language.English, i)
		body, err := l.JSON()
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Incidents []map[string]json.RawMessage }
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(bytes.NewReader(l.CSV())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var fromJSON, fromCSV []string
		for _, name := range []string{"totalBytes", "totalFlow", "ratio"} {
			fromJSON = append(fromJSON, strings.Trim(strings.TrimSuffix(string(answer.Incidents[0][name]), "null"), `"`))
			fromCSV = append(fromCSV, lines[1][slices.Index(lines[0], name)])
		}
		if got := strings.Join(fromJSON, " "); got != tt.want {
			t.Errorf("%s: JSON has %q, want %q", tt.name, got, tt.want)
		}
		if got := strings.Join(fromCSV, " "); got != tt.want {
			t.Errorf("%s: CSV has %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestHowLongInTheForm has the date on which the data resets, as far as it is known.
func TestHowLongInTheForm(t *testing.T) {
	t.Parallel()
	reset, end := now.AddDate(0, 0, 9), now.AddDate(0, 0, 12)
	tests := []struct {
		name             string
		renews, ends     time.Time
		english, chinese string
	}{
		{"resets", reset, end, "until the data resets (2026-12-01 16:30 +08:00)", "直到流量重置（2026-12-01 16:30 +08:00）"},
		{"ends", time.Time{}, end, "until the package ends (2026-12-04 16:30 +08:00)", "直到套餐到期（2026-12-04 16:30 +08:00）"},
		{"never", time.Date(2099, 12, 31, 0, 0, 0, 0, zone), time.Time{}, "", ""},
		{"nobody knows", time.Time{}, time.Time{}, "", ""},
	}
	for _, tt := range tests {
		i := usageOf(1, incident.Warning, "a")
		i.Details.Facts.Renews, i.Details.Facts.Expires = tt.renews, tt.ends
		for l, want := range map[language.Language]string{language.English: tt.english, language.Chinese: tt.chinese} {
			f := page.Form{Verb: action.Silence, Incident: i, Now: now, Style: message.Style{Zone: zone, Language: l}, Status: action.Status{State: action.Open}}
			body, err := f.HTML()
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if found := regexp.MustCompile(`value="renewal">([^<]*)<`).FindStringSubmatch(html.UnescapeString(string(body))); found != nil {
				got = found[1]
			}
			if got != want || strings.Count(string(body), "<option") < 3 {
				t.Errorf("%s: the form offers %q, want %q", tt.name, got, want)
			}
		}
	}
}
