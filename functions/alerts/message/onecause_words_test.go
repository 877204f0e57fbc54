package message_test

import (
	"strings"
	"testing"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/language"
)

// TestGroupInWords reads well whatever the numbers are, and claims nothing that nobody
// knows.
func TestGroupInWords(t *testing.T) {
	t.Parallel()
	tag := rule.GroupID{Kind: rule.TagGroup, Name: "x"}
	of := func(cards, total int) rule.Incident {
		return ofGroup(tag, rule.StoppedName, incident.Critical, cards, total)
	}
	over := func(cards, total int, status incident.Status) rule.Change {
		c := resolved(of(cards, total), incident.Clear)
		c.Incident.Status = status
		return c
	}
	tests := []struct {
		name             string
		c                rule.Change
		english, chinese string
	}{
		{"one of two", change(incident.Opened, of(1, 2)), "1 of 2 cards of tag x is stopped since 2026-", "标签 x 的 2 张卡中，1 张自 2026-"},
		{"some of them critical", change(incident.Opened, of(20, 20)), "1 group of cards stopped, some until topped up", "1 组卡已停机，其中有卡须充值才能恢复"},
		{"one is left", over(1, 90, incident.Clear), "1 of 90 cards of tag x is still stopped", "标签 x 的 90 张卡中，仍有 1 张停机"},
		{"none is left", over(0, 90, incident.Clear), "0 of 90 cards of tag x are still stopped", "标签 x 的 90 张卡中，仍有 0 张停机"},
		{"groups are off", over(0, 0, incident.Off), "· group: tag x\n", "· 卡组：标签 x\n"},
	}
	for _, tt := range tests {
		for l, want := range map[language.Language]string{language.English: tt.english, language.Chinese: tt.chinese} {
			if got := digest(in(l, writer), []rule.Change{tt.c}).Text; !strings.Contains(got, want) {
				t.Errorf("%s: %q is not in\n%s", tt.name, want, got)
			}
		}
	}
}
