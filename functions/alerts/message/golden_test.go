package message_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	usageCritical = []notify.Group{{Rule: rule.UsageName, Severity: incident.Critical}}
	usageWarning  = []notify.Group{{Rule: rule.UsageName, Severity: incident.Warning}}
)

// TestGolden compares each kind of message, as Slack gets it and as a reader
// sees it.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, l := range languages {
		for name, m := range goldenMessages(l) {
			name := filepath.Join(l.Code(), name)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if err := m.Check(); err != nil {
					t.Errorf("Check() = %v, want nil", err)
				}
				golden(t, name+".json", encode(t, m))
				golden(t, name+".txt", []byte(plain(t, m)))
			})
		}
	}
}

func goldenMessages(l language.Language) map[string]slack.Message {
	writer := in(l, writer)
	whole := in(l, message.Writer{Style: console, Coverage: coverage})
	linked := in(l, message.Writer{Style: message.Style{Zone: zone, Pages: pages}, Coverage: coverage})
	late := whole
	late.Coverage.Late, late.Coverage.Partial, late.Coverage.OldestData = true, true, time.Time{}
	shared, fleet := incidentsOf(allKinds()), fleetIncidents()
	toppedUp := highUsage(5)
	toppedUp.Notified.PeakSeverity, toppedUp.Notified.PeakThreshold.Value = incident.Critical, 100
	return map[string]slack.Message{
		"digest":          digest(writer, allKinds()),
		"digest-one":      digest(late, opened(ofAll(1, usedUp))),
		"digest-many":     digest(writer, opened(ofAll(5000, usedUp))),
		"digest-flapping": digest(writer, []rule.Change{flapping(usedUp(1), 5), flapping(over(highUsage(2)), 4)}),
		"digest-resolved": digest(writer, []rule.Change{
			resolved(highUsage(1), incident.Clear), resolved(expiring(2), incident.Off), resolved(highUsage(3), incident.Absent),
			resolved(stopped(4, "", incident.Warning), incident.Clear),
		}),
		"digest-off":      digest(writer, []rule.Change{resolved(expiring(2), incident.Off), resolved(expiring(3), incident.Off)}),
		"digest-fleet":    digest(writer, opened(fleet)),
		"digest-forecast": digest(writer, opened([]rule.Incident{runningOut(3, 12), runningOut(4, 28), uncertain(5)})),
		"digest-unreadable": digest(writer, opened([]rule.Incident{
			unreadable(1, "the listing's ExpireTime is no time"), unreadable(2, "GetCardFlowInfo says that the account has no such card"),
		})),
		"digest-inactive":  digest(writer, opened([]rule.Incident{inactive(20)})),
		"status":           whole.Status(usageCritical, ofAll(3, usedUp), 1, nil),
		"status-opened":    writer.Status(usageCritical, ofAll(14, usedUp), 0, opened(ofAll(3, usedUp))),
		"status-linked":    linked.Status(usageCritical, ofAll(14, usedUp), 0, nil),
		"status-many":      writer.Status(usageCritical, ofAll(5000, usedUp), 0, nil),
		"status-shared":    writer.Status(groupsOf(shared), shared, 0, opened(shared[:2])),
		"status-fleet":     writer.Status(groupsOf(fleet[:1]), fleet[:1], 0, opened(fleet[:1])),
		"status-topped-up": writer.Status(usageWarning, []rule.Incident{toppedUp}, 0, nil),
		"status-clear":     writer.Status(usageCritical, nil, 2, nil),
		"status-replaced":  writer.Replaced(),
		"history":          writer.History(allKinds()[:3]),
		"history-many":     writer.History(opened(ofAll(30, usedUp))),
		"digest-group":     digest(writer, groupChanges()),
		"status-group":     whole.Status(groupsOf(incidentsOf(groupChanges())[:1]), incidentsOf(groupChanges())[:1], 0, groupChanges()[:1]),
		"list-missing":     writer.ListMissing(),
		"summary":          summary(writer, daily(), forSummary()),
		"summary-fleet":    summary(writer, daily(), slices.Concat(forSummary(), fleet)),
		"summary-silent":   summary(late, message.Daily{Day: now, Failed: 40, LastFinished: now.Add(-40 * time.Hour)}, forSummary()),
		"summary-never":    summary(in(l, message.Writer{Coverage: message.Coverage{At: now}}), message.Daily{Day: now}, nil),
	}
}

// over is i after it ended, as one that flaps may be.
func over(i rule.Incident) rule.Incident { return resolved(i, incident.Clear).Incident }

// uncertain will run out one day, nobody knows when.
func uncertain(n int) rule.Incident {
	i := runningOut(n, 30)
	i.Details.Value = rule.ForecastDetails{Probability: 0.29, Points: 30}
	return i
}

func forSummary() []rule.Incident {
	open := ofAll(12, expiring)
	return append(open, runningOut(20, 28), stale(21))
}

// plain is m as a reader sees it, with and without its blocks.
func plain(t *testing.T, m slack.Message) string {
	t.Helper()
	return plainOf(t, m) + "\n--- as text ---\n" + plainOf(t, slack.Message{Text: m.Text})
}

func plainOf(t *testing.T, m slack.Message) string {
	t.Helper()
	blocks, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	return slacktest.Message{Text: m.Text, Blocks: blocks}.Plain()
}

// encode writes m as JSON that people can read.
func encode(t *testing.T, m slack.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
