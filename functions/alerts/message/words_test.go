package message_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
	"signalbox/shared/language"
)

// maxTitle is how long a title may be: a phone shows no more.
const maxTitle = 100

// titleOf is what a message about one change begins with.
func titleOf(l language.Language, c rule.Change) string {
	first, _, _ := strings.Cut(digest(in(l, writer), []rule.Change{c}).Text, "\n")
	return first
}

// TestEveryRuleHasWords finds the rule that was added without any.
func TestEveryRuleHasWords(t *testing.T) {
	t.Parallel()
	for _, name := range rule.Names() {
		warning := ofCard(1, name, incident.Warning, 0, nil)
		critical := ofCard(1, name, incident.Critical, 0, nil)
		for _, l := range languages {
			for _, c := range []rule.Change{change(incident.Opened, warning), change(incident.Opened, critical), resolved(warning, incident.Clear)} {
				title := titleOf(l, c)
				if _, words, _ := strings.Cut(title, " "); words == "" || strings.Contains(title, "Rule ") || strings.Contains(title, "规则") {
					t.Errorf("rule %s, %s, is called %q, want words of its own", name, c.Kind, title)
				}
				if n := utf8.RuneCountInString(title); n > maxTitle {
					t.Errorf("%q has %d characters, want at most %d", title, n, maxTitle)
				}
			}
			on, off := in(l, writer).Status(groupsOf([]rule.Incident{warning}), nil, 0, nil).Text, titleOf(l, resolved(warning, incident.Clear))
			if on, _, _ := strings.Cut(on, ":"); strings.HasPrefix(off, on) {
				t.Errorf("rule %s begins and ends with %q", name, off)
			}
		}
	}
}

func TestEveryStopCauseHasWords(t *testing.T) {
	t.Parallel()
	for _, cause := range []rule.StopCause{
		rule.UserStop, rule.QuotaStop, rule.CreditStop, rule.RebindStop, rule.RealNameStop, rule.AbnormalStop, rule.OtherStop, rule.Suspended,
	} {
		for l, label := range []string{" · cause: ", " · 原因："} {
			text := digest(in(language.Language(l), writer), opened([]rule.Incident{stopped(1, cause, incident.Warning)})).Text
			if !strings.Contains(text, label) {
				t.Errorf("cause %s has no words:\n%s", cause, text)
			}
		}
	}
}

// TestResolvedHow claims no renewal where nobody has looked.
func TestResolvedHow(t *testing.T) {
	t.Parallel()
	pool := highUsage(1)
	pool.Key.Subject = incident.Subject{Kind: incident.Pool, ID: "P1"}
	tests := []struct {
		name string
		c    rule.Change
		want string
	}{
		{"clear", resolved(expiring(1), incident.Clear), "✅ Package no longer ends soon: 1 resolved"},
		{"rule switched off", resolved(expiring(1), incident.Off), "⚪ Rule expiry is switched off, or does not apply: 1 resolved"},
		{"card not found", resolved(expiring(1), incident.Absent), "⚪ Card not found, or destroyed: 1 resolved"},
		{"pool not found", resolved(pool, incident.Absent), "⚪ Pool not found: 1 resolved"},
		{"flapping, now resolved", flapping(over(usedUp(1)), 4), "🟠 Flapping: 1 card used up"},
		{"flapping, now open", flapping(usedUp(1), 4), "🟠 Flapping: 1 card used up"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := titleOf(language.English, tt.c); got != tt.want {
				t.Errorf("title = %q, want %q", got, tt.want)
			}
		})
	}
}

// TestStatusIsOfToday shows what a topped-up card is now, and not the worst that
// it was.
func TestStatusIsOfToday(t *testing.T) {
	t.Parallel()
	i := highUsage(5)
	i.Notified.PeakSeverity, i.Notified.PeakThreshold.Value = incident.Critical, 100
	text := writer.Status(usageCritical, []rule.Incident{i}, 0, nil).Text
	if !strings.HasPrefix(text, "🟠 1 card with high usage\n") || !strings.Contains(text, "(85%)") {
		t.Errorf("status does not say a warning at 85%%:\n%s", text)
	}
}

func TestStatusCountsOpened(t *testing.T) {
	t.Parallel()
	open := ofAll(500, usedUp)
	first, _, _ := strings.Cut(writer.Status(usageCritical, open, 0, opened(open[:12])).Text, "\n")
	if want := "🔴 500 cards used up, 12 new"; first != want {
		t.Errorf("first line = %q, want %q", first, want)
	}
}

// TestRough says so under as many days as package forecast finds too few.
func TestRough(t *testing.T) {
	t.Parallel()
	for points, want := range map[int]bool{0: true, 1: true, forecast.SoundPoints - 1: true, forecast.SoundPoints: false, 60: false} {
		text := digest(writer, opened([]rule.Incident{runningOut(1, points)})).Text
		if got := strings.Contains(text, "; rough: only "); got != want {
			t.Errorf("rough by %d days: %t, want %t:\n%s", points, got, want, text)
		}
		if !strings.Contains(text, "will probably run out") {
			t.Errorf("a forecast is worded as certain:\n%s", text)
		}
	}
}

// TestSummaryOfSilence never calls a day healthy on which no sweep was finished.
func TestSummaryOfSilence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		day  message.Daily
		want string
	}{
		{"some finished", message.Daily{Day: now, Sweeps: 1}, "\n• 1 sweep finished\n"},
		{"none finished", message.Daily{Day: now, LastFinished: now.Add(-time.Hour)}, "\n• *No sweep was finished*: what follows is as of the last one, "},
		{"runs failed", message.Daily{Day: now, Failed: 1, LastFinished: now.Add(-time.Hour)}, "\n• *No sweep was finished*, *1 run failed*: what follows"},
		{"never", message.Daily{Day: now}, "\n• *No sweep was ever finished*: what follows is of the cards checked so far\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := summary(writer, tt.day, nil)
			if !strings.Contains(m.Text, tt.want) {
				t.Errorf("summary does not say %q:\n%s", tt.want, m.Text)
			}
			silent, _, _ := strings.Cut(m.Text, "\n")
			if got := strings.Contains(silent, "no sweep was finished"); got != (tt.day.Sweeps == 0) {
				t.Errorf("title = %q", silent)
			}
		})
	}
}

// TestSummaryAgrees counts the forecasts that its table shows.
func TestSummaryAgrees(t *testing.T) {
	t.Parallel()
	open := append(ofAll(12, expiring), runningOut(20, 28), runningOut(21, 3), stale(22))
	text := summary(writer, daily(), open).Text
	if !strings.Contains(text, "*2* forecast to run out") || strings.Count(text, "• 🟠 Data will not last") != 2 {
		t.Errorf("two forecasts are not counted or not shown:\n%s", text)
	}
	if !strings.Contains(text, "*7* with a package that ends within a week") || strings.Count(text, "• 🟠 Package ends soon") != 7 {
		t.Errorf("seven packages are not counted or not shown:\n%s", text)
	}
}
