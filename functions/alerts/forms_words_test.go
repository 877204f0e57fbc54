package alerts_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/shared/config"
	"signalbox/shared/web"
)

// TestRefusedFormsSayWhy has the page of each refusal say what is wrong with the form and
// what to do, in both languages.
func TestRefusedFormsSayWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		origin := func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }
		for name, tt := range map[string]struct {
			form     string
			edit     func(*http.Request)
			problem  string
			en, zh   string
			unwanted []string
		}{
			"another origin":         {"for=1h", origin, ":cross-site", "open that", "请打开该页面", nil},
			"a time that is none":    {"for=9h", nil, ":invalid-field", "1h, 24h, 7d, or renewal: until the data resets", "1h、24h、7d 或 renewal（直到流量重置）", nil},
			"no time":                {"", nil, ":invalid-field", "1h, 24h, 7d, or renewal: until the data resets", "1h、24h、7d 或 renewal（直到流量重置）", nil},
			"a request without name": {"for=1h&request=%00", nil, ":invalid-field", "up to 64", "最多 64", nil},
			"no form":                {"%zz", nil, ":invalid-field", "x-www-form-urlencoded", "x-www-form-urlencoded", nil},
			"a large form":           {strings.Repeat("x", 9<<10), nil, "too-large", "too large", "表单过大", nil},
		} {
			link := a.formLink(t, 1, action.Silence)
			for lang, want := range map[string]string{"en": tt.en, "zh": tt.zh} {
				said := a.browse(t, http.MethodPost, link+"&lang="+lang, tt.form, tt.edit).Body.String()
				wrong := strings.Contains(said, "has been logged") || strings.Contains(said, "Wrong address") || strings.Contains(said, "地址有误") || strings.Contains(said, "记入日志")
				if !strings.Contains(strings.ToLower(said), strings.ToLower(want)) || wrong {
					t.Errorf("%s in %s: the page says %s, want %q", name, lang, said, want)
				}
			}
			json := a.browse(t, http.MethodPost, link, tt.form, func(r *http.Request) {
				if tt.edit != nil {
					tt.edit(r)
				}
				r.Header.Set("Accept", "application/json")
			})
			if !strings.Contains(json.Body.String(), tt.problem) {
				t.Errorf("%s is answered %s, want %s", name, json.Body, tt.problem)
			}
		}
	})
}

// TestNamelessInBothLanguages has who gives no name be named in the language of who reads.
func TestNamelessInBothLanguages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		a.browse(t, http.MethodPost, a.formLink(t, 1, action.Acknowledge), "", nil)
		guard := web.Browser(config.Tokens{{Secret: listToken}})
		a.restart(t, func(c *alerts.Config) {
			c.Buttons, c.Receivers, c.Links, c.Style.Incidents, c.Guard = alerts.Buttons{}, nil, listLinks, listLinks, guard
		})
		withToken := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+listToken) }
		bare, _, _ := strings.Cut(a.formLink(t, 2, action.Acknowledge), "?")
		a.browse(t, http.MethodPost, bare, "", withToken)
		for lang, names := range map[string][]string{"en": {"Somebody", "unnamed token"}, "zh": {"某人", "未命名的令牌"}} {
			for card, name := range map[int]string{1: names[0], 2: names[1]} {
				for where, said := range map[string]string{
					"form":                 a.browse(t, http.MethodGet, a.formLink(t, card, action.Undo)+"&lang="+lang, "", nil).Body.String(),
					"list":                 a.browse(t, http.MethodGet, listLinks.List(time.Now())+"&lang="+lang, "", nil).Body.String(),
					"CSV":                  a.browse(t, http.MethodGet, listLinks.List(time.Now())+"&format=csv&lang="+lang, "", nil).Body.String(),
					"JSON":                 a.browse(t, http.MethodGet, listLinks.List(time.Now())+"&format=json&lang="+lang, "", nil).Body.String(),
					"somebody else's form": a.browse(t, http.MethodPost, a.formLink(t, card, action.Acknowledge)+"&lang="+lang, "name=Dora", nil).Body.String(),
				} {
					if !strings.Contains(said, name) {
						t.Errorf("the %s in %s does not say %q", where, lang, name)
					}
				}
			}
		}
	})
}
