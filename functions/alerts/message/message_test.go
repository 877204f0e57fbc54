package message_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// FuzzMessages throws names of any length and letters at every kind of message:
// all of them stay within Slack's limits, Slack takes them, no name is taken for
// markup, no ICCID shows, and the list that a message points to is there.
func FuzzMessages(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, strings.Repeat("卡", int(seed)*120), uint16(seed*80))
	}
	f.Add(uint64(1), "<&>\x00\x1f\"\\\u2028\xff\n`*_~", uint16(300))
	f.Add(uint64(2), strings.Repeat("\x01<", 3000), uint16(3000))
	f.Add(uint64(3), "🏴󠁧󠁢󠁥󠁮󠁧󠁿", uint16(20))
	f.Add(uint64(4), " ", uint16(1))
	f.Add(uint64(5), strings.Repeat("<", 60), uint16(20))
	f.Fuzz(func(t *testing.T, seed uint64, name string, cards uint16) {
		random := rand.New(rand.NewPCG(seed, 1))
		// Longer ones are cut, and more are counted, in the same ways.
		name = name[:min(len(name), 8000)]
		changes := anyChanges(random, name, int(cards%150)+1)
		open := incidentsOf(changes)
		w := message.Writer{
			Style: message.Style{Console: strings.Repeat("https://console.example/&", random.IntN(200))},
			Coverage: message.Coverage{
				Checked: random.IntN(100_000), Total: random.IntN(100_000), Failed: random.IntN(9), At: now, OldestData: now, Late: true, Partial: true, Why: name, Most: random.IntN(9),
			},
		}
		day := daily()
		day.Sweeps = random.IntN(2)
		l := languages[seed%uint64(len(languages))]
		w = in(l, w)
		history, status := w.History(changes), w.Status(groupsOf(open), open, random.IntN(3), changes)
		for kind, m := range map[string]slack.Message{
			"digest": digest(w, changes), "history": history, "status": status, "summary": summary(w, day, open), "clear": w.Status(groupsOf(open), nil, 1, nil),
		} {
			checkMessage(t, kind, m)
			if !strings.Contains(name, "8986032") {
				checkMasked(t, kind, m.Text+encoded(t, m))
			}
		}
		checkListed(t, l, history, w.List(nil, changes))
		checkListed(t, l, status, w.List(open, nil))
	})
}

func checkMessage(t *testing.T, kind string, m slack.Message) {
	t.Helper()
	if err := m.Check(); err != nil {
		t.Errorf("%s: Check() = %v, want nil", kind, err)
	}
	if err := m.Mentioning().Check(); err != nil {
		t.Errorf("%s: Check() of one that mentions = %v, want nil", kind, err)
	}
	if n := utf8.RuneCountInString(m.Text); n > slack.MaxText {
		t.Errorf("%s: text of %d characters, want at most %d", kind, n, slack.MaxText)
	}
	if strings.ContainsAny(m.Text, "<>") {
		t.Errorf("%s: text has markup of others:\n%s", kind, m.Text)
	}
	title, _, _ := strings.Cut(m.Text, "\n")
	if n := utf8.RuneCountInString(title); n > slack.MaxHeader*2 {
		t.Errorf("%s: first line of %d characters", kind, n)
	}
	post(t, kind, m)
}

// checkMasked looks for the numbers that anyChanges uses.
func checkMasked(t *testing.T, kind, said string) {
	t.Helper()
	if strings.Contains(said, "898603210000") {
		t.Errorf("%s shows a whole ICCID:\n%s", kind, said)
	}
}

// checkListed wants a list where m, in blocks or in words, does not name all, and
// none elsewhere.
func checkListed(t *testing.T, l language.Language, m slack.Message, list notify.File) {
	t.Helper()
	said := []string{" are shown. All are in the list in th", " 项。全部见"}[l]
	leavesOut := strings.Contains(m.Text+encoded(t, m), said)
	if isThere := len(list.Content) > 0; isThere != leavesOut {
		t.Errorf("there is a list: %t, want %t, for:\n%s", isThere, leavesOut, m.Text)
	}
}

func encoded(t *testing.T, m slack.Message) string {
	t.Helper()
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// post asks the fake whether it takes m, which judges by its own code.
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

// anyChanges makes changes whose every text may be strange.
func anyChanges(random *rand.Rand, name string, cards int) []rule.Change {
	kinds := []incident.Kind{incident.Opened, incident.Worsened, incident.Reminded, incident.Flapping}
	makes := []func(int) rule.Incident{
		usedUp, highUsage, expiring, expired, stale, inactive,
		func(n int) rule.Incident { return runningOut(n, random.IntN(60)) },
		func(n int) rule.Incident { return stopped(n, rule.StopCause(name), incident.Warning) },
		func(n int) rule.Incident { return unreadable(n, name) },
		func(int) rule.Incident { return fleetIncidents()[random.IntN(4)] },
		func(int) rule.Incident {
			return ofFleet(name, incident.Critical, rule.ReceiverDetails{Waiting: 3, Why: name})
		},
		func(n int) rule.Incident {
			return ofCard(n, name+string(rune('a'+random.IntN(26))), incident.Critical, 1, nil)
		},
	}
	changes := make([]rule.Change, cards)
	for n := range changes {
		i := makes[random.IntN(len(makes))](n % 9000)
		if random.IntN(3) == 0 {
			i.Details.Facts = rule.Facts{Package: name, Used: card.ParseDataSize(name), Ratio: card.ParseRatio(name), Pool: name, Remark: name, Tags: []string{name, name}}
		}
		switch random.IntN(8) {
		case 0:
			i.Key.Subject.ID = name
		case 1:
			i.Key.Subject.ID += "000 " // no ICCID, but one is in it
		case 2:
			i.Key.Subject = incident.Subject{Kind: incident.Pool, ID: name}
		}
		changes[n] = change(kinds[random.IntN(len(kinds))], i)
		if random.IntN(4) == 0 {
			ends := []incident.Status{incident.Clear, incident.Off, incident.Absent}
			changes[n] = resolved(i, ends[random.IntN(len(ends))])
		}
	}
	return changes
}

// TestNothingUnsaid counts what 5,000 cards' messages say.
func TestNothingUnsaid(t *testing.T) {
	t.Parallel()
	cards := ofAll(5000, usedUp)
	for l, counted := range []string{"The worst 20 of 5,000 are shown", "共 5,000 项，仅列出最严重的 20 项"} {
		w := in(language.Language(l), writer)
		for kind, m := range map[string]slack.Message{
			"digest": digest(w, opened(cards)), "history": w.History(opened(cards)), "status": w.Status(usageCritical, cards, 0, nil),
		} {
			checkMessage(t, kind, m)
			for form, said := range map[string]string{"blocks": encoded(t, m), "text": m.Text} {
				title, _, _ := strings.Cut(m.Text, "\n")
				if !strings.Contains(title, "5,000") || !strings.Contains(said, title) || !strings.Contains(said, counted) {
					t.Errorf("%s as %s does not count 5,000 cards:\n%s", kind, form, said)
				}
				if got := strings.Count(said, "******"); got != message.MaxNamed {
					t.Errorf("%s as %s names %d cards, want %d", kind, form, got, message.MaxNamed)
				}
				checkMasked(t, kind, said)
			}
		}
	}
}

func TestShowICCID(t *testing.T) {
	t.Parallel()
	whole := message.Writer{Style: console, Coverage: coverage}
	for kind, m := range map[string]slack.Message{
		"digest": digest(whole, opened(ofAll(2, usedUp))), "status": whole.Status(usageCritical, ofAll(2, usedUp), 0, nil),
	} {
		if !strings.Contains(m.Text, iccid(1)) || !strings.Contains(encoded(t, m), iccid(1)) {
			t.Errorf("%s does not show %s:\n%s", kind, iccid(1), m.Text)
		}
	}
}

// TestNothingInjected has Alibaba and the account's owner write Slack's markup into
// whatever they can: a reader sees it as it is, on its line.
func TestNothingInjected(t *testing.T) {
	t.Parallel()
	const hostile = "> *bold* _it_ ~s~ `c` ＊b＊ <!channel> @channel <https://evil.example|pay> R_D_1"
	why := strings.ReplaceAll(hostile, " @", "\n\u2028@")
	i := unreadable(1, why)
	i.Details.Facts.Package = hostile[:40]
	pool := highUsage(2)
	pool.Key.Subject = incident.Subject{Kind: incident.Pool, ID: hostile[:50]}
	failing := ofFleet(rule.SweepName, incident.Critical, rule.SweepDetails{Finished: now, FailedRuns: 3, FailedCause: why})
	open := []rule.Incident{i, pool, failing}
	for kind, m := range map[string]slack.Message{
		"digest": digest(writer, opened(open)), "status": writer.Status(groupsOf(open), open, 0, nil),
		"summary": summary(writer, daily(), open),
	} {
		for form, said := range map[string]string{"blocks": plainOf(t, slack.Message{Blocks: m.Blocks}), "text": plainOf(t, slack.Message{Text: m.Text})} {
			if !strings.Contains(strings.ReplaceAll(said, "\u00AD", ""), hostile) {
				t.Errorf("%s as %s does not show %q as it is:\n%s", kind, form, hostile, said)
			}
		}
		if raw := m.Text + encoded(t, m); strings.Contains(raw, "<!channel") || strings.Contains(raw, "<https") || strings.Contains(raw, "\u2028") {
			t.Errorf("%s has a mention, a link or a line of somebody else's:\n%s", kind, raw)
		}
	}
}

// TestDigestSaysItsID prints the one that dead letters and logs name.
func TestDigestSaysItsID(t *testing.T) {
	t.Parallel()
	m := digest(writer, allKinds())
	for form, said := range map[string]string{"blocks": encoded(t, m), "text": m.Text} {
		if !strings.Contains(said, "· id "+messageID) {
			t.Errorf("digest as %s does not end with its id %s:\n%s", form, messageID, said)
		}
	}
}

// TestNoChanges words what no caller should ask for.
func TestNoChanges(t *testing.T) {
	t.Parallel()
	checkMessage(t, "digest", digest(writer, nil))
	checkMessage(t, "history", writer.History(nil))
	checkMessage(t, "status", message.Writer{}.Status(nil, nil, 0, nil))
}

// TestDailyJSON pins the names, for a Daily is stored between runs.
func TestDailyJSON(t *testing.T) {
	t.Parallel()
	want := message.Daily{
		Day: now.UTC(), Opened: 1, Resolved: 2, Sweeps: 3, Late: 4, Failed: 5, LastFinished: now.UTC(),
		Usage: []message.DayUsage{{Day: now.UTC(), Bytes: 6}},
	}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"day":"2026-11-22T08:30:00Z","opened":1,"resolved":2,"sweeps":3,"late":4,"failed":5,` +
		`"lastFinished":"2026-11-22T08:30:00Z","usage":[{"day":"2026-11-22T08:30:00Z","bytes":6}]}`
	if diff := cmp.Diff(text, string(raw)); diff != "" {
		t.Errorf("Marshal (-want +got):\n%s", diff)
	}
	var got message.Daily
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}
