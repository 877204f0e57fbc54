package layout

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"signalbox/shared/notify"
	"signalbox/shared/webhook"
)

// The states of an alert.
const (
	firing        = "firing"
	resolvedState = "resolved"
)

// Webhook lays m out as Alertmanager does, for the receiver of that name. What is not
// about incidents, such as the daily summary, is one alert of its own. Where m is not to
// be sent whole it is that alone, too. at is when a message without alerts began.
func Webhook(m notify.Message, receiver string, at time.Time) webhook.Payload {
	p := webhook.Payload{
		Version: "4", GroupKey: "signalbox/" + receiver, Receiver: receiver, Status: resolvedState,
		GroupLabels: map[string]string{}, CommonLabels: map[string]string{},
		CommonAnnotations: map[string]string{"summary": m.Title, "description": m.Text()},
	}
	if at := slices.IndexFunc(m.Links, func(l notify.Link) bool { return !strings.HasPrefix(l.ID, FormPrefix) }); at >= 0 {
		p.ExternalURL = m.Links[at].URL
	}
	if m.Alerts != nil && m.Extent == notify.Whole {
		addAlerts(&p, m)
	}
	if len(p.Alerts) == 0 {
		p.Alerts = []webhook.Alert{summaryAlert(m, at)}
		p.Status = firing
	}
	return p
}

// addAlerts adds as many as there is room for, and counts the others.
func addAlerts(p *webhook.Payload, m notify.Message) {
	room := webhook.MaxBody - sizeOf(p) - len(`"truncatedAlerts":100000000`)
	for a := range m.Alerts {
		next := webhook.Alert{
			Status: resolvedState, Labels: a.Labels, Annotations: a.Annotations, StartsAt: a.StartsAt, EndsAt: a.EndsAt, Fingerprint: a.Fingerprint,
		}
		if a.IsFiring() {
			next.Status, p.Status = firing, firing
		}
		if room -= sizeOf(next) + len(","); room < 0 {
			p.TruncatedAlerts++
			continue
		}
		p.Alerts = append(p.Alerts, next)
	}
}

// sizeOf is how many bytes a value has as JSON. One that cannot be JSON has no room
// anywhere.
func sizeOf(value any) int {
	raw, err := json.Marshal(value)
	if err != nil {
		return webhook.MaxBody
	}
	return len(raw)
}

// summaryAlert is a message that is not about incidents.
func summaryAlert(m notify.Message, at time.Time) webhook.Alert {
	severity := "none"
	if m.Severity != "" {
		severity = string(m.Severity)
	}
	return webhook.Alert{
		Status: firing, StartsAt: at.Truncate(time.Second), Fingerprint: "signalbox" + m.ID,
		Labels:      map[string]string{"alertname": "signalbox", "severity": severity},
		Annotations: map[string]string{"summary": m.Title, "description": m.Text()},
	}
}
