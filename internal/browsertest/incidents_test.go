//go:build browser

package browsertest_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incidentlink"
	"signalbox/shared/serve"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack/slacktest"
)

const listSecret = "a-secret-of-links"

// incidentRules silence a part of the fleet, and ask for a stop to be said.
const incidentRules = `version: 1
silences:
  - {rule: stopped, until: 2099-01-01T00:00:00+08:00, comment: waits for the spring}
`

// newIncidents sweeps a fleet and returns where alerts is.
func newIncidents(t *testing.T) *httptest.Server {
	t.Helper()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: 80})
	alibaba := httptest.NewServer(cloud)
	t.Cleanup(alibaba.Close)
	slack := httptest.NewServer(slacktest.New(slacktest.Options{Channels: []string{"sim-cards"}, Burst: 100}))
	t.Cleanup(slack.Close)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(incidentRules), 0o600); err != nil {
		t.Fatal(err)
	}
	own := httptest.NewUnstartedServer(nil)
	function, err := alerts.FromEnv([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + alibaba.URL, "SIGNALBOX_SLACK_API_URL=" + slack.URL + "/api/",
		"SIGNALBOX_SLACK_BOT_TOKEN=xoxb-test", "SIGNALBOX_SLACK_CHANNEL=sim-cards",
		"SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "alerts.db"), "SIGNALBOX_API_TOKENS=support:" + password,
		"SIGNALBOX_ALERTS_URL=http://" + own.Listener.Addr().String(), "SIGNALBOX_PAGE_URL=https://cards.example",
		"SIGNALBOX_LINK_SECRET=" + listSecret, "SIGNALBOX_RULES_FILE=" + rules,
	}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	cloud.SetCard(cloud.ICCID(2), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
	for i := range 3 {
		cloud.SetCard(cloud.ICCID(40+i), func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusStopped })
	}
	if _, err := function.Scheduled(t.Context(), event.Scheduled{}); err != nil {
		t.Fatal(err)
	}
	if own.Config.Handler, err = serve.Handler(function); err != nil {
		t.Fatal(err)
	}
	own.Start()
	t.Cleanup(own.Close)
	return own
}

// incidentLooks are the ways in which the list is looked at, with the pictures in doc.
var incidentLooks = []struct {
	name string
	view
}{
	{"incidents-en-1280", view{1280, 900, false, "en-GB,en;q=0.9", basic}},
	{"incidents-zh-1280-dark", view{1280, 900, true, "zh-CN,zh;q=0.9,en;q=0.8", basic}},
	{"incidents-en-360-dark", view{360, 740, true, "en", basic}},
	{"incidents-zh-360", view{360, 740, false, "zh-TW", basic}},
}

// TestIncidentsPage has a browser look at the list in each way, by a link, and on paper.
func TestIncidentsPage(t *testing.T) { //nolint:tparallel // its parts share the browser
	t.Parallel()
	own, b := newIncidents(t), startBrowser(t)
	//nolint:paralleltest // one after the other: the browser is one
	for _, look := range incidentLooks {
		t.Run(look.name, func(t *testing.T) {
			p := b.open(t, own.URL+"/incidents", look.view)
			checkSilent(t, p, own.URL)
			checkLayout(t, p, look.view)
			checkAccessible(t, p)
			var shown struct {
				Language, Heading string
				Rows, States      int
			}
			p.eval(t, `({Language: document.documentElement.lang, Heading: document.querySelector("h1").textContent,
				Rows: document.querySelectorAll("tbody tr").length, States: document.querySelectorAll("section").length})`, &shown)
			if want := map[bool]string{true: "zh-Hans", false: "en"}[strings.HasPrefix(look.language, "zh")]; shown.Language != want {
				t.Errorf("the page's language is %s, want %s", shown.Language, want)
			}
			if shown.Rows < 5 || shown.States != 2 {
				t.Errorf("the page has %+v, want what is open and what is silenced", shown)
			}
			keep(t, look.name+".png", p.shot(t))
		})
	}
	//nolint:paralleltest // likewise
	t.Run("link", func(t *testing.T) { testListLink(t, own, b) })
	//nolint:paralleltest // likewise
	t.Run("print", func(t *testing.T) { testListPrint(t, own, b) })
}

// testListLink follows a link without a token, and the page's own links from there.
func testListLink(t *testing.T, own *httptest.Server, b *browser) {
	t.Helper()
	stranger := incidentLooks[0].view
	stranger.authorization = ""
	link := incidentlink.New(own.URL, []string{listSecret}).List(time.Now())
	p := b.open(t, link, stranger)
	checkSilent(t, p, own.URL)
	var silenced int
	if p.eval(t, `document.querySelectorAll("#silenced ~ table tbody tr").length`, &silenced); silenced < 3 {
		t.Errorf("%d incidents are silenced, want those of the 3 cards that are stopped", silenced)
	}
	for _, selector := range []string{".filters a:nth-child(4)", "header nav a", "h3 a"} {
		p.eval(t, `document.querySelector("`+selector+`").click()`, nil)
		p.wait(t)
		var rows int
		if p.eval(t, `document.querySelectorAll("tbody tr").length`, &rows); rows != silenced {
			t.Errorf("after %s the page shows %d incidents, want the %d that are silenced", selector, rows, silenced)
		}
	}
	refused := b.open(t, link+"0", stranger)
	checkAccessible(t, refused)
	var heading string
	if refused.eval(t, `document.querySelector("h1").textContent`, &heading); heading != "This link is wrong" {
		t.Errorf("an altered link shows %q", heading)
	}
}

// testListPrint wants light paper, without what paper cannot do.
func testListPrint(t *testing.T, own *httptest.Server, b *browser) {
	t.Helper()
	p := b.open(t, own.URL+"/incidents", incidentLooks[1].view)
	if printed := p.pdf(t); !bytes.HasPrefix(printed, []byte("%PDF")) {
		t.Error("the page cannot be printed")
	}
	p.do(t, "Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	var shown struct{ Back, Filters, Table string }
	p.eval(t, `(() => {
		const display = selector => getComputedStyle(document.querySelector(selector)).display;
		return {Back: getComputedStyle(document.body).backgroundColor, Filters: display(".filters"), Table: display("table")};
	})()`, &shown)
	if shown.Back != "rgb(255, 255, 255)" || shown.Filters != "none" || shown.Table != "table" {
		t.Errorf("printed: %+v, want white paper, the tables, and no filters", shown)
	}
}
