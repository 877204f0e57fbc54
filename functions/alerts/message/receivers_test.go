package message_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/dingtalk"
	"signalbox/shared/dingtalk/dingtalktest"
	"signalbox/shared/feishu"
	"signalbox/shared/feishu/feishutest"
	"signalbox/shared/language"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/outbound"
	"signalbox/shared/outbound/outboundtest"
	"signalbox/shared/webhook"
	"signalbox/shared/webhook/webhooktest"
	"signalbox/shared/wecom"
	"signalbox/shared/wecom/wecomtest"
)

// opener opens a fake, and says how to post to it.
type opener func(*testing.T) (*outboundtest.Server, func(context.Context, notify.Message) error)

// receivers post a message to a fake that judges by its own code.
var receivers = map[string]opener{
	"dingtalk": func(t *testing.T) (*outboundtest.Server, func(context.Context, notify.Message) error) {
		t.Helper()
		s := dingtalktest.New("secret", nil)
		robot, err := dingtalk.New(outbound.Config{URL: "https://a.example" + dingtalktest.Path, Secret: "secret", Transport: s.Transport()})
		return s, poster(t, err, func(ctx context.Context, m notify.Message) error { return robot.Post(ctx, layout.DingTalk(m)) })
	},
	"feishu": func(t *testing.T) (*outboundtest.Server, func(context.Context, notify.Message) error) {
		t.Helper()
		s := feishutest.New("secret", nil)
		bot, err := feishu.New(outbound.Config{URL: "https://a.example" + feishutest.Path, Secret: "secret", Transport: s.Transport()})
		return s, poster(t, err, func(ctx context.Context, m notify.Message) error { return bot.Post(ctx, layout.Feishu(m)) })
	},
	"wecom": func(t *testing.T) (*outboundtest.Server, func(context.Context, notify.Message) error) {
		t.Helper()
		s := wecomtest.New(nil)
		robot, err := wecom.New(outbound.Config{URL: "https://a.example" + wecomtest.Path, Transport: s.Transport()})
		return s, poster(t, err, func(ctx context.Context, m notify.Message) error { return robot.Post(ctx, layout.WeCom(m)) })
	},
	"webhook": func(t *testing.T) (*outboundtest.Server, func(context.Context, notify.Message) error) {
		t.Helper()
		s := webhooktest.New("secret", nil)
		hook, err := webhook.New(outbound.Config{URL: "https://a.example" + webhooktest.Path, Secret: "secret", Transport: s.Transport()})
		return s, poster(t, err, func(ctx context.Context, m notify.Message) error {
			return hook.Post(ctx, m.ID, layout.Webhook(m, "anything", now))
		})
	},
}

func poster(t *testing.T, err error, post func(context.Context, notify.Message) error) func(context.Context, notify.Message) error {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return post
}

// TestReceiversGolden compares what a reader of each receiver sees.
func TestReceiversGolden(t *testing.T) {
	t.Parallel()
	for _, l := range languages {
		t.Run(l.Code(), func(t *testing.T) {
			t.Parallel()
			receiversGolden(t, l)
		})
	}
}

func receiversGolden(t *testing.T, l language.Language) {
	t.Helper()
	writer := in(l, writer)
	whole := in(l, message.Writer{Style: console, Coverage: coverage})
	messages := map[string]notify.Message{
		"digest": whole.Digest(messageID, allKinds()), "many": writer.Digest(messageID, opened(ofAll(5000, usedUp))),
		"summary": writer.Summary(daily(), forSummary()), "state": {Title: "🔴 The state is damaged: a*b", Extent: notify.Short},
	}
	mentioned := messages["digest"]
	mentioned.Mention = true
	messages["mention"] = mentioned
	for kind, open := range receivers {
		for name, m := range messages {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server, post := open(t)
					if err := post(t.Context(), m); err != nil {
						t.Fatal(err)
					}
					taken := server.Inbox()[0]
					text := taken.Title + "\n---\n" + taken.Text + "\n"
					if kind == "webhook" && name == "many" {
						text = text[:3000] // more of the same
					}
					golden(t, filepath.Join(l.Code(), kind+"-"+name+".txt"), []byte(text))
				})
			})
		}
	}
}

// TestReceiversTakeAnything throws names of any length and letters at every receiver,
// in every extent: each fake takes all of them, and each says how many it does not name.
func TestReceiversTakeAnything(t *testing.T) {
	t.Parallel()
	names := []string{"plain", strings.Repeat("卡", 800), "<&>\x00\x1f\"\\\u2028\xff\n`*_~[a](b)", strings.Repeat("\x01<", 300), " ", "<at id=all></at> @all **b** https://evil.example"}
	for kind, open := range receivers {
		for _, l := range languages {
			t.Run(kind+" "+l.Code(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { takesAnything(t, kind, l, open, names) })
			})
		}
	}
}

func takesAnything(t *testing.T, kind string, l language.Language, open opener, names []string) {
	t.Helper()
	for seed, name := range names {
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		w := message.Writer{Coverage: coverage, Style: message.Style{Language: l, Console: strings.Repeat("https://console.example/&", seed*20)}}
		w.Coverage.Why = name
		changes := anyChanges(random, name, 300)
		for _, extent := range []notify.Extent{notify.Whole, notify.Plain, notify.Short} {
			for n, m := range []notify.Message{w.Digest(fmt.Sprint(seed, extent), changes), w.Summary(daily(), incidentsOf(changes))} {
				m.ID, m.Extent, m.Mention = fmt.Sprint(seed, extent, n), extent, seed%2 == 1
				server, post := open(t)
				if err := post(t.Context(), m); err != nil {
					t.Fatalf("Post of %q = %v", name, err)
				}
				text := server.Inbox()[0].Text
				checkMasked(t, kind, text)
				if n == 0 && extent == notify.Whole && kind != "webhook" && !strings.Contains(text, []string{"of 300 are shown", "共 300 项"}[l]) {
					t.Errorf("%s does not say how many it does not name:\n%s", kind, text)
				}
				isText := kind == "webhook" || kind == "wecom" && extent != notify.Whole
				if !isText && (strings.Contains(text, "](b)") || strings.Count(text, "<at id=all>") > seed%2 || strings.Contains(text, "**b**")) {
					t.Errorf("%s has somebody else's markup:\n%s", kind, text)
				}
			}
		}
	}
}

// TestWebhookNamesAll counts 5,000 alerts, named or truncated.
func TestWebhookNamesAll(t *testing.T) {
	t.Parallel()
	p := layout.Webhook(writer.Digest(messageID, opened(ofAll(5000, usedUp))), "anything", now)
	raw, err := json.Marshal(p)
	if err != nil || len(raw) > webhook.MaxBody || len(p.Alerts)+p.TruncatedAlerts != 5000 || p.Status != "firing" {
		t.Errorf("%d bytes (%v), %d alerts and %d truncated, status %s; want 5,000 in 1 MiB, firing", len(raw), err, len(p.Alerts), p.TruncatedAlerts, p.Status)
	}
	prints := make(map[string]bool)
	for _, a := range p.Alerts {
		prints[a.Fingerprint] = true
	}
	if len(prints) != len(p.Alerts) {
		t.Errorf("%d fingerprints of %d alerts", len(prints), len(p.Alerts))
	}
	over := layout.Webhook(writer.Digest(messageID, []rule.Change{resolved(usedUp(1), "clear")}), "anything", now)
	if over.Status != "resolved" || over.Alerts[0].Status != "resolved" || over.Alerts[0].EndsAt.IsZero() {
		t.Errorf("resolved = %+v, want it so", over)
	}
}
