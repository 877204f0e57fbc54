package message_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden compares each kind of message, as Slack gets it and as a reader
// sees it.
func TestGolden(t *testing.T) {
	t.Parallel()
	critical := message.Group{Rule: rule.Usage, Severity: message.Critical}
	console := message.Style{Zone: zone, ShowICCID: true, Console: "https://console.example/"}
	late := coverage
	late.Late, late.Partial, late.OldestData = true, true, time.Time{}
	shared := incidentsOf(allKinds())
	messages := map[string]slack.Message{
		"digest":         message.Digest(style, allKinds(), coverage),
		"digest-one":     message.Digest(console, opened(used(1)), late),
		"digest-many":    message.Digest(style, opened(used(5000)), coverage),
		"living":         message.Living(console, message.Board{Groups: []message.Group{critical}, Open: used(3), Elsewhere: 1}, coverage),
		"living-many":    message.Living(style, message.Board{Groups: []message.Group{critical}, Open: used(5000)}, coverage),
		"living-shared":  message.Living(style, message.Board{Groups: groupsOf(shared), Open: shared}, coverage),
		"living-clear":   message.Living(style, message.Board{Groups: []message.Group{critical}, Elsewhere: 2}, coverage),
		"history":        message.History(style, allKinds()[:3], coverage),
		"history-many":   message.History(style, opened(used(30)), coverage),
		"summary":        message.Summary(style, daily(), coverage),
		"summary-silent": message.Summary(style, message.Daily{Day: now}, message.Coverage{At: now}),
	}
	for name, m := range messages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := m.Check(); err != nil {
				t.Errorf("Check() = %v, want nil", err)
			}
			raw := encode(t, m)
			golden(t, name+".json", raw)
			blocks, err := json.Marshal(m.Blocks)
			if err != nil {
				t.Fatal(err)
			}
			plain := slacktest.Message{Text: m.Text, Blocks: blocks}.Plain()
			golden(t, name+".txt", []byte(plain+"\n--- as text ---\n"+slacktest.Message{Text: m.Text}.Plain()))
		})
	}
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

func groupsOf(incidents []incident.Incident) []message.Group {
	var groups []message.Group
	for _, i := range incidents {
		groups = append(groups, message.GroupOf(i))
	}
	return groups
}

func daily() message.Daily {
	d := message.Daily{Day: now, Opened: 12, Resolved: 1200, Sweeps: 95, Late: 1, Failed: 2}
	for n := range 12 {
		d.Open = append(d.Open, openIncident(n, rule.Expiry, rule.ExpiresSoon, 3))
	}
	d.Open = append(d.Open, openIncident(20, rule.Forecast, rule.WillRunOut, 1), openIncident(21, rule.Stale, rule.NotCounted, 1))
	for n := range 20 {
		d.Usage = append(d.Usage, message.DayUsage{Day: now.AddDate(0, 0, n-20), Bytes: int64(n+40) << 29})
	}
	return d
}
