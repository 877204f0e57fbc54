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
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"

var (
	app = slacktest.App{
		SigningSecret: signingSecret, Actions: "https://alerts.example/slack/actions", Commands: "https://alerts.example/slack/commands",
	}
	ann = slacktest.Person{ID: "U0ANN", Name: "Ann"}
	bob = slacktest.Person{ID: "U0BOB", Name: "Bob"}
)

// alertsIn is the id of the fake's first channel.
const alertsIn = "C00000001"

// acting is the function with a bot, whose buttons people press.
type acting struct {
	*fixture
	handler http.Handler
}

// newActing has three cards that are used up, at 85 % and at 90 %, and a status message
// for each severity.
func newActing(t *testing.T, edit func(*alerts.Config)) *acting {
	t.Helper()
	a := &acting{fixture: newFixture(t, 6, nil)}
	for i := range 6 {
		used := []int64{100, 85, 91, 10, 10, 10}[i]
		a.set(i, func(c *aliyuntest.Card) {
			c.Status, c.Pool, c.UsedBytes = aliyuntest.StatusInUse, "", c.PackageBytes*used/100
			c.Effective, c.Expires = time.Now().AddDate(-1, 0, 0), time.Now().AddDate(1, 0, 0)
		})
	}
	a.restart(t, edit)
	a.sweep(t)
	return a
}

// restart begins a process on what is stored.
func (a *acting) restart(t *testing.T, edit func(*alerts.Config)) {
	t.Helper()
	a.again(t, func(c *alerts.Config) {
		client := &http.Client{Transport: a.slack.Transport()}
		bot, err := slack.NewBot(slack.BotConfig{Token: "xoxb-test", Channel: alertsIn, Client: client})
		if err != nil {
			t.Fatal(err)
		}
		responder, err := slack.NewResponder("", a.slack.Transport())
		if err != nil {
			t.Fatal(err)
		}
		c.Rules = rule.Policy{Default: rule.Settings{rule.Usage{Percent: []int{80, 90, 100}}}}
		c.Receivers = []notify.Receiver{{Name: "slack", Bot: bot, Channel: alertsIn, Render: layout.Slack}}
		c.Buttons = alerts.Buttons{Requests: slack.NewRequests([]string{signingSecret}), Responder: responder}
		if edit != nil {
			edit(c)
		}
		if c.Receivers == nil { // no app, but a webhook
			c.Receivers = []notify.Receiver{{Name: "slack", Poster: newWebhook(t, a.slack)}}
		}
	})
	a.handler = contract.Handler(t, a.Function)
}

// highUsage are the titles of the status message of cards with high usage: where some are
// to be looked at, and where none is.
var highUsage = []string{"with high usage", "Usage is over its threshold"}

// status is the newest status message that has one of the texts.
func (a *acting) status(t *testing.T, texts ...string) slacktest.Message {
	t.Helper()
	for _, m := range slices.Backward(a.slack.Inbox()) {
		has := func(text string) bool { return strings.Contains(m.Text, text) }
		if m.ThreadTS == "" && slices.ContainsFunc(texts, has) {
			return m
		}
	}
	t.Fatalf("no status message has one of %q", texts)
	return slacktest.Message{}
}

// press is what somebody presses below a message.
func press(by slacktest.Person, m slacktest.Message, id, choice string, chosen map[string]string) slacktest.Press {
	return slacktest.Press{By: by, Channel: alertsIn, TS: m.TS, ActionID: id, Choice: choice, Chosen: chosen}
}

// sent is the request that Slack sends where somebody presses.
func (a *acting) sent(t *testing.T, p slacktest.Press) *slacktest.Sent {
	t.Helper()
	s, err := a.slack.Press(app, p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// send delivers a request and returns the answer.
func (a *acting) send(t *testing.T, s *slacktest.Sent) (status int, body string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(string(s.Body)))
	r.Header = s.Header.Clone()
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// mustPress presses, and wants it to be taken.
func (a *acting) mustPress(t *testing.T, p slacktest.Press) {
	t.Helper()
	if status, body := a.send(t, a.sent(t, p)); status != http.StatusOK || body != "" {
		t.Fatalf("%s is answered %d %q, want an empty 200", p.ActionID, status, body)
	}
	time.Sleep(3 * time.Second) // as people do
}

// enter enters a command and returns what is answered.
func (a *acting) enter(t *testing.T, by slacktest.Person, text string) string {
	t.Helper()
	status, body := a.send(t, a.slack.Enter(app, by, alertsIn, "/signalbox", text))
	var said struct {
		Type string `json:"response_type"`
		Text string `json:"text"`
	}
	if err := json.Unmarshal([]byte(body), &said); err != nil || status != http.StatusOK || said.Type != "ephemeral" {
		t.Fatalf("%q is answered %d %s", text, status, body)
	}
	return said.Text
}

// standing is what stands of the incident of a card.
func (a *acting) standing(t *testing.T, card int) action.Status {
	t.Helper()
	standing, err := action.Load(t.Context(), a.store)
	if err != nil {
		t.Fatal(err)
	}
	return standing.Of(a.incident(t, card), time.Now())
}

func (a *acting) incident(t *testing.T, card int) rule.Incident {
	t.Helper()
	return a.store.incidents(t)[keyOf(a.cloud.ICCID(card), rule.UsageName)]
}

// did are the actions that are kept.
func (a *acting) did(t *testing.T) []action.Record {
	t.Helper()
	var all []action.Record
	for _, r := range a.store.peek("actions") {
		var one action.Record
		if err := json.Unmarshal(r.Value, &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// replies are those in the thread of a message.
func (a *acting) replies(ts string) []string {
	var said []string
	for _, m := range a.slack.Inbox() {
		if m.ThreadTS == ts {
			said = append(said, m.Text)
		}
	}
	return said
}

func TestAcknowledge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		m := a.status(t, highUsage...)
		a.mustPress(t, press(ann, m, "acknowledge", "", nil))
		for card, want := range []action.State{action.Open, action.Acknowledged, action.Acknowledged} {
			if got := a.standing(t, card); got.State != want || want == action.Acknowledged && got.By != "Ann" {
				t.Errorf("card %d is %+v, want %s", card, got, want)
			}
		}
		redrawn := a.status(t, highUsage...).Plain()
		checkWords(t, redrawn, "2 acknowledged by Ann", "[Undo]")
		if strings.Contains(redrawn, "…") && strings.Contains(redrawn, "8986") {
			t.Errorf("the message still has rows:\n%s", redrawn)
		}
		if said := a.replies(m.TS); len(said) != 1 || !strings.Contains(said[0], "Ann has acknowledged 2 incidents at ") {
			t.Errorf("the thread says %q, want who acknowledged what and when, once", said)
		}
		if got := a.status(t, "used up").Updates; got != 0 {
			t.Errorf("the other status message was changed %d times", got)
		}
	})
}

// TestAcknowledgedIsNotReminded has an acknowledged incident not reminded, and notified again
// once it is worse, which ends the acknowledgement.
func TestAcknowledgedIsNotReminded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, func(c *alerts.Config) { c.Repeat = 2 * time.Hour })
		m := a.status(t, highUsage...)
		a.mustPress(t, press(ann, m, "acknowledge", "", nil))
		for range 6 {
			time.Sleep(time.Hour)
			if r := a.sweep(t); r.Reminded > 1 { // the critical one alone
				t.Fatalf("%d are reminded of", r.Reminded)
			}
		}
		if got := len(a.replies(m.TS)); got != 1 {
			t.Errorf("the thread has %d replies, want the acknowledgement alone: %q", got, a.replies(m.TS))
		}
		a.set(1, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes; c.Refreshed = time.Now() })
		if r := a.sweep(t); r.Worsened != 1 {
			t.Errorf("the sweep is %+v, want one that is worse", r)
		}
		if got := a.standing(t, 1).State; got != action.Open {
			t.Errorf("the incident that is worse is %s", got)
		}
		if got := a.standing(t, 2).State; got != action.Acknowledged {
			t.Errorf("the other one is %s", got)
		}
		a.set(2, func(c *aliyuntest.Card) { c.UsedBytes = 0; c.Refreshed = time.Now() })
		if r := a.sweep(t); r.Resolved != 1 {
			t.Errorf("the sweep is %+v, want one resolved", r)
		}
		if left := a.store.peek("acknowledged"); len(left) != 0 {
			t.Errorf("%d acknowledgements are left, want none", len(left))
		}
	})
}

func TestSilenceOneOfTheMenu(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		m := a.status(t, highUsage...)
		id := a.incident(t, 2).ID()
		a.mustPress(t, press(bob, m, "silence-which", id, nil)) // choosing does nothing
		if got := a.did(t); len(got) != 0 {
			t.Fatalf("a choice is an action: %+v", got)
		}
		a.mustPress(t, press(bob, m, "silence", "24h", map[string]string{"silence-which": id}))
		got := a.standing(t, 2)
		if got.State != action.Silenced || got.By != "Bob" || time.Until(got.Until).Round(time.Minute) != 24*time.Hour {
			t.Errorf("the incident is %+v", got)
		}
		if other := a.standing(t, 1); other.State != action.Open {
			t.Errorf("the other one is %+v", other)
		}
		checkWords(t, a.status(t, highUsage...).Plain(), "1 silenced by Bob until", "1 card with high usage")
		a.set(2, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes; c.Refreshed = time.Now() })
		if r := a.sweep(t); r.Worsened != 0 {
			t.Errorf("the sweep is %+v, want nothing of what is silenced", r)
		}
		a.restart(t, nil) // the silence survives
		if r := a.sweep(t); r.Worsened != 0 {
			t.Errorf("after a restart the sweep is %+v", r)
		}
		time.Sleep(25 * time.Hour)
		if r := a.sweep(t); r.Worsened != 1 {
			t.Errorf("once the silence is over the sweep is %+v, want one that is worse", r)
		}
		if left := a.store.peek("silences"); len(left) != 0 {
			t.Errorf("%d silences are left, want none", len(left))
		}
	})
}

func TestUndo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		m := a.status(t, highUsage...)
		a.mustPress(t, press(ann, m, "acknowledge", "", nil))
		a.mustPress(t, press(bob, m, "silence", "7d", nil))
		a.mustPress(t, press(bob, a.status(t, highUsage...), "undo", "", nil))
		for card := range 3 {
			if got := a.standing(t, card); got.State != action.Open {
				t.Errorf("card %d is %+v after it was undone", card, got)
			}
		}
		checkWords(t, a.status(t, highUsage...).Plain(), "2 cards with high usage")
		if said := a.replies(m.TS); len(said) != 3 || !strings.Contains(said[2], "Bob has undone") {
			t.Errorf("the thread says %q", said)
		}
	})
}

// TestOfAnOlderMessage presses what showed an incident that is over, and one that was
// opened anew since.
func TestOfAnOlderMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		m := a.status(t, highUsage...)
		id := a.incident(t, 1).ID()
		old := []*slacktest.Sent{
			a.sent(t, press(ann, m, "acknowledge", "", map[string]string{"silence-which": id})),
			a.sent(t, press(ann, m, "silence", "1h", nil)),
			a.sent(t, press(ann, m, "acknowledge", "", nil)),
		}
		used := func(percent int64) {
			for _, i := range []int{1, 2} {
				a.set(i, func(c *aliyuntest.Card) { c.UsedBytes, c.Refreshed = c.PackageBytes*percent/100, time.Now() })
			}
			a.sweep(t)
		}
		used(10)
		status, _ := a.send(t, old[0])
		if said := a.slack.Whispers(); status != http.StatusOK || len(said) != 1 || said[0].To != ann.ID || !strings.Contains(said[0].Text, "is over, or was opened anew") {
			t.Errorf("answered %d, said %v", status, said)
		}
		time.Sleep(2 * time.Minute)
		a.store.forget("incidents", a.incident(t, 1).Key.String(), a.incident(t, 2).Key.String()) // or they would flap
		used(85)
		if again := a.incident(t, 1).ID(); again == id {
			t.Fatal("the incident was not opened anew")
		}
		for _, s := range old[1:] {
			a.send(t, s)
		}
		for card := range 3 {
			if got := a.standing(t, card); got.State != action.Open {
				t.Errorf("card %d is %+v, want nothing changed", card, got)
			}
		}
		if said := a.slack.Whispers(); len(said) != 3 {
			t.Errorf("said %v, want what became of each", said)
		}
	})
}

// TestEachRequestOnce sends the same again: at once, later, after something else, and
// with another signature.
func TestEachRequestOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		m := a.status(t, highUsage...)
		acknowledge := a.sent(t, press(ann, m, "acknowledge", "", nil))
		for range 3 {
			a.send(t, acknowledge)
		}
		a.mustPress(t, press(bob, a.status(t, highUsage...), "undo", "", nil))
		if status, _ := a.send(t, acknowledge); status != http.StatusOK {
			t.Errorf("a repeated request is answered %d", status)
		}
		if got := a.standing(t, 1).State; got != action.Open {
			t.Errorf("a request that came again has the incident %s", got)
		}
		time.Sleep(5*time.Minute + 2*time.Second)
		if status, _ := a.send(t, acknowledge); status != http.StatusUnauthorized {
			t.Errorf("an old request is answered %d, want 401", status)
		}
		if got := len(a.did(t)); got != 2 {
			t.Errorf("%d actions are kept, want 2", got)
		}
		if said := a.replies(m.TS); len(said) != 2 {
			t.Errorf("the thread says %q, want two replies", said)
		}
	})
}

// TestTwoAtOnce has two people press the same: one has done it, and the other is said.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		m := a.status(t, highUsage...)
		both := []*slacktest.Sent{a.sent(t, press(ann, m, "acknowledge", "", nil)), a.sent(t, press(bob, m, "acknowledge", "", nil))}
		done := make(chan struct{})
		for _, s := range both {
			go func() {
				defer func() { done <- struct{}{} }()
				a.send(t, s)
			}()
		}
		<-done
		<-done
		outcomes := make(map[action.Outcome]int)
		for _, r := range a.did(t) {
			outcomes[r.Outcome]++
		}
		if outcomes[action.Done] != 1 || outcomes[action.Already] != 1 {
			t.Errorf("outcomes %v, want one done and one already", outcomes)
		}
		if said := a.slack.Whispers(); len(said) != 1 || !strings.Contains(said[0].Text, "has done that before you") {
			t.Errorf("said %v", said)
		}
	})
}

// TestWhoMay names operators: nobody else may.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, func(c *alerts.Config) { c.Buttons.Operators = []string{ann.ID} })
		m := a.status(t, highUsage...)
		a.mustPress(t, press(bob, m, "acknowledge", "", nil))
		if said := a.slack.Whispers(); len(said) != 1 || said[0].To != bob.ID || !strings.Contains(said[0].Text, "you may not") || len(a.did(t)) != 0 {
			t.Errorf("said %v, %d actions", said, len(a.did(t)))
		}
		iccid := a.cloud.ICCID(1)
		checkWords(t, a.enter(t, bob, "acknowledge "+iccid), "you may not")
		checkWords(t, a.enter(t, bob, "card "+iccid), "1 open")
		checkWords(t, a.enter(t, ann, "acknowledge "+iccid), "You have acknowledged 1 incident")
		if got := a.standing(t, 1); got.State != action.Acknowledged || got.Origin != action.Command {
			t.Errorf("the card is %+v", got)
		}
		a.mustPress(t, press(ann, a.status(t, highUsage...), "undo", "", nil))
		if got := a.standing(t, 1); got.State != action.Open {
			t.Errorf("the card is %+v", got)
		}
	})
}

func TestCommands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		iccid := a.cloud.ICCID(1)
		for text, want := range map[string]string{
			"":                                   "help",
			"help":                               "help",
			"帮助":                                 "help",
			"🦀 <!everyone> ؟":                    "help",
			"open":                               "3 open",
			"未解决":                                "3 open",
			"card " + iccid:                      "1 open",
			"ｃａｒｄ　" + wide(iccid):                "1 open",
			"卡 " + iccid:                         "1 open",
			"card " + a.cloud.ICCID(4):           "Nothing is open",
			"card":                               "is not the number of a card",
			"card <!here>":                       "&lt;!here&gt;",
			"card " + strings.Repeat("字", 30000): "is not the number of a card",
			"silence " + iccid + " 24h":          "commands only read",
			"acknowledge " + iccid:               "commands only read",
			"undo " + iccid:                      "commands only read",
		} {
			if said := a.enter(t, bob, text); !strings.Contains(said, want) || strings.Contains(said, iccid) {
				t.Errorf("%.40q is answered %.200q, want %q and no whole number", text, said, want)
			}
		}
		if got := len(a.did(t)); got != 0 {
			t.Errorf("%d actions were made by commands that only read", got)
		}
	})
}

// wide is text as an East Asian keyboard may enter it.
func wide(text string) string {
	return strings.Map(func(r rune) rune { return r - '!' + '！' }, text)
}

// TestSilenceACard silences by command, whatever opens about the card, until it is undone.
func TestSilenceACard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, func(c *alerts.Config) { c.Buttons.Operators = []string{ann.ID} })
		iccid := a.cloud.ICCID(4)
		checkWords(t, a.enter(t, ann, "silence "+iccid), "for how long")
		checkWords(t, a.enter(t, ann, "silence "+iccid+" 24h"), "is silenced until")
		a.set(4, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes; c.Refreshed = time.Now() })
		if r := a.sweep(t); r.Opened != 0 {
			t.Errorf("the sweep is %+v, want nothing of what is silenced", r)
		}
		checkWords(t, a.enter(t, ann, "撤销 "+iccid), "silence is ended")
		if r := a.sweep(t); r.Opened != 1 {
			t.Errorf("the sweep is %+v, want the incident", r)
		}
		checkWords(t, a.enter(t, ann, "undo "+iccid), "Nothing was changed")
		for _, span := range []string{"reset", "重置", "流量重置", "renewal"} { // until the data resets
			checkWords(t, a.enter(t, ann, "silence "+iccid+" "+span), "is silenced until 2000-02-01 00:00 +08:00")
			checkWords(t, a.enter(t, ann, "undo "+iccid), "silence is ended")
		}
	})
}

// TestWhileASweepRuns has somebody act while another run has the lease, which then
// neither reminds of the incident nor shows it as open.
func TestWhileASweepRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, func(c *alerts.Config) { c.Repeat = time.Hour })
		m := a.status(t, highUsage...)
		time.Sleep(2 * time.Hour)
		pressed, took := false, time.Duration(0)
		a.cloud.Draw(func(call aliyuntest.Call) aliyuntest.Fault {
			if !pressed && call.Action == "ListCardInfo" {
				pressed = true
				began := time.Now()
				a.send(t, a.sent(t, press(ann, m, "acknowledge", "", nil)))
				took = time.Since(began)
			}
			return aliyuntest.Fault{}
		})
		if r := a.sweep(t); r.Reminded != 1 || !pressed {
			t.Errorf("the sweep is %+v, want the critical one reminded of alone", r)
		}
		if took > 100*time.Millisecond {
			t.Errorf("the answer took %v while a sweep runs", took)
		}
		checkWords(t, a.status(t, highUsage...).Plain(), "2 acknowledged by Ann")
	})
}

// TestSilencedCardIsSaid asks about a card that was silenced before anything opened.
func TestSilencedCardIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, func(c *alerts.Config) { c.Buttons.Operators = []string{ann.ID} })
		iccid := a.cloud.ICCID(4)
		a.enter(t, ann, "silence "+iccid+" 7d")
		checkWords(t, a.enter(t, bob, "card "+iccid), "Nothing is open", "is silenced until")
		a.set(4, func(c *aliyuntest.Card) { c.UsedBytes, c.Refreshed = c.PackageBytes, time.Now() })
		a.sweep(t)
		checkWords(t, a.enter(t, bob, "card "+iccid), "1 open", "silenced by Ann until")
	})
}

// TestUntilRenewal is about when nobody knows when the data resets.
func TestUntilRenewal(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	in := func(days int) time.Time { return now.AddDate(0, 0, days) }
	tests := []struct {
		name            string
		renews, expires time.Time
		want            time.Time
	}{
		{"it renews", in(3), in(90), in(3)},
		{"it does not renew", time.Time{}, in(90), in(90)},
		{"it has renewed, they say", in(-1), in(90), in(90)},
		{"nobody knows", time.Time{}, time.Time{}, in(7)},
		{"both are over", in(-40), in(-1), in(7)},
		{"at this moment", now, now, in(7)},
		{"never", time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC), in(7)},
	}
	for _, tt := range tests {
		facts := rule.Facts{Renews: tt.renews, Expires: tt.expires}
		if got := action.Renewal.Until(facts, now); !got.Equal(tt.want) {
			t.Errorf("%s: Until = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestUntilRenewalOfACard silences a card of which one incident knows when it renews, and
// the next does not.
func TestUntilRenewalOfACard(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	st, want := newMapStore(), now.AddDate(0, 0, 20)
	for name, renews := range map[string]time.Time{rule.StoppedName: want, rule.UnreadableName: {}} {
		i := rule.Incident{Key: keyOf("89860345190000049986", name), Phase: incident.PhaseOpen, Opened: now, Severity: incident.Critical}
		i.Details = rule.Details{Facts: rule.Facts{Renews: renews}}
		st.put([]store.Record{{Collection: "incidents", Key: i.Key.String(), Value: asJSON(t, i)}})
	}
	done, err := action.Book{Store: st}.Do(t.Context(), action.Request{
		ID: "r", Verb: action.Silence, Span: action.Renewal, Origin: action.Command,
		On: action.Selection{Subject: incident.Subject{Kind: incident.Card, ID: "89860345190000049986"}},
	}, now)
	if err != nil || !done.Until.Equal(want) {
		t.Errorf("the silence ends at %v, %v; want %v", done.Until, err, want)
	}
}
