package alerts_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/page"
	"signalbox/functions/alerts/rule"
	"signalbox/internal/contract"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/config"
	"signalbox/shared/incident"
	"signalbox/shared/incidentlink"
	"signalbox/shared/signedlink"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

var updateLists = flag.Bool("update", false, "renew the files in testdata")

const (
	listToken  = "a-token-of-26-characters--"
	linkSecret = "a-secret-of-links-0123"
	alertsBase = "https://alerts.example/prefix"
	asBrowser  = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
)

// listAt is when lists are asked for.
var listAt = time.Date(2026, 11, 22, 16, 30, 0, 0, shanghai)

var (
	listLinks = incidentlink.New(alertsBase, []string{linkSecret})
	listCards = cardlink.New("https://cards.example", []string{linkSecret})
)

// newLists returns the function with what is listed in its store, and a sweep that was
// finished.
func newLists(t *testing.T, listed []rule.Incident, edit func(*alerts.Config)) *fixture {
	t.Helper()
	f := newFixture(t, 10, func(c *alerts.Config) {
		c.Now = func() time.Time { return listAt }
		c.Guard, c.Links = web.Browser(config.Tokens{{Name: "support", Secret: listToken}}), listLinks
		c.Style.Pages = listCards
		if edit != nil {
			edit(c)
		}
	})
	for _, i := range listed {
		f.store.put([]store.Record{{Collection: "incidents", Key: i.Key.String(), Value: asJSON(t, i)}})
	}
	f.store.put([]store.Record{
		{Collection: "sweep", Key: "current", Value: asJSON(t, map[string]any{"checkpoint": listedSweep()})},
		{Collection: "sweep", Key: "health", Value: asJSON(t, map[string]any{"day": map[string]any{}, "finished": listAt.Add(-4 * time.Minute)})},
	})
	return f
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func listedSweep() fleet.Checkpoint {
	c := fleet.Begin(listAt.Add(-6*time.Minute), fleet.Census{})
	c.Finished, c.Total, c.Counts.Checked, c.Counts.Failed = listAt.Add(-4*time.Minute), 100_000, 99_980, 20
	c.Counts.Unchecked = map[string]int{"the listing's ExpireTime is no time": 15}
	c.Counts.Oldest = listAt.Add(-3 * time.Hour)
	return c
}

// openOf is an incident of the nth card.
func openOf(n int, name string, severity incident.Severity, threshold float64, value rule.Typed) rule.Incident {
	i := rule.Incident{
		Key: keyOf("89860321000000010"+string(rune('0'+n/100%10))+string(rune('0'+n/10%10))+string(rune('0'+n%10)), name), Phase: incident.PhaseOpen, Status: incident.Breached,
		Opened: listAt.Add(-time.Duration(n) * time.Hour), Severity: severity, Threshold: incident.Threshold{Value: threshold},
		Notified: incident.Notified{Count: 1, Open: true}, Details: rule.Details{Value: value},
	}
	i.Details.Facts = rule.Facts{
		Tags: []string{"factory-2", "门禁"}, Remark: "lift 3", Package: "联通-单卡通用流量-月包-1G",
		Used: card.ParseDataSize("942MB"), Rest: card.ParseDataSize("82MB"), Ratio: card.ParseRatio("92%"),
		Expires: listAt.AddDate(0, 0, 12), Refreshed: listAt.Add(-2 * time.Hour), Renews: listAt.AddDate(0, 0, 9),
	}
	return i
}

// listed are incidents of all states, and some that are not open.
func listed() []rule.Incident {
	usedUp := openOf(1, rule.UsageName, incident.Critical, 100, rule.UsageDetails{})
	usedUp.Details.Facts.Rest, usedUp.Details.Facts.Ratio = card.ParseDataSize("0KB"), card.ParseRatio("100%")
	silenced := openOf(2, rule.StoppedName, incident.Warning, 0, rule.StoppedDetails{Cause: rule.UserStop})
	silenced.Suppressed = incident.Suppression{By: incident.BySilence, Name: "=waits for a repair"}
	silenced.Notified = incident.Notified{}
	muted := openOf(3, rule.UsageName, incident.Warning, 80, rule.UsageDetails{})
	muted.Suppressed, muted.Notified = incident.Suppression{By: incident.ByMuteTime}, incident.Notified{}
	inhibited := openOf(3, rule.ForecastName, incident.Warning, 0, rule.ForecastDetails{Probability: 0.9, Points: 30})
	inhibited.Suppressed = incident.Suppression{By: incident.ByInhibition, Name: rule.UsageName}
	acknowledged := openOf(4, rule.ExpiryName, incident.Warning, 14, nil)
	acknowledged.Threshold.Falling = true
	unknown := openOf(5, rule.UnreadableName, incident.Warning, 0, rule.UnreadableDetails{Why: "the listing's ExpireTime is no time"})
	unknown.Details.Facts = rule.Facts{}
	receiver := openOf(6, rule.ReceiverName, incident.Warning, 0, rule.ReceiverDetails{Waiting: 3, Oldest: listAt.Add(-2 * time.Hour)})
	receiver.Key.Subject, receiver.Details.Facts = incident.Subject{Kind: incident.Fleet, ID: "slack"}, rule.Facts{}
	pending := openOf(7, rule.ForecastName, incident.Warning, 0, nil)
	pending.Phase = incident.PhasePending
	resolved := openOf(8, rule.UsageName, incident.Warning, 80, nil)
	resolved.Phase, resolved.Resolved = incident.PhaseResolved, listAt
	return []rule.Incident{usedUp, silenced, muted, inhibited, acknowledged, unknown, receiver, pending, resolved}
}

// acknowledge has somebody acknowledge the incidents of a rule, an hour before lists are asked for.
func (f *fixture) acknowledge(t *testing.T, name string) {
	t.Helper()
	r := action.Request{ID: "press", Verb: action.Acknowledge, By: action.Actor{Name: "Zhang San"}, Origin: action.Link}
	for _, i := range f.store.incidents(t) {
		if i.Key.Rule == name {
			r.On.IDs = append(r.On.IDs, i.ID())
		}
	}
	if done, err := (action.Book{Store: f.store}).Do(t.Context(), r, listAt.Add(-time.Hour)); err != nil || done.Outcome != action.Done {
		t.Fatalf("acknowledged: %+v, %v", done, err)
	}
}

// ask asks for a path with headers, each "Name: value".
func ask(t *testing.T, h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	got := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(got, r)
	return got
}

const bearer = "Authorization: Bearer " + listToken

// goldenList compares an answer with a file.
func goldenList(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateLists {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestIncidentsAsJSON has all that is open in it, suppressed or not, and nothing else.
func TestIncidentsAsJSON(t *testing.T) {
	t.Parallel()
	f := newLists(t, listed(), nil)
	f.acknowledge(t, rule.ExpiryName)
	for _, accept := range []string{"", "*/*", "application/json", "text/plain"} {
		got := ask(t, f, "/incidents", bearer, "Accept: "+accept)
		if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("Accept %q: status = %d, %s: %s", accept, got.Code, got.Header().Get("Content-Type"), got.Body)
		}
		var indented any
		if err := json.Unmarshal(got.Body.Bytes(), &indented); err != nil {
			t.Fatal(err)
		}
		body, err := json.MarshalIndent(indented, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		goldenList(t, "incidents.json", append(body, '\n'))
	}
}

// TestIncidentsAsCSV has the columns of the JSON, and no formula.
func TestIncidentsAsCSV(t *testing.T) {
	t.Parallel()
	f := newLists(t, listed(), func(c *alerts.Config) { c.Style.ShowICCID = true })
	got := ask(t, f, "/incidents?format=csv", bearer)
	if media := got.Header().Get("Content-Type"); media != "text/csv; charset=utf-8" || !strings.Contains(got.Header().Get("Content-Disposition"), "incidents.csv") {
		t.Errorf("Content-Type = %s, Content-Disposition = %s", media, got.Header().Get("Content-Disposition"))
	}
	text, ok := strings.CutPrefix(got.Body.String(), "\uFEFF")
	if !ok {
		t.Error("there is no byte order mark")
	}
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(lines) != 8 {
		t.Fatalf("%d lines, %v; want a title and 7 incidents", len(lines), err)
	}
	var all struct{ Incidents []map[string]any }
	if err := json.Unmarshal(ask(t, f, "/incidents", bearer).Body.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	for _, title := range lines[0] {
		if _, ok := all.Incidents[0][title]; !ok {
			t.Errorf("the JSON has no member %s", title)
		}
	}
	if len(lines[0]) != len(all.Incidents[0]) {
		t.Errorf("%d columns and %d members", len(lines[0]), len(all.Incidents[0]))
	}
	inhibitors := make(map[string]int)
	for at, i := range all.Incidents {
		inJSON, _ := i["inhibitedBy"].(string)
		if got := lines[at+1][slices.Index(lines[0], "inhibitedBy")]; got != inJSON {
			t.Errorf("incident %d is inhibited by %q, in the JSON by %q", at, got, inJSON)
		}
		inhibitors[inJSON]++
	}
	if inhibitors[rule.UsageName] == 0 {
		t.Errorf("incidents are inhibited by %v, want one by usage", inhibitors)
	}
	for _, want := range []string{"'=waits for a repair", "'89860321000000010001"} {
		if !slices.ContainsFunc(lines, func(line []string) bool { return slices.Contains(line, want) }) {
			t.Errorf("no cell is %s:\n%s", want, text)
		}
	}
}

// TestIncidentsAsPage is in the language of the reader, and sets the headers of pages.
func TestIncidentsAsPage(t *testing.T) {
	t.Parallel()
	f := newLists(t, listed(), nil)
	f.acknowledge(t, rule.ExpiryName)
	for language, words := range map[string][]string{
		"en":    {"<h1>Incidents</h1>", "Open 5", "Acknowledged 1", "Silenced 1", "Zhang San", "not notified during the mute time", "99.98% of 100,000", "because of the rule usage", `/acknowledge">Acknowledge</a>`, `/silence">Silence</a>`, `/undo">Undo</a>`},
		"zh-CN": {"<h1>告警</h1>", "未解决 5", "已确认 1", "已静默 1", "Zhang San", "99.98%", "流量已用完", `/acknowledge">确认告警</a>`, `/silence">静默告警</a>`, `/undo">撤销处理</a>`},
	} {
		got := ask(t, f, "/incidents", bearer, "Accept: "+asBrowser, "Accept-Language: "+language)
		checkListPage(t, got, http.StatusOK, words...)
	}
	got := ask(t, f, "/incidents?format=html", bearer)
	checkListPage(t, got, http.StatusOK, "89860321******10001")
}

// checkListPage wants a page with its headers, that says words.
func checkListPage(t *testing.T, got *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if got.Code != status {
		t.Errorf("status = %d, want %d: %.500s", got.Code, status, got.Body)
	}
	_, body, _ := strings.Cut(html.UnescapeString(got.Body.String()), "<body>")
	for _, word := range words {
		if !strings.Contains(body, word) {
			t.Errorf("the page lacks %q:\n%s", word, body)
		}
	}
	want := map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Content-Security-Policy": page.Policy, "Set-Cookie": "",
	}
	for name, value := range want {
		if got.Header().Get(name) != value {
			t.Errorf("%s = %q, want %q", name, got.Header().Get(name), value)
		}
	}
}

// TestIncidentFilters choose by state, rule and severity, and count all.
func TestIncidentFilters(t *testing.T) {
	t.Parallel()
	f := newLists(t, listed(), nil)
	tests := []struct {
		query string
		want  []string // rules
	}{
		{"", []string{"usage", "expiry", "forecast", "receiver", "unreadable", "usage", "stopped"}},
		{"state=silenced", []string{"stopped"}},
		{"state=acknowledged", nil},
		{"rule=usage", []string{"usage", "usage"}},
		{"severity=critical", []string{"usage"}},
		{"severity=warning&rule=usage&state=open", []string{"usage"}},
	}
	for _, tt := range tests {
		var got struct {
			Incidents []struct{ Rule string }
			Counts    struct{ Open, Silenced int }
		}
		if err := json.Unmarshal(ask(t, f, "/incidents?"+tt.query, bearer).Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, i := range got.Incidents {
			rules = append(rules, i.Rule)
		}
		if !slices.Equal(rules, tt.want) || got.Counts.Open != 6 || got.Counts.Silenced != 1 {
			t.Errorf("%s: %v, %+v; want %v of 6 open and 1 silenced", tt.query, rules, got.Counts, tt.want)
		}
	}
	for _, query := range []string{"state=closed", "rule=usge", "severity=high", "format=xml", "page=2", "rule=usage&rule=expiry", "stat%zz"} {
		got := ask(t, f, "/incidents?"+query, bearer)
		if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), ":invalid-parameter") {
			t.Errorf("%s = %d: %s; want 400", query, got.Code, got.Body)
		}
	}
	checkListPage(t, ask(t, f, "/incidents?state=closed", bearer, "Accept: "+asBrowser), http.StatusBadRequest, "Wrong address", "state")
}

// TestWhoMaySeeIncidents tries each way in, and each that is none.
func TestWhoMaySeeIncidents(t *testing.T) {
	t.Parallel()
	const basic = "Authorization: Basic YW55Ym9keTphLXRva2VuLW9mLTI2LWNoYXJhY3RlcnMtLQ=="
	link := strings.TrimPrefix(listLinks.List(listAt), alertsBase)
	old := strings.TrimPrefix(listLinks.List(listAt.Add(-signedlink.Lifetime-2*time.Hour)), alertsBase)
	other := strings.TrimPrefix(incidentlink.New(alertsBase, []string{"another-secret-0123"}).List(listAt), alertsBase)
	_, ofCard, _ := strings.Cut(listCards.To("89860345190897749986", listAt), "?")
	open := func(c *alerts.Config) { c.Guard = nil }
	nothing := func(c *alerts.Config) { c.Guard, c.Links = nil, incidentlink.Links{} }
	linksOnly := func(c *alerts.Config) { c.Guard = web.Bearer(nil) }
	tests := []struct {
		name, target, header string
		edit                 func(*alerts.Config)
		status               int
		slug                 string
	}{
		{"token", "/incidents", bearer, nil, 200, ""},
		{"password", "/incidents", basic, nil, 200, ""},
		{"wrong token", "/incidents", "Authorization: Bearer some-other-token-000", nil, 401, "unauthorized"},
		{"nothing shown", "/incidents", "", nil, 401, "unauthorized"},
		{"link", link, "", nil, 200, ""},
		{"link with filters", link + "&state=open&rule=usage&severity=critical&lang=zh&format=csv", "", nil, 200, ""},
		{"link without tokens", link, "", linksOnly, 200, ""},
		{"link with a page", link + "&page=2", "", nil, 403, "wrong-link"},
		{"link with an altered end", strings.Replace(link, "expires=1", "expires=2", 1), "", nil, 403, "wrong-link"},
		{"link with an altered signature", link[:len(link)-1] + "g", "", nil, 403, "wrong-link"},
		{"altered link and a token", link + "0", bearer, nil, 403, "wrong-link"},
		{"link of another secret", other, "", nil, 403, "wrong-link"},
		{"link of a card", "/incidents?" + ofCard, "", nil, 403, "wrong-link"},
		{"old link", old, "", nil, 403, "old-link"},
		{"only links, nothing shown", "/incidents", "", linksOnly, 401, "unauthorized"},
		{"nothing configured", "/incidents", bearer, nothing, 404, "no-incidents-page"},
		{"nothing configured, a link", link, "", nothing, 403, "wrong-link"},
		{"no guard", "/incidents", bearer, open, 404, "no-incidents-page"},
		{"the platform", "/incidents", "", func(c *alerts.Config) { c.Guard = web.Open }, 200, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newLists(t, listed(), tt.edit)
			got := ask(t, f, tt.target, tt.header)
			if got.Code != tt.status || tt.slug != "" && !strings.Contains(got.Body.String(), "signalbox:"+tt.slug+`"`) {
				t.Errorf("status = %d: %.300s; want %d, %s", got.Code, got.Body, tt.status, tt.slug)
			}
			if tt.status == http.StatusUnauthorized && got.Header().Get("WWW-Authenticate") == "" {
				t.Error("there is no challenge")
			}
			if tt.status != http.StatusOK {
				checkListPage(t, ask(t, f, tt.target, tt.header, "Accept: "+asBrowser), tt.status)
				if strings.Contains(got.Body.String(), "8986") {
					t.Errorf("the refusal names a card: %s", got.Body)
				}
			}
		})
	}
}

// TestStateThatCannotBeListed is no empty list.
func TestStateThatCannotBeListed(t *testing.T) {
	t.Parallel()
	unreachable := errors.New("dial tcp 10.0.0.7:6379: connection refused")
	tests := []struct {
		name   string
		spoil  func(*fixture)
		reason string
	}{
		{"damaged incident", func(f *fixture) {
			f.store.put([]store.Record{{Collection: "incidents", Key: "card/89860321000000010009/usage", Value: []byte("{")}})
		}, "SIGNALBOX_STATE_RESET="},
		{"damaged sweep", func(f *fixture) {
			f.store.put([]store.Record{{Collection: "sweep", Key: "current", Value: []byte("null")}})
		}, "SIGNALBOX_STATE_RESET="},
		{"incidents cannot be read", func(f *fixture) {
			f.store.refuse = func(_, collection string) error { return map[string]error{"incidents": unreachable}[collection] }
		}, "see the log"},
		{"acknowledgements cannot be read", func(f *fixture) {
			f.store.refuse = func(_, collection string) error { return map[string]error{"acknowledged": unreachable}[collection] }
		}, "see the log"},
		{"silences cannot be read", func(f *fixture) {
			f.store.refuse = func(_, collection string) error { return map[string]error{"silences": unreachable}[collection] }
		}, "see the log"},
		{"sweep cannot be read", func(f *fixture) {
			f.store.refuse = func(_, collection string) error { return map[string]error{"sweep": unreachable}[collection] }
		}, "see the log"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newLists(t, listed(), nil)
			tt.spoil(f)
			got := ask(t, f, "/incidents", bearer)
			if got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), tt.reason) || got.Header().Get("Retry-After") == "" {
				t.Errorf("status = %d: %s; want 503 and %q", got.Code, got.Body, tt.reason)
			}
			if strings.Contains(got.Body.String(), "10.0.0.7") {
				t.Errorf("the problem says where the store is: %s", got.Body)
			}
			checkListPage(t, ask(t, f, "/incidents", bearer, "Accept: "+asBrowser), http.StatusServiceUnavailable, "cannot be read")
		})
	}
}

// TestListSaysHowOldItIs has no sweep, one under way, and one that is overdue.
func TestListSaysHowOldItIs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prepare func(*testing.T, *fixture)
		words   []string
		absent  string
	}{
		{"finished", func(*testing.T, *fixture) {}, []string{"99.98% of 100,000 cards checked", "3 h", "2026-11-22 16:26 +08:00", "Nothing is open."}, "late"},
		{"no sweep", func(_ *testing.T, f *fixture) { delete(f.store.records, "sweep") }, []string{"No sweep has begun yet"}, "Nothing is open."},
		{"under way", func(t *testing.T, f *fixture) {
			t.Helper()
			c := fleet.Begin(listAt.Add(-time.Minute), fleet.Census{})
			c.Total, c.Counts.Checked = 100_000, 4000
			f.store.put([]store.Record{{Collection: "sweep", Key: "current", Value: asJSON(t, map[string]any{"checkpoint": c})}})
		}, []string{"4% of 100,000", "under way since", "2026-11-22 16:26 +08:00"}, "late"},
		{"overdue", func(t *testing.T, f *fixture) {
			t.Helper()
			health := map[string]any{"day": map[string]any{}, "finished": listAt.Add(-16 * time.Minute), "took": 30 * time.Second}
			f.store.put([]store.Record{{Collection: "sweep", Key: "health", Value: asJSON(t, health)}})
		}, []string{"Sweeps are late"}, "No sweep"},
		{"never finished", func(t *testing.T, f *fixture) {
			t.Helper()
			health := map[string]any{"day": map[string]any{}, "begun": listAt.Add(-time.Hour)}
			f.store.put([]store.Record{{Collection: "sweep", Key: "health", Value: asJSON(t, health)}})
		}, []string{"No whole sweep is finished yet", "Sweeps are late"}, "last whole sweep was"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newLists(t, nil, nil)
			tt.prepare(t, f)
			got := ask(t, f, "/incidents?lang=en", bearer, "Accept: "+asBrowser)
			checkListPage(t, got, http.StatusOK, tt.words...)
			if _, body, _ := strings.Cut(got.Body.String(), "<body>"); strings.Contains(body, tt.absent) {
				t.Errorf("the page says %q:\n%s", tt.absent, body)
			}
		})
	}
}
