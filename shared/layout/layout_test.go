package layout_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/dingtalk"
	"signalbox/shared/dingtalk/dingtalktest"
	"signalbox/shared/feishu"
	"signalbox/shared/feishu/feishutest"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/outbound"
	"signalbox/shared/outbound/outboundtest"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/webhook"
	"signalbox/shared/webhook/webhooktest"
	"signalbox/shared/wecom"
	"signalbox/shared/wecom/wecomtest"
)

var update = flag.Bool("update", false, "write the golden files")

// began is when messages without alerts began.
var began = time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)

// poster posts to a fake, which judges by its own code, and returns what people read.
type poster func(t *testing.T, m notify.Message) string

var posters = map[string]poster{
	"dingtalk": func(t *testing.T, m notify.Message) string {
		t.Helper()
		s := dingtalktest.New("secret", nil)
		robot, err := dingtalk.New(outbound.Config{URL: "https://a.example" + dingtalktest.Path, Secret: "secret", Transport: s.Transport()})
		return taken(t, s, err, func(ctx context.Context) error { return robot.Post(ctx, layout.DingTalk(m)) })
	},
	"feishu": func(t *testing.T, m notify.Message) string {
		t.Helper()
		s := feishutest.New("secret", nil)
		bot, err := feishu.New(outbound.Config{URL: "https://a.example" + feishutest.Path, Secret: "secret", Transport: s.Transport()})
		return taken(t, s, err, func(ctx context.Context) error { return bot.Post(ctx, layout.Feishu(m)) })
	},
	"wecom": func(t *testing.T, m notify.Message) string {
		t.Helper()
		s := wecomtest.New(nil)
		robot, err := wecom.New(outbound.Config{URL: "https://a.example" + wecomtest.Path, Transport: s.Transport()})
		return taken(t, s, err, func(ctx context.Context) error { return robot.Post(ctx, layout.WeCom(m)) })
	},
	"webhook": func(t *testing.T, m notify.Message) string {
		t.Helper()
		s := webhooktest.New("secret", nil)
		hook, err := webhook.New(outbound.Config{URL: "https://a.example" + webhooktest.Path, Secret: "secret", Transport: s.Transport()})
		return taken(t, s, err, func(ctx context.Context) error { return hook.Post(ctx, m.ID, layout.Webhook(m, "ops", began)) })
	},
	"slack": func(t *testing.T, m notify.Message) string {
		t.Helper()
		s := slacktest.New(slacktest.Options{})
		hook, err := slack.NewWebhook(slack.WebhookConfig{
			URL: "https://hooks.slack.example" + s.WebhookPath(), Client: &http.Client{Transport: s.Transport()},
		})
		if err != nil {
			t.Fatal(err)
		}
		said := layout.Slack(m)
		if err := said.Check(); err != nil {
			t.Fatalf("Check = %v", err)
		}
		if err := hook.Post(t.Context(), said); err != nil {
			t.Fatal(err)
		}
		return s.Inbox()[0].Plain() + "\n"
	},
}

func taken(t *testing.T, s *outboundtest.Server, err error, post func(context.Context) error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if err := post(t.Context()); err != nil {
		t.Fatalf("Post = %v", err)
	}
	m := s.Inbox()[0]
	return m.Title + "\n---\n" + m.Text + "\n"
}

// written is a message about countries, of which each has a name.
func written(n int, name string) notify.Message {
	table := func(n int) notify.Table {
		t := notify.Table{Columns: []notify.Column{
			{Title: "Country", Linked: true}, {Title: "Rate", Label: "rate "}, {Title: "Remark", Spare: 2}, {Title: "More", Spare: layout.MaxSpare},
		}}
		for i := range n {
			t.Rows = append(t.Rows, notify.Row{
				Cells: []string{fmt.Sprint("🔴 ", i, " ", name), "", name, strings.Repeat("x", i)}, Link: fmt.Sprint("https://a.example/(", i, ")"),
			})
			if i > 0 {
				t.Rows[i].Cells[1] = "3 %"
			}
		}
		return t
	}
	return notify.Message{
		ID: "m1", Title: "🔴 OTP rate is low", Severity: incident.Critical,
		Lines: []notify.Line{
			{Spans: []notify.Span{{Text: "Everything else is "}, {Text: "normal", Bold: true}}},
			{Bullet: true, Spans: []notify.Span{{Text: "a*b_c [x](https://evil.example)"}}},
		},
		Rows:  notify.Rows{Count: n, Table: table, Unnamed: func(named int) string { return fmt.Sprintf("%d of %d are shown.", named, n) }},
		Links: []notify.Link{{ID: layout.FormPrefix + "x", Label: "Act", URL: "https://a.example/form"}, {ID: "page", Label: "Page", URL: "https://a.example/page"}},
		Chart: &notify.Chart{Title: "Rate", Series: "Rate", Unit: "%", Points: []notify.Point{{Label: "1", Value: 71}, {Label: "2", Value: 3}}},
		Alerts: func(yield func(notify.Alert) bool) {
			for i := range n {
				a := notify.Alert{Fingerprint: fmt.Sprint("f", i), Labels: map[string]string{"alertname": "rate"}, Annotations: map[string]string{"summary": name}, StartsAt: began}
				if i > 0 {
					a.EndsAt = began.Add(time.Hour)
				}
				if !yield(a) {
					return
				}
			}
		},
		Footer: "As of 08:00",
	}
}

// TestGolden has what a reader of each receiver sees of a message, whole and simpler.
func TestGolden(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*notify.Message){
		"whole": func(*notify.Message) {}, "mention": func(m *notify.Message) { m.Mention = true },
		"plain": func(m *notify.Message) { m.Extent = notify.Plain }, "short": func(m *notify.Message) { m.Extent = notify.Short },
		"bare": func(m *notify.Message) {
			*m = notify.Message{ID: "m1", Title: "The state is damaged", Lines: m.Lines[:1]}
		},
	}
	for kind, post := range posters {
		for name, change := range changes {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					m := written(3, "SG")
					change(&m)
					golden(t, kind+"-"+name+".txt", post(t, m))
				})
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestTakesAnything has names of any length and letters: each fake takes all of them, and
// people read how many are not named.
func TestTakesAnything(t *testing.T) {
	t.Parallel()
	names := []string{"plain", strings.Repeat("卡", 300), "<&>\"\\*`*_~[a](b)", "<at id=all></at> @all **b** https://evil.example"}
	for kind, post := range posters {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, name := range names {
					for _, extent := range []notify.Extent{notify.Whole, notify.Plain, notify.Short} {
						m := written(300, name)
						m.Extent = extent
						text := post(t, m)
						if extent == notify.Whole && kind != "webhook" && !strings.Contains(text, "of 300 are shown.") {
							t.Errorf("%s does not say how many of %.20q it does not name:\n%.300s", kind, name, text)
						}
						isMarkdown := kind == "dingtalk" || kind == "feishu" || kind == "wecom" && extent == notify.Whole
						if isMarkdown && strings.Contains(text, "](b)") {
							t.Errorf("%s has somebody else's markup:\n%.300s", kind, text)
						}
					}
				}
			})
		})
	}
}

// TestColumnsBeforeRows leaves out what is to spare before what is named.
func TestColumnsBeforeRows(t *testing.T) {
	t.Parallel()
	m := written(10, strings.Repeat("n", 400))
	text := layout.WeCom(m).Markdown
	if !strings.Contains(text, "🔴 0 nnn") || strings.Contains(text, " · nnn") || !strings.Contains(text, "rate 3 %") {
		t.Errorf("WeCom has the columns that are to spare:\n%.2000s", text)
	}
	if layout.SlackNamesAll(m.Rows) || !layout.SlackNamesAll(written(3, "SG").Rows) || layout.SlackNamesAll(written(layout.MaxNamed+1, "").Rows) {
		t.Error("SlackNamesAll is wrong about long, short or many rows")
	}
}

// TestWebhookNamesAll counts alerts, named or truncated.
func TestWebhookNamesAll(t *testing.T) {
	t.Parallel()
	p := layout.Webhook(written(5000, strings.Repeat("n", 400)), "ops", began)
	raw, err := json.Marshal(p)
	if err != nil || len(raw) > webhook.MaxBody || len(p.Alerts)+p.TruncatedAlerts != 5000 || p.TruncatedAlerts == 0 || p.Status != "firing" {
		t.Errorf("%d bytes (%v), %d alerts and %d truncated, status %s; want 5,000 in 1 MiB, firing", len(raw), err, len(p.Alerts), p.TruncatedAlerts, p.Status)
	}
	if p.ExternalURL != "https://a.example/page" {
		t.Errorf("externalURL = %s, want that of the page, not of a form", p.ExternalURL)
	}
}
