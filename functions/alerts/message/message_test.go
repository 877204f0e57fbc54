package message_test

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// FuzzLimits throws names of any length and letters at every kind of message:
// all of them stay within Slack's limits, and Slack takes them.
func FuzzLimits(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, strings.Repeat("卡", int(seed)*120), uint16(seed*80))
	}
	f.Add(uint64(1), "<&>\x00\x1f\"\\\u2028\xff\n`*_~", uint16(300))
	f.Add(uint64(2), strings.Repeat("\x01<", 3000), uint16(3000))
	f.Add(uint64(3), "🏴󠁧󠁢󠁥󠁮󠁧󠁿", uint16(20))
	f.Add(uint64(4), " ", uint16(1))
	f.Fuzz(func(t *testing.T, seed uint64, name string, cards uint16) {
		random := rand.New(rand.NewPCG(seed, 1))
		notices := anyNotices(random, name, int(cards%600)+1)
		open := incidentsOf(notices)
		c := message.Coverage{Checked: random.IntN(100_000), Total: random.IntN(100_000), Failed: random.IntN(9), At: now}
		s := message.Style{ShowICCID: seed%2 == 0, Console: strings.Repeat("https://console.example/", random.IntN(200))}
		for kind, m := range map[string]slack.Message{
			"digest":  message.Digest(s, notices, c),
			"history": message.History(s, notices, c),
			"living":  message.Living(s, message.Board{Groups: groupsOf(open), Open: open, Elsewhere: random.IntN(3)}, c),
			"summary": message.Summary(s, message.Daily{Day: now, Open: open, Usage: daily().Usage}, c),
		} {
			if err := m.Check(); err != nil {
				t.Errorf("%s of %d cards: Check() = %v, want nil", kind, len(notices), err)
			}
			if n := utf8.RuneCountInString(m.Text); n > slack.MaxText {
				t.Errorf("%s of %d cards: text of %d characters, want at most %d", kind, len(notices), n, slack.MaxText)
			}
			post(t, kind, m)
		}
	})
}

// post asks the stand-in whether it takes m, which judges by its own code.
func post(t *testing.T, kind string, m slack.Message) {
	t.Helper()
	server := slacktest.New(slacktest.Options{})
	w, err := slack.NewWebhook(slack.WebhookConfig{URL: "https://hooks.slack.example" + server.WebhookPath(), Client: &http.Client{Transport: server.Transport()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Post(t.Context(), m); err != nil {
		t.Fatalf("%s: Post = %v, want nil", kind, err)
	}
	if inbox := server.Inbox(); inbox[0].Blocks == nil {
		t.Errorf("%s was taken as text only", kind)
	}
}

// anyNotices makes notices whose every text may be strange.
func anyNotices(random *rand.Rand, name string, cards int) []incident.Notice {
	kinds := []incident.Kind{incident.Opened, incident.Escalated, incident.Reminded, incident.Resolved}
	reasons := []string{rule.UsedUp, rule.HighUsage, rule.Expired, rule.CreditStop, rule.UserStop, name}
	rules := append([]string{name, name + "2", ""}, rule.Names...)
	notices := make([]incident.Notice, cards)
	for n := range notices {
		i := openIncident(n%9000, rules[random.IntN(len(rules))], reasons[random.IntN(len(reasons))], random.IntN(6))
		for fact := range i.Facts {
			if random.IntN(3) == 0 {
				i.Facts[fact] = name
			}
		}
		if random.IntN(4) == 0 {
			i.Subject = name
		}
		if random.IntN(9) == 0 {
			i.Rule += string(rune('a' + random.IntN(26)))
		}
		notices[n] = notice(kinds[random.IntN(len(kinds))], i)
	}
	return notices
}

// TestNothingUnsaid counts what 5,000 cards' messages say.
func TestNothingUnsaid(t *testing.T) {
	t.Parallel()
	cards := used(5000)
	living := message.Living(style, message.Board{Open: cards}, coverage)
	for kind, m := range map[string]slack.Message{"digest": message.Digest(style, opened(cards), coverage), "living": living} {
		raw, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		for form, said := range map[string]string{"blocks": string(raw), "text": m.Text} {
			if !strings.Contains(said, "5,000") || !strings.Contains(said, "The worst 20 of 5,000 are shown") {
				t.Errorf("%s as %s does not count 5,000 cards:\n%s", kind, form, said)
			}
			if got := strings.Count(said, "******"); got != message.MaxNamed {
				t.Errorf("%s as %s names %d cards, want %d", kind, form, got, message.MaxNamed)
			}
			if strings.Contains(said, cards[0].Subject) {
				t.Errorf("%s as %s shows a whole ICCID", kind, form)
			}
		}
	}
}

// TestLivingID changes with what is open, not with its order or with time.
func TestLivingID(t *testing.T) {
	t.Parallel()
	base := used(30)
	id := func(open []incident.Incident, at time.Time) string {
		return message.Living(style, message.Board{Open: open}, message.Coverage{At: at}).ID
	}
	changed := func(change func(*incident.Incident)) []incident.Incident {
		open := slices.Clone(base)
		change(&open[7])
		return open
	}
	reversed := slices.Clone(base)
	slices.Reverse(reversed)
	tests := []struct {
		name string
		open []incident.Incident
		same bool
	}{
		{"order", reversed, true},
		{"facts", changed(func(i *incident.Incident) { i.Facts = map[string]string{rule.FactUsed: "1.00GB"} }), true},
		{"ended", base[1:], false},
		{"worse", changed(func(i *incident.Incident) { i.Level++ }), false},
		{"reason", changed(func(i *incident.Incident) { i.Reason = rule.HighUsage }), false},
		{"told again", changed(func(i *incident.Incident) { i.ToldAt = now }), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := id(tt.open, now.Add(time.Hour)) == id(base, now); got != tt.same {
				t.Errorf("same ID = %t, want %t", got, tt.same)
			}
		})
	}
}

func TestGroupText(t *testing.T) {
	t.Parallel()
	want := map[message.Group]int{{Rule: "a/b", Severity: message.Critical}: 1, {Rule: "usage", Severity: message.Warning}: 2}
	raw, err := json.Marshal(want)
	if err != nil || string(raw) != `{"a/b/critical":1,"usage/warning":2}` {
		t.Fatalf("Marshal = %s, %v", raw, err)
	}
	var got map[message.Group]int
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if err := new(message.Group).UnmarshalText([]byte("usage")); err == nil {
		t.Error("UnmarshalText(usage) = nil, want an error")
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	raw := message.CSV(style, used(5000), []incident.Notice{allKinds()[0]})
	text, ok := strings.CutPrefix(string(raw), "\uFEFF")
	if !ok {
		t.Error("CSV has no byte order mark")
	}
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 5002 {
		t.Errorf("CSV has %d lines, want a header, 5,000 open and 1 resolved", len(lines))
	}
	last := lines[len(lines)-1]
	if last[0] != "resolved" || last[1] != "89860321******10001" {
		t.Errorf("last line = %q, want a resolved card, masked", last)
	}
	if !strings.Contains(text, "中国联通30MB月套餐") {
		t.Error("CSV has lost a Chinese name")
	}
}

func TestCSVHarmless(t *testing.T) {
	t.Parallel()
	tests := []struct{ cell, want string }{
		{"中国联通30MB月套餐", "中国联通30MB月套餐"},
		{"=1+1", "'=1+1"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{" =1", "' =1"},
		{"\ta", "'\ta"},
		{"＝1", "'＝1"},
		{"a=1", "a=1"},
		{"", ""},
	}
	for _, tt := range tests {
		i := openIncident(1, rule.Usage, rule.UsedUp, 1)
		i.Facts[rule.FactPackage] = tt.cell
		raw := message.CSV(message.Style{ShowICCID: true}, []incident.Incident{i}, nil)
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := slices.Index(lines[0], rule.FactPackage)
		if got := lines[1][at]; got != tt.want {
			t.Errorf("cell %q = %q, want %q", tt.cell, got, tt.want)
		}
		if got, want := lines[1][1], "'"+i.Subject; got != want {
			t.Errorf("whole ICCID = %q, want %q, for a number would lose its end", got, want)
		}
	}
}
