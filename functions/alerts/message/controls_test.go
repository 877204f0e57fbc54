package message_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/incidentlink"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// stood is what stands once somebody has acknowledged and silenced incidents.
func stood(t *testing.T, open []rule.Incident, acknowledged, silenced int) action.Standing {
	t.Helper()
	var requests []action.Request
	for n, some := range [][]rule.Incident{open[:acknowledged], open[acknowledged : acknowledged+silenced]} {
		if len(some) > 0 {
			requests = append(requests, onAll(some, "Ann", []action.Verb{action.Acknowledge, action.Silence}[n]))
		}
	}
	return stoodAfter(t, open, requests...)
}

// onAll is what somebody asks for about incidents; a silence lasts for a day.
func onAll(some []rule.Incident, who string, verb action.Verb) action.Request {
	r := action.Request{Verb: verb, Span: action.Day, By: action.Actor{Name: who}}
	for _, i := range some {
		r.On.IDs = append(r.On.IDs, i.ID())
	}
	return r
}

// stoodAfter is what stands after requests.
func stoodAfter(t *testing.T, open []rule.Incident, requests ...action.Request) action.Standing {
	t.Helper()
	kept := &records{put: make(map[string][]store.Record)}
	for _, i := range open {
		raw, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		kept.put["incidents"] = append(kept.put["incidents"], store.Record{Collection: "incidents", Key: i.Key.String(), Value: raw})
	}
	for n, r := range requests {
		r.ID = strconv.Itoa(n)
		if _, err := (action.Book{Store: kept}).Do(t.Context(), r, now); err != nil {
			t.Fatal(err)
		}
	}
	standing, err := action.Load(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	return standing
}

// usageOf has n cards with an incident of one rule.
func usageOf(n int) []rule.Incident {
	open := make([]rule.Incident, n)
	for i := range open {
		open[i] = ofCard(i, rule.UsageName, incident.Critical, 100, nil)
		open[i].Notified.Open = true
	}
	return open
}

// TestControlsFit has a status message of any size, in both languages, with links to
// pages, keep to Slack's limits together with its buttons.
func TestControlsFit(t *testing.T) {
	t.Parallel()
	for _, l := range []language.Language{language.English, language.Chinese} {
		for _, n := range []int{1, 2, 19, 20, 21, 300} {
			for _, known := range []int{0, 1, n} {
				open := usageOf(n)
				w := writer
				w.Style.Language, w.Style.Pages, w.Style.Incidents = l, pages, incidentlink.New("https://alerts.example", []string{"first-secret-0123456789"})
				w.Buttons, w.Standing = true, stood(t, open, known, 0)
				groups := []notify.Group{{Rule: rule.UsageName, Severity: incident.Critical}}
				m := w.Status(groups, open, 3, nil).Mentioning()
				if err := m.Check(); err != nil {
					t.Errorf("%s, %d open, %d known: %v", l.Code(), n, known, err)
				}
				found := make(map[string]slacktest.Control)
				for _, c := range shownBySlack(t, m).Controls() {
					found[c.ActionID] = c
				}
				_, undo := found["undo"]
				if found["acknowledge"].Label == "" || len(found["silence"].Options) != 4 || undo != (known > 0) {
					t.Errorf("%s, %d open, %d known: the controls are %+v", l.Code(), n, known, found)
				}
				if options := len(found["silence-which"].Options); n > 1 && options != min(n, 20)+1 {
					t.Errorf("%s, %d open: the menu has %d choices, want all that are shown", l.Code(), n, options)
				}
			}
		}
	}
}

// shownBySlack is a message as the fake of Slack has taken it.
func shownBySlack(t *testing.T, m slack.Message) slacktest.Message {
	t.Helper()
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	return slacktest.Message{Text: m.Text, Blocks: raw}
}

// TestFold has what somebody knows of in one line.
func TestFold(t *testing.T) {
	t.Parallel()
	open := usageOf(5)
	for _, tt := range []struct {
		acknowledged, silenced int
		language               language.Language
		want                   []string
	}{
		{2, 1, language.English, []string{"2 cards used up", "2 acknowledged by Ann, 1 silenced by Ann until 2026-11-23 16:30 +08:00"}},
		{5, 0, language.English, []string{"nothing to do, 5 known", "5 acknowledged by Ann"}},
		{0, 5, language.Chinese, []string{"无需处理", "5 项已由 Ann 静默至 2026-11-23 16:30 +08:00"}},
	} {
		w := writer
		w.Style.Language, w.Standing = tt.language, stood(t, open, tt.acknowledged, tt.silenced)
		m := w.Status([]notify.Group{{Rule: rule.UsageName, Severity: incident.Critical}}, open, 0, nil)
		text := shownBySlack(t, m).Plain()
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("the message lacks %q:\n%s", want, text)
			}
		}
		if len(m.Blocks) > 0 && strings.Contains(text, "[Acknowledge]") {
			t.Errorf("the message has buttons, and nobody listens:\n%s", text)
		}
	}
}

// TestFoldNamesWhoDidIt has the line name up to three people for each thing, and both who
// silenced and who acknowledged the same.
func TestFoldNamesWhoDidIt(t *testing.T) {
	t.Parallel()
	open := usageOf(5)
	silence := func(n int, who string) action.Request { return onAll(open[n:n+1], who, action.Silence) }
	forWeek := func(n int, who string) action.Request {
		r := silence(n, who)
		r.Span = action.Week
		return r
	}
	acknowledge := func(n int, who string) action.Request { return onAll(open[n:n+1], who, action.Acknowledge) }
	for _, tt := range []struct {
		name     string
		language language.Language
		done     []action.Request
		want     string
	}{
		{"two people", language.English, []action.Request{silence(0, "Ann"), forWeek(1, "Bob")}, "1 silenced by Ann until 2026-11-23 16:30 +08:00, 1 silenced by Bob until 2026-11-29 16:30 +08:00"},
		{"one twice", language.English, []action.Request{forWeek(0, "Ann"), silence(1, "Ann")}, "2 silenced by Ann, the first until 2026-11-23 16:30 +08:00"},
		{
			"four", language.English,
			[]action.Request{silence(0, "Ann"), forWeek(1, "Bob"), silence(2, "Carla"), silence(3, "Dora")},
			"4 silenced, the first until 2026-11-23 16:30 +08:00",
		},
		{
			"both", language.English,
			[]action.Request{silence(0, "Bob"), acknowledge(0, "Ann"), acknowledge(1, "Ann")},
			"1 acknowledged by Ann, 1 silenced by Bob until 2026-11-23 16:30 +08:00, 1 of them acknowledged by Ann",
		},
		{
			"both in Chinese", language.Chinese,
			[]action.Request{silence(0, "Bob"), acknowledge(0, "")},
			"1 项已由 Bob 静默至 2026-11-23 16:30 +08:00，其中 1 项已由 某人 确认",
		},
	} {
		w := writer
		w.Style.Language, w.Standing = tt.language, stoodAfter(t, open, tt.done...)
		text := shownBySlack(t, w.Status([]notify.Group{{Rule: rule.UsageName, Severity: incident.Critical}}, open, 0, nil)).Plain()
		if !strings.Contains(text, tt.want+"\n") {
			t.Errorf("%s: the message lacks %q:\n%s", tt.name, tt.want, text)
		}
	}
}

// TestNote says who did what, whatever a record has.
func TestNote(t *testing.T) {
	t.Parallel()
	i := usageOf(1)[0]
	record := action.Record{
		Verb: action.Silence, By: action.Actor{Name: "<!channel>\n" + strings.Repeat("x", 500)}, Origin: action.Command, At: now, Until: now.Add(time.Hour),
		Count: 7, On: []action.Target{{ID: i.ID(), Key: i.Key}},
	}
	raw, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []language.Language{language.English, language.Chinese} {
		w := writer
		w.Style.Language = l
		m := w.Note(raw)
		if strings.Contains(m.Text, "<!") || strings.Contains(m.Text, iccid(0)) || len(m.Text) > 400 || m.Check() != nil {
			t.Errorf("the note is %q: %v", m.Text, m.Check())
		}
		if m := w.Note(json.RawMessage(`[`)); m.Check() != nil {
			t.Errorf("a note of nothing is %q", m.Text)
		}
	}
}
