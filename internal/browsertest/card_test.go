//go:build browser

package browsertest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/cardflow"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve"
)

const password = "a-token-of-26-characters--"

// site is a cardflow as it is deployed, with a card to look at.
type site struct {
	cardflow *httptest.Server
	cloud    *aliyuntest.Server
	id       string
}

func newSite(t *testing.T) site {
	t.Helper()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: 10})
	alibaba := httptest.NewServer(cloud)
	t.Cleanup(alibaba.Close)
	own := httptest.NewUnstartedServer(nil)
	function, err := cardflow.FromEnv([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + alibaba.URL, "SIGNALBOX_API_TOKENS=support:" + password,
		"SIGNALBOX_PAGE_URL=http://" + own.Listener.Addr().String(), "SIGNALBOX_LINK_SECRET=a-secret-of-links",
	}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if own.Config.Handler, err = serve.Handler(function); err != nil {
		t.Fatal(err)
	}
	own.Start()
	t.Cleanup(own.Close)
	return site{own, cloud, cloud.ICCID(2)}
}

// page is the address of a card's page.
func (d site) page(id string) string { return d.cardflow.URL + "/cards/" + id }

// api returns what the API says of a card, for the months that a page shows.
func (d site) api(t *testing.T, id string, months ...string) map[string]any {
	t.Helper()
	address := d.page(id) + "/flow"
	if len(months) > 0 {
		address += "?month=" + strings.Join(months, ",")
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+password)
	response, err := d.cardflow.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the API answers %d, %v: %s", response.StatusCode, err, body)
	}
	return decode(t, string(body))
}

// basic is what a browser sends after somebody has signed in.
var basic = "Basic " + base64.StdEncoding.EncodeToString([]byte("anybody:"+password))

// looks are the ways in which a page is looked at, with the pictures of them in doc.
var looks = []struct {
	name string
	view
}{
	{"page-en-light", view{1000, 900, false, "en-GB,en;q=0.9", basic}},
	{"page-zh-dark", view{1000, 900, true, "zh-CN,zh;q=0.9,en;q=0.8", basic}},
	{"page-en-360", view{360, 740, false, "en", basic}},
	{"page-zh-360-dark", view{360, 740, true, "zh-TW", basic}},
}

// TestCardPages has one browser look at cardflow's pages.
func TestCardPages(t *testing.T) { //nolint:tparallel // its parts share the browser
	t.Parallel()
	d, b := newSite(t), startBrowser(t)
	//nolint:paralleltest // one after the other: the browser is one
	for name, test := range map[string]func(*testing.T, site, *browser){
		"looks": testLooks, "policy": testPolicy, "numbers": testNumbers, "keyboard": testKeyboard, "link": testLink, "print": testPrint,
	} {
		t.Run(name, func(t *testing.T) { test(t, d, b) })
	}
}

// hasChinese draws two characters: without a font they are the same box.
const hasChinese = `(() => {
	const draw = text => {
		const canvas = document.createElement("canvas");
		const context = canvas.getContext("2d");
		context.font = "20px sans-serif";
		context.fillText(text, 2, 22);
		return canvas.toDataURL();
	};
	return draw("卡") !== draw("量");
})()`

// testLooks looks at a card's page in each way.
func testLooks(t *testing.T, d site, b *browser) {
	t.Helper()
	for _, look := range looks {
		t.Run(look.name, func(t *testing.T) {
			p := b.open(t, d.page(d.id), look.view)
			checkSilent(t, p, d.cardflow.URL)
			checkLayout(t, p, look.view)
			checkAccessible(t, p)
			var language string
			p.eval(t, `document.documentElement.lang`, &language)
			if want := map[bool]string{true: "zh-Hans", false: "en"}[strings.HasPrefix(look.language, "zh")]; language != want {
				t.Errorf("the page's language is %s, want %s", language, want)
			}
			var legible bool
			if p.eval(t, hasChinese, &legible); !legible {
				t.Error("no font has Chinese characters: install fonts-noto-cjk")
			}
			keep(t, look.name+".png", p.shot(t))
		})
	}
}

// checkSilent wants no message in the console, no request but the page's own, and a
// policy that is in force.
func checkSilent(t *testing.T, p *tab, own string) {
	t.Helper()
	console, requests, policy := p.happened()
	if len(console) != 0 {
		t.Errorf("the console says %q", console)
	}
	for _, address := range requests {
		if !strings.HasPrefix(address, own+"/") && !strings.HasPrefix(address, "data:image/svg+xml,") {
			t.Errorf("the page asks for %s", address)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script") {
		t.Errorf("Content-Security-Policy = %s", policy)
	}
	var background string
	p.eval(t, `getComputedStyle(document.body).backgroundColor`, &background)
	if background == "rgba(0, 0, 0, 0)" {
		t.Error("the style is not in force")
	}
}

// checkLayout wants nothing beside the window, and the colours that were asked for.
func checkLayout(t *testing.T, p *tab, v view) {
	t.Helper()
	var got struct {
		Width int
		Wide  []string
		Back  string
	}
	p.eval(t, `(() => {
		document.querySelectorAll("details").forEach(d => d.open = true);
		const wide = [...document.querySelectorAll("body *:not(.skip)")].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
		const found = {Width: document.documentElement.scrollWidth, Wide: wide.map(e => e.outerHTML.slice(0, 80)),
			Back: getComputedStyle(document.body).backgroundColor};
		document.querySelectorAll("details").forEach(d => d.open = false);
		return found;
	})()`, &got)
	if got.Width > v.width || len(got.Wide) > 0 {
		t.Errorf("the page is %d px wide in a window of %d px: %q", got.Width, v.width, got.Wide)
	}
	if dark := strings.HasPrefix(got.Back, "rgb(16,"); dark != v.dark {
		t.Errorf("the background is %s, want dark %v", got.Back, v.dark)
	}
}

// testPolicy puts a script, a style and a picture into the page, as somebody
// would whose text got there unescaped.
func testPolicy(t *testing.T, d site, b *browser) {
	t.Helper()
	p := b.open(t, d.page(d.id), looks[0].view)
	var ran bool
	p.eval(t, `new Promise(resolve => {
		const script = document.createElement("script");
		script.textContent = "window.ran = true";
		const picture = document.createElement("img");
		picture.onerror = () => resolve(!!window.ran || getComputedStyle(document.body).color === "rgb(1, 2, 3)");
		const style = document.createElement("style");
		style.textContent = "body { color: rgb(1, 2, 3) }";
		document.body.append(script, style, picture);
		picture.src = "/elsewhere.png";
	})`, &ran)
	console, _, _ := p.happened()
	if refused := strings.Join(console, "\n"); ran || strings.Count(refused, "Content Security Policy") < 3 {
		t.Errorf("ran = %v, console %q; want a script, a style and a picture refused", ran, console)
	}
}

var digits = regexp.MustCompile(`\d+(?:\.\d+)?`)

// testNumbers wants each number that the page shows, but for the marks of the
// chart, among those of the API, and its raw values to be the API's answer.
func testNumbers(t *testing.T, d site, b *browser) {
	t.Helper()
	for _, lang := range []string{"en", "zh"} {
		p := b.open(t, d.page(d.id)+"?lang="+lang, looks[0].view)
		var shown struct {
			Raw, Text string
			Table     [][]string
			Times     []string
		}
		p.eval(t, `(() => {
			const raw = document.querySelector("pre").textContent;
			const table = [...document.querySelectorAll("table.days tbody tr:not(.month)")].map(r => [...r.children].map(c => c.textContent));
			const times = [...document.querySelectorAll("time")].map(e => e.dateTime);
			document.querySelectorAll("details").forEach(d => d.open = true);
			document.querySelectorAll("svg, pre, details.raw").forEach(e => e.remove());
			return {Raw: raw, Table: table, Times: times, Text: document.querySelector("main").innerText};
		})()`, &shown)
		var raw struct{ Months []struct{ Month string } }
		if err := json.Unmarshal([]byte(shown.Raw), &raw); err != nil {
			t.Fatal(err)
		}
		var months []string
		for _, m := range raw.Months {
			months = append(months, strings.ReplaceAll(m.Month, "-", ""))
		}
		if len(months) != 6 {
			t.Fatalf("the page has the months %v, want six", months)
		}
		answer := d.api(t, d.id, months...)
		if diff := cmp.Diff(withoutRequest(t, answer), withoutRequest(t, decode(t, shown.Raw))); diff != "" {
			t.Errorf("%s: raw values (-API +page):\n%s", lang, diff)
		}
		if diff := cmp.Diff(daysOf(answer), shown.Table); diff != "" {
			t.Errorf("%s: days (-API +page):\n%s", lang, diff)
		}
		known := numbersOf(decode(t, shown.Raw)) // which are the API's
		for _, number := range digits.FindAllString(shown.Text, -1) {
			if !known[number] {
				t.Errorf("%s: the page shows %s, which the API does not", lang, number)
			}
		}
	}
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// withoutRequest is an answer without what is of its own request.
func withoutRequest(t *testing.T, answer map[string]any) map[string]any {
	t.Helper()
	for _, member := range []string{"requestId", "retrievedAt", "pageUrl"} {
		if answer[member] == nil {
			t.Errorf("%s is missing", member)
		}
		delete(answer, member)
	}
	return answer
}

func daysOf(answer map[string]any) [][]string {
	var rows [][]string
	months, _ := answer["months"].([]any)
	for _, m := range months {
		month, _ := m.(map[string]any)
		days, _ := month["days"].([]any)
		for _, d := range days {
			day, _ := d.(map[string]any)
			rows = append(rows, []string{fmt.Sprint(day["day"]), fmt.Sprint(day["flow"])})
		}
	}
	return rows
}

// numbersOf are those that are in the answer: in its texts, and as numbers, of which shares
// are shown in percent too.
func numbersOf(value any) map[string]bool {
	numbers := make(map[string]bool)
	for _, always := range []string{"0", "1", "366"} { // minutes ago, and the horizon of the forecast
		numbers[always] = true
	}
	var add func(any)
	add = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, inner := range v {
				add(inner)
			}
		case []any:
			for _, inner := range v {
				add(inner)
			}
		case string:
			for _, number := range digits.FindAllString(v, -1) {
				numbers[number] = true
			}
		case float64:
			numbers[strconv.FormatFloat(v, 'f', -1, 64)] = true
			numbers[strconv.FormatFloat(float64(int(v*10000+0.5))/100, 'f', -1, 64)] = true
		}
	}
	add(value)
	return numbers
}

// testKeyboard goes through the page by Tab, opens what is closed by Enter, and finds a
// card by typing.
func testKeyboard(t *testing.T, d site, b *browser) {
	t.Helper()
	p := b.open(t, d.page(d.id), looks[0].view)
	var order []string
	for range 5 {
		p.press(t, "Tab")
		var name string
		p.eval(t, `document.activeElement.textContent.trim()`, &name)
		order = append(order, name)
	}
	want := []string{"Skip to the content", "Find a card", "中文", "Daily usage as a table", "Raw values"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("Tab order (-want +got):\n%s", diff)
	}
	p.press(t, "Enter")
	var opened bool
	var outline string
	p.eval(t, `document.activeElement.parentElement.open`, &opened)
	p.eval(t, `getComputedStyle(document.activeElement).outlineStyle`, &outline)
	if !opened || outline == "none" {
		t.Errorf("after Enter open is %v, and the outline is %s", opened, outline)
	}
	p.navigate(t, d.cardflow.URL+"/?lang=zh")
	checkAccessible(t, p)
	p.eval(t, `document.querySelector("#iccid").focus()`, nil)
	p.do(t, "Input.insertText", map[string]any{"text": " " + d.id[:10] + " " + d.id[10:] + " "}, nil)
	p.press(t, "Enter")
	p.wait(t)
	var at, language string
	p.eval(t, `location.pathname`, &at)
	p.eval(t, `document.documentElement.lang`, &language)
	if at != "/cards/"+d.id || language != "zh-Hans" {
		t.Errorf("the form leads to %s in %s, want the card in Chinese", at, language)
	}
	checkSilent(t, p, d.cardflow.URL)
}

// testLink follows pageUrl without a token: it opens its card, in either language,
// and nothing else.
func testLink(t *testing.T, d site, b *browser) {
	t.Helper()
	answer := d.api(t, d.id)
	link := fmt.Sprint(answer["pageUrl"])
	stranger := looks[0].view
	stranger.authorization = ""
	p := b.open(t, link, stranger)
	checkSilent(t, p, d.cardflow.URL)
	var heading string
	p.eval(t, `document.querySelector("nav a").click()`, nil)
	p.wait(t)
	p.eval(t, `document.querySelector("h1").textContent`, &heading)
	if heading != "物联网卡 "+d.id {
		t.Errorf("the link in Chinese shows %q, want the card", heading)
	}
	other, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	other.Path = "/cards/" + d.cloud.ICCID(3)
	refused := b.open(t, other.String(), stranger)
	var body string
	refused.eval(t, `document.body.innerText.replace(/\s+/g, " ").trim()`, &body)
	if want := "Signalbox This link is wrong It was altered, or is of another card. Ask for a new one."; body != want {
		t.Errorf("the link of another card shows %q, want %q", body, want)
	}
	console, _, policy := refused.happened()
	if others := slices.DeleteFunc(console, func(line string) bool { return strings.Contains(line, "status of 403") }); len(others) > 0 || policy == "" {
		t.Errorf("the refusal's console says %q, its policy is %q", others, policy)
	}
	checkAccessible(t, refused)
}

// testPrint wants a page or two of paper, in light colours, without what paper cannot do.
func testPrint(t *testing.T, d site, b *browser) {
	t.Helper()
	p := b.open(t, d.page(d.id), looks[1].view)
	printed := p.pdf(t)
	if pages := bytes.Count(printed, []byte("/Type /Page\n")) + bytes.Count(printed, []byte("/Type /Page ")); pages > 2 {
		t.Errorf("the printed page has %d sheets, want two at most", pages)
	}
	p.do(t, "Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	var shown struct{ Back, Nav, Raw, Bar string }
	p.eval(t, `(() => {
		const display = selector => getComputedStyle(document.querySelector(selector)).display;
		return {Back: getComputedStyle(document.body).backgroundColor, Nav: display("nav"), Raw: display("details.raw"), Bar: display("svg.bar")};
	})()`, &shown)
	if shown.Back != "rgb(255, 255, 255)" || shown.Nav != "none" || shown.Raw != "none" || shown.Bar != "block" {
		t.Errorf("printed: %+v, want white paper, the bar, and no links", shown)
	}
	keep(t, "page-print.png", p.shot(t))
}
