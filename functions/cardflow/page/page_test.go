package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/cardflow/flow"
	"signalbox/functions/cardflow/page"
	"signalbox/shared/card"
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
	"signalbox/shared/plaintext"
)

const id = card.ICCID("89860345190897749986")

var (
	shanghai = time.FixedZone("CST", 8*60*60)
	at       = time.Date(2026, 11, 29, 8, 45, 0, 0, shanghai)
)

// vendorText is what the vendor may write anywhere, said differently in each part.
type vendorText func(part string) string

func plain(part string) string { return part }

// hostile has what could be markup, a script, a style, and what turns or hides text.
func hostile(part string) string {
	return part + "\"><script>alert(1)</script><b onclick='x'>{{.}}</style></title>\u202e\u2066\u200b\ufeff\x00\x1b[31m\x7f\r\n\xff&lt;"
}

// cardOf is a card of which everything is known, in texts that say makes.
func cardOf(say vendorText) flow.Flow {
	u := card.Usage{
		Vendors: []card.VendorUsage{
			{Vendor: "CMCC", Used: card.ParseDataSize("642MB"), Ratio: card.ParseRatio("62.7%"), NetworkDelay: card.ParseNumber("34"), SignalStrength: card.ParseNumber("17")},
			{
				Vendor: say("carrier"), Used: card.ParseDataSize(say("used")), Ratio: card.ParseRatio(say("ratio")),
				NetworkDelay: card.ParseNumber(say("delay")), SignalStrength: card.ParseNumber(say("signal")),
			},
		},
		Packages: []card.Package{{Name: say("package"), Remark: say("remark"), Effective: at.AddDate(-1, 0, 0), Expires: at.AddDate(0, 6, 3)}},
	}
	for _, month := range []time.Month{10, 11} {
		m := card.MonthUsage{Month: card.Month{Year: 2026, Month: month}, Flow: card.ParseDataSize(say("month"))}
		for day := 1; day <= 28; day++ {
			m.Days = append(m.Days, card.DayUsage{Day: card.Day{Year: 2026, Month: month, Day: day}, Flow: card.ParseDataSize(fmt.Sprintf("%dMB", 10+day))})
		}
		m.Days[3].Flow = card.ParseDataSize(say("day"))
		u.Months = append(u.Months, m)
	}
	f := flow.New(id, u, flow.Listing{
		Known: true, Status: say("status"), Tags: []string{say("tag"), say("tag2")}, Remark: say("note"), Size: card.ParseDataSize("1GB"),
		Counted: at.Add(-9 * time.Hour),
		Balance: card.Balance{
			Used: card.ParseDataSize("642MB"), Rest: card.ParseDataSize("382MB"), Ratio: card.ParseRatio("62.7%"),
			PeriodStart: time.Date(2026, 11, 1, 0, 0, 0, 0, shanghai), Renews: time.Date(2026, 12, 20, 0, 0, 0, 0, shanghai),
		},
	}, at)
	f.RequestID, f.Listing.Pool = say("request"), say("pool")
	return f
}

func render(t *testing.T, l language.Language, f flow.Flow) string {
	t.Helper()
	body, err := page.Card(l, f, url.Values{}, false, at.Add(3*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

var tag = regexp.MustCompile(`<[^>]*>`)

// skeleton is a page without its texts: each tag with the names of its attributes.
func skeleton(body string) []string {
	var tags []string
	for _, t := range tag.FindAllString(body, -1) {
		tags = append(tags, regexp.MustCompile(`="[^"]*"`).ReplaceAllString(t, `=""`))
	}
	return tags
}

// TestHostileTexts wants a page to be the same but for its texts, whatever they are, and
// no character in it that hides others or turns their direction.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for _, l := range []language.Language{language.English, language.Chinese} {
		body := render(t, l, cardOf(hostile))
		if diff := cmp.Diff(skeleton(render(t, l, cardOf(plain))), skeleton(body)); diff != "" {
			t.Errorf("the vendor's texts change the page (-plain +hostile):\n%s", diff)
		}
		for _, r := range html.UnescapeString(body) {
			if r != '\n' && !unicode.IsPrint(r) && r != '\uFFFD' {
				t.Errorf("the page has the character %U", r)
			}
		}
		for _, part := range []string{"carrier", "used", "ratio", "delay", "signal", "package", "remark", "month", "day", "status", "tag", "tag2", "note", "pool"} {
			want := html.EscapeString(plaintext.Printable(hostile(part)))
			if !strings.Contains(strings.ReplaceAll(body, "&#43;", "+"), want) {
				t.Errorf("the page lacks the text of %s: %s", part, want)
			}
		}
	}
}

// pages are all that a browser may get.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for name, l := range map[string]language.Language{"en": language.English, "zh": language.Chinese} {
		all[name+" card"] = render(t, l, cardOf(plain))
		all[name+" nothing known"] = render(t, l, flow.New(id, card.Usage{}, flow.Listing{}, at))
		find, err := page.Find(l, hostile("8986"))
		if err != nil {
			t.Fatal(err)
		}
		refused, err := page.Refuse(l, htmlpage.Refusal{Status: 429, Slug: "quota-exhausted", Field: hostile("field"), RetryAfter: 31, RequestID: "ID"}, url.Values{}, "../")
		if err != nil {
			t.Fatal(err)
		}
		all[name+" find"], all[name+" refusal"] = string(find), string(refused)
	}
	return all
}

// TestPolicyFits wants in every page the style that the policy names, and nothing that
// the policy would refuse or that leads elsewhere.
func TestPolicyFits(t *testing.T) {
	t.Parallel()
	for name, body := range pages(t) {
		_, after, _ := strings.Cut(body, "<style>")
		style, _, ok := strings.Cut(after, "</style>")
		sum := sha256.Sum256([]byte(style))
		if !ok || !strings.Contains(page.Policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("%s: the policy %s does not name the style", name, page.Policy)
		}
		for _, found := range skeleton(body) {
			if regexp.MustCompile(`^<(script|iframe|img|object|base)|\s(style|on\w+|src)=`).MatchString(found) {
				t.Errorf("%s has %s", name, found)
			}
		}
		for _, address := range regexp.MustCompile(`\s(?:href|action)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(address[1], "data:image/svg+xml,") && !slices.Contains([]string{"../", "./", "#content", "?lang=en", "?lang=zh"}, address[1]) {
				t.Errorf("%s leads to %s", name, address[1])
			}
		}
		if !strings.HasPrefix(body, "<!DOCTYPE html>\n<html lang=\""+map[string]string{"en": "en", "zh": "zh-Hans"}[name[:2]]+`"`) {
			t.Errorf("%s begins with %.60s", name, body)
		}
	}
}

// TestUnknownInWords wants no zero where nothing is known.
func TestUnknownInWords(t *testing.T) {
	t.Parallel()
	body := render(t, language.English, flow.New(id, card.Usage{}, flow.Listing{}, at))
	_, body, _ = strings.Cut(body, "<main")
	body, _, _ = strings.Cut(body, "<pre>")
	for _, words := range []string{
		"status, tags and what is left of its data could not be read", "How much is left is not known", "The used share is not known",
		"There is no forecast: how much data is left is not known.", "No usage by day is known.", "No carrier is known.", "No packages are known.",
	} {
		if !strings.Contains(html.UnescapeString(body), words) {
			t.Errorf("the page lacks %q", words)
		}
	}
	if n := strings.Count(body, `<span class="unknown">not known</span>`); n < 7 {
		t.Errorf("%d values are said not to be known, want 7 or more", n)
	}
	if zero := regexp.MustCompile(`>\s*0[^<]*<`).FindString(body); zero != "" {
		t.Errorf("the page shows %q", zero)
	}
}

func TestStaleInWords(t *testing.T) {
	t.Parallel()
	f := cardOf(plain)
	if body := render(t, language.English, f); strings.Contains(body, `class="warning"`) {
		t.Error("a fresh page has a warning")
	}
	f.Stale = true
	body := render(t, language.English, f)
	if !strings.Contains(body, "Alibaba Cloud cannot be asked at the moment.") || !strings.Contains(body, "3 minutes ago") {
		t.Error("a stale page does not say so, and how old it is")
	}
}

// TestChartHasUnknownAndNothingApart has days without use, unknown ones, ones that nobody
// asked for, and ones of a vendor who has lost all measure.
func TestChartHasUnknownAndNothingApart(t *testing.T) {
	t.Parallel()
	day := func(y int, m time.Month, d int, used string) card.DayUsage {
		return card.DayUsage{Day: card.Day{Year: y, Month: m, Day: d}, Flow: card.ParseDataSize(used)}
	}
	days := []card.DayUsage{
		day(2026, 11, 1, "10MB"), day(2026, 11, 2, "0KB"), day(2026, 11, 3, "lots"), day(2026, 11, 4, ""), day(2026, 11, 30, "40MB"),
		day(2000, 1, 1, "10MB"), day(9999, 12, 31, "10MB"),
		{},
	}
	u := card.Usage{Months: []card.MonthUsage{{Days: days}}}
	body := render(t, language.English, flow.New(id, u, flow.Listing{}, at))
	bars := regexp.MustCompile(`<rect class="(used|missing)" x="([^"]*)" y="[^"]*" width="2.67%" height="([^"]*)">`).FindAllStringSubmatch(body, -1)
	var got []string
	for _, bar := range bars {
		got = append(got, strings.Join(bar[1:], " "))
	}
	want := []string{"used 0% 37.5", "used 3.33% 0", "missing 6.67% 10", "missing 10% 10", "used 96.67% 150"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bars (-want +got):\n%s", diff)
	}
	if !strings.Contains(body, "Not known for 2 days") || strings.Count(body, "<tr><th scope=\"row\">") != 8 {
		t.Error("the page does not say on how many days usage is not known, or its table lacks days")
	}
}

// TestRawIsTheAPIs takes the answer of the API out of the page.
func TestRawIsTheAPIs(t *testing.T) {
	t.Parallel()
	for name, say := range map[string]vendorText{"plain": plain, "hostile": hostile} {
		f := cardOf(say)
		_, after, _ := strings.Cut(render(t, language.Chinese, f), "<pre>")
		raw, _, _ := strings.Cut(after, "</pre>")
		var got, want any
		if err := json.Unmarshal([]byte(html.UnescapeString(raw)), &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		answer, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(answer, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: raw values (-API +page):\n%s", name, diff)
		}
	}
}

// TestOtherLanguageKeepsTheLink wants the parameters of a signed link in the address of
// the page in the other language.
func TestOtherLanguageKeepsTheLink(t *testing.T) {
	t.Parallel()
	query := url.Values{"expires": {"1796490000"}, "signature": {"abc"}, "lang": {"zh"}}
	body, err := page.Card(language.Chinese, cardOf(plain), query, true, at)
	if err != nil {
		t.Fatal(err)
	}
	if want := `href="?expires=1796490000&amp;lang=en&amp;signature=abc"`; !strings.Contains(string(body), want) {
		t.Errorf("the page lacks %s", want)
	}
	if strings.Contains(string(body), "查询卡片") || query.Get("lang") != "zh" {
		t.Error("a signed link's page leads to other cards, or has changed its query")
	}
}

// TestWrongLinkSaysNothingElse wants no way on from there.
func TestWrongLinkSaysNothingElse(t *testing.T) {
	t.Parallel()
	body, err := page.Refuse(language.English, htmlpage.Refusal{Status: 403, Slug: "wrong-link", RequestID: "ID"}, url.Values{"lang": {"en"}}, "../")
	if err != nil {
		t.Fatal(err)
	}
	_, main, _ := strings.Cut(string(body), "<body>")
	words := strings.Join(strings.Fields(tag.ReplaceAllString(main, " ")), " ")
	if want := "Signalbox This link is wrong It was altered, or is of another card. Ask for a new one."; words != want {
		t.Errorf("the page says %q, want %q", words, want)
	}
	if slices.ContainsFunc(skeleton(main), func(tag string) bool { return strings.HasPrefix(tag, "<a") }) {
		t.Error("the page has a link")
	}
}
