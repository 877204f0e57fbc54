package alerts_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
	"signalbox/shared/config"
	"signalbox/shared/web"
)

// call sends a request with a body, or "", as somebody with a token.
func (f *fixture) call(t *testing.T, method, target, body string, edit func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+listToken)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if edit != nil {
		edit(r)
	}
	got := httptest.NewRecorder()
	contract.Handler(t, f).ServeHTTP(got, r)
	return got
}

// withToken lets those in who have the token of lists.
func withToken(c *alerts.Config) {
	c.Guard = web.Browser(config.Tokens{{Name: "support", Secret: listToken}})
}

// explainedRule is one of an explanation.
type explainedRule struct {
	Rule, Status, Reason string
	Severity, Because    *string
	Thresholds           []string
	Until                *time.Time
	Breached             *struct{ Times, Of int }
	Incident             *struct{ Phase string }
	Receivers            []string
}

// explained asks why people are notified of the first card, or are not, by rule.
func (f *fixture) explained(t *testing.T) map[string]explainedRule {
	t.Helper()
	const n = 1
	got := f.call(t, http.MethodGet, "/explain/"+f.cloud.ICCID(n), "", nil)
	var answer struct {
		ICCID    string
		Subjects []struct {
			Subject, Kind string
			Rules         []explainedRule
		}
	}
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || got.Code != http.StatusOK || answer.ICCID != f.cloud.ICCID(n) {
		t.Fatalf("GET /explain = %d %s", got.Code, got.Body)
	}
	rules := make(map[string]explainedRule)
	for _, one := range answer.Subjects[0].Rules {
		rules[one.Rule] = one
	}
	return rules
}

// TestExplain wants each reason for which people are notified of a card, or are not.
func TestExplain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 10, withToken)
		f.set(1, func(c *aliyuntest.Card) {
			c.UsedBytes, c.Pool, c.Status, c.Expires = c.PackageBytes*93/100, "", aliyuntest.StatusInUse, time.Now().AddDate(1, 0, 0)
		})
		reason := func(want string) explainedRule {
			t.Helper()
			usage := f.explained(t)[rule.UsageName]
			if usage.Reason != want {
				t.Fatalf("the reason is %+v, want %s", usage, want)
			}
			return usage
		}
		usage := reason("due")
		if usage.Status != "breached" || !slices.Equal(usage.Thresholds, []string{"80 %", "90 %", "100 %"}) || usage.Incident != nil {
			t.Errorf("before a sweep: %+v", usage)
		}
		if expiry := f.explained(t)[rule.ExpiryName]; expiry.Reason != "clear" {
			t.Errorf("expiry: %+v, want clear", expiry)
		}
		if inactive := f.explained(t)[rule.InactiveName]; inactive.Reason != "off" || inactive.Thresholds != nil {
			t.Errorf("inactive: %+v, want off", inactive)
		}
		f.sweep(t)
		if usage = reason("notified"); usage.Incident == nil || usage.Incident.Phase != "open" || !slices.Equal(usage.Receivers, []string{alerts.SlackReceiver}) {
			t.Errorf("after a sweep: %+v", usage)
		}
		path := "/silences/" + f.cloud.ICCID(1)
		if got := f.call(t, http.MethodPut, path, `{"for":"24h","name":"Ann"}`, nil); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"outcome":"done"`) {
			t.Fatalf("PUT %s = %d %s", path, got.Code, got.Body)
		}
		if usage = reason("silence"); usage.Because == nil || *usage.Because != "Ann" || time.Until(*usage.Until).Round(time.Minute) != 24*time.Hour {
			t.Errorf("silenced: %+v", usage)
		}
		list := f.call(t, http.MethodGet, "/silences", "", nil).Body.String()
		checkWords(t, list, `"origin":"token"`, `"by":"Ann"`, `"kind":"card"`)
		if strings.Contains(list, f.cloud.ICCID(1)) {
			t.Errorf("the list shows a whole ICCID: %s", list)
		}
		for _, want := range []string{"done", "nothing"} {
			if got := f.call(t, http.MethodDelete, path, "", nil); !strings.Contains(got.Body.String(), `"outcome":"`+want+`"`) {
				t.Errorf("DELETE %s = %d %s, want %s", path, got.Code, got.Body, want)
			}
		}
		reason("notified")
		f.again(t, func(c *alerts.Config) {
			p := standard()
			p.MuteTimes = []rule.MuteTime{{To: 24 * 60}}
			p.Silences = []rule.Silence{{Match: rule.Match{Tag: "nobody"}, Until: time.Now().Add(time.Hour), Comment: "works"}, {Until: time.Now()}}
			c.Rules = p
		})
		reason("muteTime")
		list = f.call(t, http.MethodGet, "/silences", "", nil).Body.String()
		checkWords(t, list, `"match":{"tag":"nobody","package":null,"iccid":null}`, `"origin":"rules file"`, `"comment":"works"`)
		if strings.Count(list, "origin") != 1 {
			t.Errorf("silences that are over are listed: %s", list)
		}
	})
}

// TestExplainUnknown wants it said where a card cannot be seen.
func TestExplainUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 10, withToken)
		f.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault { return aliyuntest.Fault{Kind: aliyuntest.Unavailable503} })
		for name, one := range f.explained(t) {
			if name != rule.UnreadableName && name != rule.InactiveName && one.Reason != "unknown" {
				t.Errorf("%s of a card that cannot be looked up: %+v, want unknown", name, one)
			}
		}
	})
}

// TestSilencesRefuse wants nothing changed by what is wrong.
func TestSilencesRefuse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 10, withToken)
		card, stranger := f.cloud.ICCID(1), func(r *http.Request) { r.Header.Del("Authorization") }
		elsewhere := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }
		tests := []struct {
			name, method, path, body string
			edit                     func(*http.Request)
			want                     int
		}{
			{"no token", http.MethodPut, "/silences/" + card, `{"for":"1h"}`, stranger, 401},
			{"no token to end", http.MethodDelete, "/silences/" + card, "", stranger, 401},
			{"no token to list", http.MethodGet, "/silences", "", stranger, 401},
			{"no token to explain", http.MethodGet, "/explain/" + card, "", stranger, 401},
			{"another site", http.MethodPut, "/silences/" + card, `{"for":"1h"}`, elsewhere, 403},
			{"another site ends", http.MethodDelete, "/silences/" + card, "", elsewhere, 403},
			{"no card", http.MethodPut, "/silences/123", `{"for":"1h"}`, nil, 400},
			{"no card to end", http.MethodDelete, "/silences/123", "", nil, 400},
			{"no card to explain", http.MethodGet, "/explain/123", "", nil, 400},
			{"for ever", http.MethodPut, "/silences/" + card, `{"for":"999h"}`, nil, 422},
			{"no end", http.MethodPut, "/silences/" + card, `{}`, nil, 422},
			{"no JSON", http.MethodPut, "/silences/" + card, `{`, nil, 400},
			{"no media type", http.MethodPut, "/silences/" + card, `{"for":"1h"}`, func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
			{"too large", http.MethodPut, "/silences/" + card, `{"for":"` + strings.Repeat("1", web.MaxBody) + `"}`, nil, 413},
		}
		for _, tt := range tests {
			if got := f.call(t, tt.method, tt.path, tt.body, tt.edit); got.Code != tt.want {
				t.Errorf("%s: answered %d %s, want %d", tt.name, got.Code, got.Body, tt.want)
			}
		}
		if list := f.call(t, http.MethodGet, "/silences", "", nil).Body.String(); !strings.Contains(list, `{"silences":[]}`) {
			t.Errorf("something was silenced: %s", list)
		}
		ways := []struct{ method, path, body string }{
			{http.MethodPut, "/silences/" + card, `{"for":"1h"}`},
			{http.MethodDelete, "/silences/" + card, ""},
			{http.MethodGet, "/silences", ""},
			{http.MethodGet, "/explain/" + card, ""},
		}
		each := func(want int) {
			for _, way := range ways {
				if got := f.call(t, way.method, way.path, way.body, nil); got.Code != want {
					t.Errorf("%s %s = %d %s, want %d", way.method, way.path, got.Code, got.Body, want)
				}
			}
		}
		f.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault {
			return aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Hour}
		})
		if got := f.call(t, http.MethodGet, "/explain/"+card, "", nil); got.Code != http.StatusGatewayTimeout {
			t.Errorf("while Alibaba hangs it is answered %d %s", got.Code, got.Body)
		}
		f.store.hook = func(string) error { return errKilled }
		each(http.StatusServiceUnavailable)
		f.again(t, func(c *alerts.Config) { c.Guard = nil })
		each(http.StatusNotFound)
	})
}

// TestExplainNoSuchCard wants a number that the account does not have said to be of no card,
// and not to be of one that the next sweep notifies people of; unless it is watched by its
// number: then it does.
func TestExplainNoSuchCard(t *testing.T) {
	t.Parallel()
	const nobodys = "89860345190897740000"
	for _, watched := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, 10, func(c *alerts.Config) {
				withToken(c)
				if watched {
					c.Watch = []card.ICCID{nobodys}
				}
			})
			got := f.call(t, http.MethodGet, "/explain/"+nobodys, "", nil)
			var answer struct {
				Subjects []struct {
					NotFound   bool
					Unreadable *string
					Rules      []explainedRule
				}
			}
			if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || got.Code != http.StatusOK || len(answer.Subjects) != 1 {
				t.Fatalf("GET /explain = %d %s, %v", got.Code, got.Body, err)
			}
			s := answer.Subjects[0]
			due := slices.ContainsFunc(s.Rules, func(r explainedRule) bool { return r.Reason == "due" || r.Reason == "pending" })
			if s.NotFound == watched || (s.Unreadable == nil) == watched || due != watched {
				t.Errorf("watched %t: %s", watched, got.Body)
			}
		})
	}
}
