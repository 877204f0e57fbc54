package message_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/incidentlink"
	"signalbox/shared/layout"
)

var webhookExample = regexp.MustCompile("(?s)\\*\\*webhook\\*\\*.*?```json\n(.*?)```")

// TestWebhookExample wants the payload that doc/config.md shows to be what is sent.
func TestWebhookExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../doc/config.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := webhookExample.FindSubmatch(text)
	if shown == nil {
		t.Fatal("doc/config.md shows no payload of a webhook")
	}
	w := writer
	w.Style.Incidents = incidentlink.New("https://alerts.example", []string{"first-secret-0123456789"})
	raw, err := json.Marshal(layout.Webhook(w.Digest(messageID, []rule.Change{change(incident.Opened, usedUp(12))}), "anything", now))
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(shown[1], &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the example (-sent +shown):\n%s\n%s", diff, raw)
	}
}
