package message_test

import (
	"encoding/json"
	"strings"
	"testing"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incidentlink"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// toList are links to the list of incidents.
var toList = incidentlink.New("https://alerts.example/prefix", []string{"first-secret-0123456789"})

// TestEveryMessageLeadsToTheList has a link to all incidents in each kind of message to
// each receiver, in front of all others.
func TestEveryMessageLeadsToTheList(t *testing.T) {
	t.Parallel()
	w := message.Writer{Style: message.Style{Zone: zone, Incidents: toList, Console: "https://console.example/"}, Coverage: coverage}
	list := toList.List(now)
	posted := map[string]notify.Message{
		"digest": w.Digest(messageID, allKinds()), "digest of many": w.Digest(messageID, opened(ofAll(5000, usedUp))),
		"summary": w.Summary(daily(), forSummary()), "announcement": w.Announcement([]byte("{")),
	}
	for name, m := range posted {
		if len(m.Links) != 2 || m.Links[0].URL != list {
			t.Errorf("%s: links = %v, want that to the list first", name, m.Links)
		}
		if got := layout.Webhook(m, "ops", now).ExternalURL; got != list {
			t.Errorf("%s: externalURL = %s, want the list", name, got)
		}
		plainer := m
		plainer.Extent = notify.Plain
		for receiver, said := range map[string]any{
			"slack": layout.Slack(m), "slack, plainer": layout.Slack(plainer), "dingtalk": layout.DingTalk(m),
			"feishu": layout.Feishu(m), "wecom": layout.WeCom(m),
		} {
			if !leadsTo(t, said, list) {
				t.Errorf("%s to %s does not lead to the list", name, receiver)
			}
		}
	}
	shown := map[string]slack.Message{
		"status": w.Status(usageCritical, ofAll(3, usedUp), 1, nil), "status of many": w.Status(usageCritical, ofAll(5000, usedUp), 0, nil),
		"status, none open": w.Status(usageCritical, nil, 0, nil), "replaced": w.Replaced(),
		"history": w.History(opened([]rule.Incident{usedUp(1)})), "list missing": w.ListMissing(),
	}
	for name, m := range shown {
		if err := m.Check(); err != nil {
			t.Errorf("%s: Check() = %v", name, err)
		}
		if !leadsTo(t, m, list) {
			t.Errorf("%s does not lead to the list", name)
		}
	}
}

// leadsTo reports whether a message as JSON has a link.
func leadsTo(t *testing.T, m any, link string) bool {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(strings.ReplaceAll(string(text), `\u0026`, "&"), link)
}

// TestButtonsThatFit leaves out a console of endless length, and not the list.
func TestButtonsThatFit(t *testing.T) {
	t.Parallel()
	style := message.Style{Zone: zone, Incidents: toList, Console: "https://console.example/" + strings.Repeat("a", 1000)}
	m := layout.Slack(message.Writer{Style: style, Coverage: coverage}.Digest(messageID, allKinds()))
	if err := m.Check(); err != nil {
		t.Errorf("Check() = %v", err)
	}
	if !leadsTo(t, m, toList.List(now)) || leadsTo(t, m, "console.example") {
		t.Error("want the list alone")
	}
}

// TestDescribe words incidents for who lays them out alone.
func TestDescribe(t *testing.T) {
	t.Parallel()
	linked := message.Style{Zone: zone, Pages: pages}
	got := linked.Describe(stopped(4, rule.CreditStop, "critical"), now)
	want := message.Description{
		Subject: "89860321******10004", Title: "Card is stopped until it is topped up", Details: "no credit", Column: "Cause",
		Page: pages.To("89860321000000010004", now),
	}
	if got != want {
		t.Errorf("Describe(...) = %+v, want %+v", got, want)
	}
}
