package message_test

import (
	"strings"
	"testing"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/layout"
)

// TestSummaryNamesTheWorst names cards that are used up or have expired before those
// that can still be helped, and of each kind only a few.
func TestSummaryNamesTheWorst(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		critical []rule.Incident
		want     []string
		named    map[string]int // lines of each title
	}{
		{"none", nil, nil, nil},
		{"one of each", []rule.Incident{usedUp(30), expired(40)}, []string{"\n• *2* critical\n"}, map[string]int{"Data is used up": 1, "Package has ended": 1}},
		{"a hundred", append(ofAll(100, expired), usedUp(30)), []string{"\n• *101* critical, the worst 3 of each kind are named\n"}, map[string]int{"Data is used up": 1, "Package has ended": 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := summary(writer, daily(), append(tt.critical, forSummary()...)).Text
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("the summary does not say %q:\n%s", want, text)
				}
			}
			if got := strings.Contains(text, "critical"); got != (tt.critical != nil) {
				t.Errorf("the summary mentions critical incidents: %t:\n%s", got, text)
			}
			for title, want := range tt.named {
				if got := strings.Count(text, "\n• 🔴 "+title+" · "); got != want {
					t.Errorf("%q is on %d lines, want %d:\n%s", title, got, want, text)
				}
			}
			if first := strings.Index(text, "\n• 🟠 Package ends soon"); first < 0 || first < strings.Index(text, "\n• 🔴 Package has ended") {
				t.Errorf("what can still be prevented is not named after what is critical:\n%s", text)
			}
		})
	}
}

// TestSummaryOfWhatIsKnown counts what somebody knows of apart, and does not name it, be it
// that nobody was ever notified of it.
func TestSummaryOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	unnotified := func(i rule.Incident, by incident.Suppressor) rule.Incident {
		i.Suppressed, i.Notified = incident.Suppression{By: by}, incident.Notified{}
		return i
	}
	open := []rule.Incident{
		expired(0), expiring(6), // are acknowledged
		usedUp(3), unnotified(expiring(7), incident.BySilence), unnotified(runningOut(27, 28), incident.BySilence), // are silenced
		usedUp(4), expiring(8), runningOut(26, 28), unnotified(runningOut(40, 28), incident.ByMuteTime),
		unnotified(runningOut(41, 28), incident.ByInhibition), unnotified(expiring(9), incident.BySilence), // by the rules file
	}
	tests := []struct {
		language language.Language
		want     []string
	}{
		{language.English, []string{
			"\n• *12* opened, *1,200* resolved, *5* open, *2* acknowledged, *4* silenced\n",
			"\n• *1* critical, *1* more acknowledged, *1* more silenced\n",
			"\n• *1* with a package that ends within a week, *1* more acknowledged, *2* more silenced\n",
			"\n• *2* forecast to run out before renewal, if use goes on like this, *1* more silenced\n",
		}},
		{language.Chinese, []string{
			"，未解决 *5* 项，已确认 *2* 项，已静默 *4* 项\n", "\n• 严重 *1* 项，另有已确认 *1* 项，另有已静默 *1* 项\n",
			"\n• 套餐一周内到期：*1* 张，另有已确认 *1* 项，另有已静默 *2* 项\n",
		}},
	}
	for _, tt := range tests {
		w := in(tt.language, writer)
		w.Standing = stood(t, open, 2, 3)
		m := w.Summary(daily(), open)
		text := layout.Slack(m).Text
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("the summary does not say %q:\n%s", want, text)
			}
		}
		if m.Rows.Count != 4 {
			t.Errorf("the summary names %d, want the 4 that somebody should look at:\n%s", m.Rows.Count, text)
		}
	}
}

// TestSummaryOfKnownSweeps says of the sweeps themselves what is wrong, and who knows of it.
func TestSummaryOfKnownSweeps(t *testing.T) {
	t.Parallel()
	open := fleetIncidents()
	w := writer
	w.Standing = stood(t, open, 1, 1)
	text := summary(w, daily(), open).Text
	for title, want := range map[string]string{"Sweeps fail": "; acknowledged by Ann", "Hardly any card": "; silenced by Ann until 2026-11-23 16:30 +08:00"} {
		_, rest, _ := strings.Cut(text, title)
		if line, _, _ := strings.Cut(rest, "\n"); !strings.HasSuffix(line, want) {
			t.Errorf("the line of %q says %q, want it to end with %q", title, line, want)
		}
	}
}
