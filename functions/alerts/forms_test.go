package alerts_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/config"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// newLinked is the function with a webhook alone, whose messages have signed links.
func newLinked(t *testing.T) *acting {
	t.Helper()
	return newActing(t, func(c *alerts.Config) {
		c.Buttons = alerts.Buttons{}
		c.Links, c.Style.Incidents = listLinks, listLinks
		c.Guard = web.Browser(config.Tokens{{Name: "support", Secret: listToken}})
		c.Receivers = nil
	})
}

// browse asks for an address of the function's, as a browser does.
func (a *acting) browse(t *testing.T, method, address, form string, edit func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, strings.TrimPrefix(address, alertsBase), strings.NewReader(form))
	r.Header.Set("Accept", asBrowser)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if edit != nil {
		edit(r)
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w
}

// formLink is a signed link to a form for the incident of a card.
func (a *acting) formLink(t *testing.T, card int, verb action.Verb) string {
	t.Helper()
	return listLinks.Form(a.incident(t, card).ID(), string(verb), time.Now())
}

var addresses = regexp.MustCompile(`https://alerts\.example/prefix[^\s"<>|)]+`)

// TestRobot fetches every link in every message, and every link on what it gets, in every
// way that does not send a form: nothing changes.
func TestRobot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		a.set(3, func(c *aliyuntest.Card) { c.UsedBytes, c.Refreshed = c.PackageBytes*95/100, time.Now() })
		a.sweep(t) // a message about one card alone, which leads to its forms
		before := a.state()
		var queue []string
		for _, m := range a.slack.Inbox() {
			queue = append(queue, addresses.FindAllString(m.Plain(), -1)...)
		}
		fetched, forms := make(map[string]bool), 0
		for len(queue) > 0 && len(fetched) < 200 {
			address := queue[0]
			queue = queue[1:]
			if fetched[address] {
				continue
			}
			fetched[address] = true
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				got := a.browse(t, method, address, "", nil)
				if got.Code != http.StatusOK {
					t.Errorf("%s %s is answered %d", method, address, got.Code)
				}
				if strings.Contains(got.Body.String(), `<form method="post">`) {
					forms++
				}
				queue = append(queue, linksOf(t, address, got.Body.String())...)
			}
		}
		if forms < 8 || len(fetched) < 10 {
			t.Errorf("the robot found %d addresses and %d forms, too few to prove anything", len(fetched), forms)
		}
		same := func(a, b store.Record) bool { return a.Key == b.Key && string(a.Value) == string(b.Value) }
		if !slices.EqualFunc(before, a.state(), same) {
			t.Error("a robot has changed the state")
		}
	})
}

var hrefs = regexp.MustCompile(`href="([^"#]+)"`)

// linksOf are the function's addresses on a page.
func linksOf(t *testing.T, at, body string) []string {
	t.Helper()
	base, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, match := range hrefs.FindAllStringSubmatch(body, -1) {
		to, err := base.Parse(html.UnescapeString(match[1]))
		if err == nil && strings.HasPrefix(to.String(), alertsBase) {
			found = append(found, to.String())
		}
	}
	return found
}

// TestForms acts by each form, for who comes by a link and for who has a token.
func TestForms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		post := func(verb action.Verb, form string) string {
			t.Helper()
			got := a.browse(t, http.MethodPost, a.formLink(t, 1, verb), form, nil)
			if got.Code != http.StatusOK {
				t.Fatalf("%s is answered %d %s", verb, got.Code, got.Body)
			}
			return got.Body.String()
		}
		checkWords(t, post(action.Acknowledge, "name=Carla&request=r1"), "You have acknowledged 1 incident.", "acknowledged by Carla")
		if got := a.standing(t, 1); got.State != action.Acknowledged || got.By != "Carla" || got.Origin != action.Link {
			t.Errorf("the incident is %+v", got)
		}
		post(action.Acknowledge, "name=Carla&request=r1") // reloaded
		checkWords(t, post(action.Acknowledge, "name=Dora&request=r2"), "Carla has done that before you")
		checkWords(t, post(action.Undo, "request=r3"), "is undone")
		checkWords(t, post(action.Undo, "request=r4"), "Nothing was changed")
		checkWords(t, post(action.Silence, "for=24h"), "You have silenced 1 incident until")
		if got := len(a.did(t)); got != 5 {
			t.Errorf("%d actions are kept, want 5", got)
		}
		page := a.browse(t, http.MethodGet, listLinks.List(time.Now()), "", nil).Body.String()
		checkWords(t, page, "Silenced", "Somebody", "/undo?")
		got := a.browse(t, http.MethodPost, strings.SplitN(a.formLink(t, 2, action.Acknowledge), "?", 2)[0], "", func(r *http.Request) {
			r.Header.Set("Accept", "application/json")
			r.Header.Set("Authorization", "Bearer "+listToken)
		})
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"outcome":"done"`) {
			t.Errorf("a token's form is answered %d %s", got.Code, got.Body)
		}
		checkWords(t, got.Body.String(), `"at":"`+time.Now().In(shanghai).Format(time.RFC3339)+`"`)
		if got := a.standing(t, 2); got.By != "support" || got.Origin != action.Token {
			t.Errorf("the incident is %+v, want it by the token's name", got)
		}
	})
}

// TestFormsRefuse wants nothing changed by what is wrong.
func TestFormsRefuse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		link := a.formLink(t, 1, action.Acknowledge)
		bare, query, _ := strings.Cut(link, "?")
		other := alertsBase + "/incidents/0123456789abcdef/acknowledge?" + query
		fromElsewhere := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }
		tests := []struct {
			name, method, address, form string
			edit                        func(*http.Request)
			want                        int
		}{
			{"no link and no token", http.MethodPost, bare, "", nil, 401},
			{"an altered link", http.MethodPost, link[:len(link)-1] + "g", "", nil, 403},
			{"another site's form", http.MethodPost, link, "", fromElsewhere, 403},
			{"another origin's form", http.MethodPost, link, "", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
			{"an incident that is unknown", http.MethodPost, other, "", nil, 404},
			{"to look at one that is unknown", http.MethodGet, other, "", nil, 404},
			{"no id", http.MethodPost, strings.Replace(other, "0123456789abcdef", "0123456789ABCDEF", 1), "", nil, 400},
			{"to look at no id", http.MethodGet, strings.Replace(other, "0123456789abcdef", "x", 1), "", nil, 400},
			{"a parameter more", http.MethodPost, link + "&for=24h", "", nil, 403},
			{"a name that is none", http.MethodPost, link, "request=%00", nil, 400},
			{"no form", http.MethodPost, link, "%zz", nil, 400},
			{"a large form", http.MethodPost, link, "name=" + strings.Repeat("x", 9<<10), nil, 413},
			{"a silence without an end", http.MethodPost, a.formLink(t, 1, action.Silence), "", nil, 400},
			{"a silence for ever", http.MethodPost, a.formLink(t, 1, action.Silence), "for=1000000h", nil, 400},
			{"PUT", http.MethodPut, link, "", nil, 405},
		}
		for _, tt := range tests {
			for _, accept := range []string{asBrowser, "application/json"} {
				got := a.browse(t, tt.method, tt.address, tt.form, func(r *http.Request) {
					if tt.edit != nil {
						tt.edit(r)
					}
					r.Header.Set("Accept", accept)
				})
				if got.Code != tt.want {
					t.Errorf("%s: answered %d %.300s, want %d", tt.name, got.Code, got.Body, tt.want)
				}
			}
		}
		for _, one := range a.did(t) {
			if one.Outcome == action.Done {
				t.Errorf("%+v was done", one)
			}
		}
		a.store.hook = func(string) error { return errKilled }
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, accept := range []string{asBrowser, "application/json"} {
				got := a.browse(t, method, link, "", func(r *http.Request) { r.Header.Set("Accept", accept) })
				if got.Code != http.StatusServiceUnavailable {
					t.Errorf("%s without a store is answered %d", method, got.Code)
				}
			}
		}
	})
}

// TestEveryFormAnswers asks for each form, and sends each, in every way that is refused,
// as a browser and as a program.
func TestEveryFormAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		ways := []struct {
			name string
			want map[string]int // by method; 0: not asked
			to   func(link string) (address, form string)
		}{
			{"as it is", map[string]int{"GET": 200, "POST": 200}, func(link string) (string, string) { return link, "for=1h" }},
			{"unsigned", map[string]int{"GET": 401, "POST": 401}, func(link string) (string, string) { bare, _, _ := strings.Cut(link, "?"); return bare, "" }},
			{"altered", map[string]int{"GET": 403, "POST": 403}, func(link string) (string, string) { return link + "0", "" }},
			{"no id", map[string]int{"GET": 400, "POST": 400}, func(link string) (string, string) {
				return strings.Replace(link, "/incidents/", "/incidents/X", 1), "for=1h"
			}},
			{"unknown", map[string]int{"GET": 404, "POST": 404}, func(link string) (string, string) {
				return regexp.MustCompile("/[0-9a-f]{16}/").ReplaceAllString(link, "/0123456789abcdef/"), "for=1h"
			}},
			{"large", map[string]int{"POST": 413}, func(link string) (string, string) { return link, strings.Repeat("x", 9<<10) }},
		}
		each := func(check func(method string, verb action.Verb, accept string)) {
			for _, verb := range []action.Verb{action.Acknowledge, action.Silence, action.Undo} {
				for _, method := range []string{http.MethodGet, http.MethodPost} {
					for _, accept := range []string{asBrowser, "application/json"} {
						check(method, verb, accept)
					}
				}
			}
		}
		each(func(method string, verb action.Verb, accept string) {
			for _, way := range ways {
				address, form := way.to(a.formLink(t, 1, verb))
				got := a.browse(t, method, address, form, func(r *http.Request) { r.Header.Set("Accept", accept) })
				if want := way.want[method]; want != 0 && got.Code != want {
					t.Errorf("%s %s %s as %s: answered %d %.200s, want %d", way.name, method, verb, accept, got.Code, got.Body, want)
				}
			}
		})
		a.store.hook = func(string) error { return errKilled }
		each(func(method string, verb action.Verb, accept string) {
			link := listLinks.Form("0123456789abcdef", string(verb), time.Now())
			got := a.browse(t, method, link, "for=1h", func(r *http.Request) { r.Header.Set("Accept", accept) })
			if got.Code != http.StatusServiceUnavailable {
				t.Errorf("without a store %s %s as %s is answered %d", method, verb, accept, got.Code)
			}
		})
		a.store.hook = nil
		a.restart(t, func(c *alerts.Config) { c.Guard, c.Receivers = nil, nil })
		each(func(method string, verb action.Verb, accept string) {
			address := alertsBase + "/incidents/0123456789abcdef/" + string(verb)
			got := a.browse(t, method, address, "for=1h", func(r *http.Request) { r.Header.Set("Accept", accept) })
			if got.Code != http.StatusNotFound {
				t.Errorf("without tokens %s %s as %s is answered %d", method, verb, accept, got.Code)
			}
		})
	})
}

// TestRefusedFormDoesNothing sends a form to an address that is refused.
func TestRefusedFormDoesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		bare, _, _ := strings.Cut(a.formLink(t, 1, action.Acknowledge), "?")
		for _, query := range []string{"?misspelt=1", "?lang=en&lang=zh", "?%zz"} {
			got := a.browse(t, http.MethodPost, bare+query, "name=Ann", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+listToken) })
			if done := len(a.did(t)); done > 0 || got.Code != http.StatusBadRequest {
				t.Errorf("%s is answered %d, and %d actions are done", query, got.Code, done)
			}
		}
	})
}

// TestUndoOfWhatIsOver undoes a silence that has ended: there is nothing to undo.
func TestUndoOfWhatIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		post := func(verb action.Verb, form string) string {
			return a.browse(t, http.MethodPost, a.formLink(t, 1, verb), form, nil).Body.String()
		}
		post(action.Silence, "for=1h")
		time.Sleep(2 * time.Hour)
		checkWords(t, post(action.Undo, "request=r1"), "Nothing was changed")
	})
}

// TestFormOverPlainHTTP has a browser send a form that says where it comes from by its
// origin alone, as over plain HTTP or from an old browser: it names the origin of a page
// only where that has a referrer.
func TestFormOverPlainHTTP(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		link := a.formLink(t, 1, action.Acknowledge)
		shown := a.browse(t, http.MethodGet, link, "", nil)
		origin := map[string]string{"no-referrer": "null", "same-origin": "http://example.com"}[shown.Header().Get("Referrer-Policy")]
		sent := a.browse(t, http.MethodPost, link, "name=Ann", func(r *http.Request) { r.Header.Set("Origin", origin) })
		if got := a.standing(t, 1).State; sent.Code != http.StatusOK || got != action.Acknowledged {
			t.Errorf("a form from the origin %q is answered %d, and the incident is %s", origin, sent.Code, got)
		}
	})
}
