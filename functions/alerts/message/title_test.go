package message_test

import (
	"testing"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/slack"
)

// firstLine is the title of a message as Slack gets it.
func firstLine(m slack.Message) string {
	for i, r := range m.Text {
		if r == '\n' {
			return m.Text[:i]
		}
	}
	return m.Text
}

func ofKind(kind incident.Kind, incidents ...rule.Incident) []rule.Change {
	changes := make([]rule.Change, len(incidents))
	for i, one := range incidents {
		changes[i] = change(kind, one)
	}
	return changes
}

// pool is a pool that is used up.
func pool(id string) rule.Incident {
	i := usedUp(1)
	i.Key.Subject = incident.Subject{Kind: incident.Pool, ID: id}
	return i
}

// TestTitleNamesTheWorst names the worst thing and its number, and is red for what is
// new and critical alone.
func TestTitleNamesTheWorst(t *testing.T) {
	t.Parallel()
	old := ofKind(incident.Reminded, usedUp(1), usedUp(2))
	tests := []struct {
		name             string
		changes          []rule.Change
		english, chinese string
		severity         incident.Severity
	}{
		{
			"new and critical", append(opened(ofAll(3, usedUp)), opened(ofAll(11, expiring))...),
			"🔴 3 cards used up, 11 more", "🔴 3 张卡流量已用完，另有 11 项", incident.Critical,
		},
		{"worse and critical", ofKind(incident.Worsened, usedUp(1)), "🔴 1 card used up", "🔴 1 张卡流量已用完", incident.Critical},
		{"old and critical", old, "🟠 Still open: 2 cards used up", "🟠 仍未解决：2 张卡流量已用完", incident.Warning},
		{
			"old and critical, new and not", append(opened(ofAll(1, highUsage)), old...),
			"🟠 Still open: 2 cards used up, 1 more", "🟠 仍未解决：2 张卡流量已用完，另有 1 项", incident.Warning,
		},
		{
			"old and new, both critical", append(opened(ofAll(1, usedUp)), old...),
			"🔴 1 card used up, 2 more", "🔴 1 张卡流量已用完，另有 2 项", incident.Critical,
		},
		{"new, not critical", opened(ofAll(1200, highUsage)), "🟠 1,200 cards with high usage", "🟠 1,200 张卡用量超过阈值", incident.Warning},
		{"flapping", []rule.Change{flapping(usedUp(1), 4)}, "🟠 Flapping: 1 card used up", "🟠 反复波动：1 张卡流量已用完", incident.Warning},
		{
			"beside resolved", append(opened(ofAll(1, expired)), resolved(usedUp(2), incident.Clear), resolved(usedUp(3), incident.Clear)),
			"🔴 1 card whose package has ended, 2 resolved", "🔴 1 张卡套餐已到期，已恢复 2 项", incident.Critical,
		},
		{"resolved alone", []rule.Change{resolved(usedUp(2), incident.Clear)}, "✅ Usage is below its threshold: 1 resolved", "✅ 用量已低于阈值：已恢复 1 项", ""},
		{"pools", opened([]rule.Incident{pool("a"), pool("b")}), "🔴 2 pools used up", "🔴 2 个流量池流量已用完", incident.Critical},
		{"cards and pools", opened([]rule.Incident{pool("a"), usedUp(1)}), "🔴 2 cards and pools used up", "🔴 2 个卡或流量池流量已用完", incident.Critical},
		{"receivers", opened(fleetIncidents()[3:]), "🟠 1 receiver over an hour behind", "🟠 1 个接收方通知积压超过一小时", incident.Warning},
		{"the fleet", opened(fleetIncidents()[:1]), "🔴 Sweeps fail, cards are not checked", "🔴 巡检失败，卡没有被检查", incident.Critical},
		{"a rule without words", opened([]rule.Incident{ofCard(8, "roaming", incident.Warning, 1, nil)}), "🟠 1 card: Rule roaming", "🟠 1 张卡：规则 roaming", incident.Warning},
	}
	for _, tt := range tests {
		for l, want := range map[language.Language]string{language.English: tt.english, language.Chinese: tt.chinese} {
			m := in(l, writer).Digest(messageID, tt.changes)
			if m.Title != want || m.Severity != tt.severity {
				t.Errorf("%s: title %q of severity %q, want %q, %q", tt.name, m.Title, m.Severity, want, tt.severity)
			}
			if got := firstLine(in(l, writer).History(tt.changes)); got != want {
				t.Errorf("%s: the history begins with %q, want %q", tt.name, got, want)
			}
		}
	}
}

// TestStatusTitle is red when its message is new, and not when that is updated.
func TestStatusTitle(t *testing.T) {
	t.Parallel()
	critical, both := ofAll(3, usedUp), append(ofAll(3, usedUp), ofAll(2, highUsage)...)
	both = append(both, expired(40))
	tests := []struct {
		name   string
		open   []rule.Incident
		opened []rule.Incident
		want   string
	}{
		{"new", critical, critical, "🔴 3 cards used up"},
		{"one of them new", critical, critical[:1], "🔴 3 cards used up, 1 new"},
		{"updated", critical, nil, "🟠 3 cards used up"},
		{"new beside others", both, both, "🔴 1 card whose package has ended, 5 more"},
		{"new ones come first", both, critical, "🔴 3 cards used up, 3 more, 3 new"},
		{"the new one is a warning", both, both[3:4], "🟠 1 card whose package has ended, 5 more, 1 new"},
	}
	for _, tt := range tests {
		if got := firstLine(writer.Status(groupsOf(tt.open), tt.open, 0, opened(tt.opened))); got != tt.want {
			t.Errorf("%s: title %q, want %q", tt.name, got, tt.want)
		}
	}
	worse := append(opened(critical[:1]), ofKind(incident.Worsened, critical[1])...)
	if got, want := firstLine(writer.Status(groupsOf(critical), critical, 0, worse)), "🔴 3 cards used up, 1 worse, 1 new"; got != want {
		t.Errorf("some are worse: title %q, want %q", got, want)
	}
}
