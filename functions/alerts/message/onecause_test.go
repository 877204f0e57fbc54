package message_test

import (
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// ofGroup makes the open incident of a group.
func ofGroup(id rule.GroupID, of string, severity incident.Severity, cards, total int) rule.Incident {
	i := ofCard(0, rule.GroupRule(of), severity, 0, nil)
	i.Key = rule.GroupKey(id, of)
	details := rule.GroupDetails{Of: of, Cards: cards, Total: total, Since: now.Add(-90 * time.Minute)}
	for n := range min(cards, rule.MaxFirst) {
		details.First = append(details.First, iccid(n))
	}
	i.Details = rule.Details{Value: details}
	return i
}

func groupChanges() []rule.Change {
	tag := rule.GroupID{Kind: rule.TagGroup, Name: "factory-1"}
	pool := rule.GroupID{Kind: rule.PoolGroup, Name: "P1"}
	carrier := rule.GroupID{Kind: rule.CarrierGroup, Name: "CUCC"}
	return []rule.Change{
		change(incident.Opened, ofGroup(tag, rule.StoppedName, incident.Warning, 83, 90)),
		change(incident.Worsened, ofGroup(pool, rule.StoppedName, incident.Critical, 12, 12)),
		change(incident.Opened, ofGroup(carrier, rule.StaleName, incident.Warning, 9, 11)),
		resolved(ofGroup(tag, rule.StaleName, incident.Warning, 40, 90), incident.Clear),
	}
}

// TestListOfGroup has the cards of a group after it, in the list of what is open and of what
// has changed, however few incidents there are.
func TestListOfGroup(t *testing.T) {
	t.Parallel()
	group := groupChanges()[0]
	w := writer
	w.Inside = func(key incident.Key) []rule.Incident {
		if key != group.Incident.Key {
			t.Errorf("the list asks for the cards of %v", key)
		}
		return ofAll(83, func(n int) rule.Incident { return stopped(n, rule.UserStop, incident.Warning) })
	}
	lists := map[string][][]string{
		"open":    lines(t, w.List([]rule.Incident{group.Incident}, nil)),
		"changes": lines(t, w.List(nil, []rule.Change{group})),
	}
	for name, all := range lists {
		if len(all) != 1+1+83 {
			t.Fatalf("the list of %s has %d lines, want titles, the group and its 83 cards", name, len(all))
		}
		for title, want := range map[string]string{
			"kind": "group", "subject": "tag/factory-1", "rule": "stopped-group",
			"details": "83 of 90 cards of tag factory-1 are stopped since 2026-11-22 15:00 +08:00",
		} {
			if got := cell(t, all, 1, title); got != want {
				t.Errorf("%s: %s of the group = %q, want %q", name, title, got, want)
			}
		}
		if got := cell(t, all, 2, "kind") + " " + cell(t, all, 84, "rule"); got != "card stopped" {
			t.Errorf("%s: the cards are %q", name, got)
		}
	}
	small := ofGroup(rule.GroupID{Kind: rule.PoolGroup, Name: "P1"}, rule.StoppedName, incident.Warning, rule.MaxFirst, 11)
	if list := (message.Writer{}).List([]rule.Incident{small}, nil); len(list.Content) != 0 {
		t.Error("there is a list of a group whose cards are all named")
	}
}

// TestGroupOfAnotherVersion names a group whose kind or details are not known.
func TestGroupOfAnotherVersion(t *testing.T) {
	t.Parallel()
	i := ofGroup(rule.GroupID{Kind: rule.TagGroup, Name: "x"}, rule.StoppedName, incident.Warning, 20, 20)
	odd := i
	odd.Key.Subject.ID = "planet"
	without := i
	without.Details.Value = nil
	text := digest(writer, opened([]rule.Incident{odd, without})).Text
	if !strings.Contains(text, "20 of 20 cards of planet are stopped") || strings.Count(text, "\n• 🟠 new") != 2 {
		t.Errorf("the digest is\n%s", text)
	}
}
