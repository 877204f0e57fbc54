package alerts_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
)

// fileSilence is a silence of the rules file for card 1 of an acting's.
func fileSilence(a *acting) rule.Policy {
	p := standard()
	p.Silences = []rule.Silence{{Match: rule.Match{ICCID: a.cloud.ICCID(1)}, Until: time.Now().Add(48 * time.Hour).Truncate(time.Second), Comment: "planned <maintenance>"}}
	return p
}

// listed are the members of the incident of card 1 in the list, by JSON.
func (a *acting) listed(t *testing.T, query string) map[string]any {
	t.Helper()
	got := a.browse(t, http.MethodGet, listLinks.List(time.Now())+"&format=json"+query, "", nil)
	var list struct{ Incidents []map[string]any }
	if err := json.Unmarshal(got.Body.Bytes(), &list); err != nil {
		t.Fatalf("%v: %s", err, got.Body)
	}
	for _, i := range list.Incidents {
		if i["id"] == a.incident(t, 1).ID() {
			return i
		}
	}
	return nil
}

// TestSilenceOfTheFile shows until when and why the rules file silences a card, and offers
// no undoing of that.
func TestSilenceOfTheFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		policy := fileSilence(a)
		a.restart(t, func(c *alerts.Config) {
			c.Rules, c.Buttons, c.Receivers, c.Links, c.Style.Incidents = policy, alerts.Buttons{}, nil, listLinks, listLinks
		})
		a.sweep(t)
		until := policy.Silences[0].Until
		i := a.listed(t, "&state=silenced")
		if i == nil {
			t.Fatal("it is not among what is silenced")
		}
		shown, _ := i["until"].(string)
		if at, err := time.Parse(time.RFC3339, shown); err != nil || !at.Equal(until) || i["comment"] != "planned <maintenance>" || i["by"] != nil {
			t.Errorf("until %v, comment %v, by %v; want the file's", i["until"], i["comment"], i["by"])
		}
		said := a.browse(t, http.MethodGet, listLinks.List(time.Now())+"&state=silenced", "", nil).Body.String()
		checkWords(t, said, "by the rules file", "until "+until.In(shanghai).Format("2006-01-02 15:04"), "planned &lt;maintenance&gt;", "/acknowledge?")
		if strings.Contains(said, "/undo?") {
			t.Error("the list offers to undo what only the file can end")
		}
		for _, verb := range []action.Verb{action.Acknowledge, action.Undo} {
			form := a.browse(t, http.MethodGet, a.formLink(t, 1, verb), "", nil).Body.String()
			checkWords(t, form, "silenced by the rules file until "+until.In(shanghai).Format("2006-01-02 15:04"), "planned &lt;maintenance&gt;")
			if asks := strings.Contains(form, "<button>"); asks != (verb == action.Acknowledge) {
				t.Errorf("the form to %s has a button: %v", verb, asks)
			}
		}
		undone := a.browse(t, http.MethodPost, a.formLink(t, 1, action.Undo), "", nil).Body.String()
		checkWords(t, undone, "What the rules file silences ends there")
		if zh := a.browse(t, http.MethodGet, a.formLink(t, 1, action.Undo)+"&lang=zh", "", nil).Body.String(); !strings.Contains(zh, "已由规则文件静默至 ") {
			t.Errorf("in Chinese the form says %s", zh)
		}
		// What somebody makes counts from where it outlasts the file's.
		a.browse(t, http.MethodPost, a.formLink(t, 1, action.Silence), "for=1h&name=Bob", nil)
		if i := a.listed(t, "&state=silenced"); i == nil || i["until"] != shown || i["by"] != nil {
			t.Errorf("beside a shorter silence the list has %v", i)
		}
		a.browse(t, http.MethodPost, a.formLink(t, 1, action.Silence), "for=7d&name=Bob", nil)
		checkWords(t, a.browse(t, http.MethodGet, listLinks.List(time.Now()), "", nil).Body.String(), "by Bob", "/undo?")
	})
}

// TestFileSilencesInSlack has a status message say that the rules file silences what it shows, and
// offer no undoing until somebody has done something.
func TestFileSilencesInSlack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		policy := rule.Policy{Default: rule.Settings{rule.Usage{Percent: []int{80, 90, 100}}}, Silences: fileSilence(a).Silences}
		a.restart(t, func(c *alerts.Config) { c.Rules = policy })
		for _, i := range []int{1, 2} { // so that they are evaluated
			a.set(i, func(c *aliyuntest.Card) { c.Refreshed = time.Now() })
		}
		a.sweep(t)
		a.sweep(t)
		shown := a.status(t, highUsage...).Plain()
		checkWords(t, shown, "1 silenced by the rules file until")
		if strings.Contains(shown, "[Undo]") {
			t.Errorf("the message offers Undo:\n%s", shown)
		}
		checkWords(t, a.enter(t, ann, "card "+a.cloud.ICCID(1)), "silenced by the rules file until", "planned &lt;maintenance&gt;")
		a.mustPress(t, press(ann, a.status(t, highUsage...), "acknowledge", "", map[string]string{"silence-which": a.incident(t, 1).ID()}))
		checkWords(t, a.status(t, highUsage...).Plain(), "1 silenced by the rules file until", "[Undo]")
	})
}

// TestSilencedAndAcknowledged shows both, each with whoever did it, as silenced.
func TestSilencedAndAcknowledged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newLinked(t)
		a.browse(t, http.MethodPost, a.formLink(t, 1, action.Silence), "for=24h&name=Bob", nil)
		silenced := time.Now().Truncate(time.Second) // as the list says it
		acknowledged := silenced.Add(time.Hour)
		time.Sleep(time.Hour)
		form := a.browse(t, http.MethodPost, a.formLink(t, 1, action.Acknowledge), "name=Xiaoming", nil).Body.String()
		checkWords(t, form, "silenced by Bob until", "acknowledged by Xiaoming")
		i := a.listed(t, "&state=silenced")
		if i == nil {
			t.Fatal("it is not among what is silenced")
		}
		at := func(name string) time.Time {
			text, _ := i[name].(string)
			when, _ := time.Parse(time.RFC3339, text)
			return when
		}
		if i["by"] != "Bob" || i["acknowledgedBy"] != "Xiaoming" || !at("at").Equal(silenced) || !at("until").Equal(silenced.Add(24*time.Hour)) ||
			!at("acknowledgedAt").Equal(acknowledged) {
			t.Errorf("the list has %v", i)
		}
		said := a.browse(t, http.MethodGet, listLinks.List(time.Now())+"&state=silenced", "", nil).Body.String()
		checkWords(t, said, "by Bob", "acknowledged by Xiaoming", "/undo?")
		time.Sleep(24 * time.Hour)
		if i := a.listed(t, "&state=acknowledged"); i == nil || i["by"] != "Xiaoming" || i["until"] != nil || i["acknowledgedBy"] != nil {
			t.Errorf("once the silence is over the list has %v", i)
		}
	})
}
