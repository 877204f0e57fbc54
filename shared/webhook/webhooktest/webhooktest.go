// Package webhooktest is a fake of whoever takes Alertmanager's webhook of version 4: it
// wants the signature of Signalbox, of a time at most five minutes off, every member that
// Alertmanager has, and takes each Idempotency-Key once.
//
// See https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
package webhooktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"signalbox/shared/outbound/outboundtest"
)

// Path is where it takes them.
const Path = "/hook"

const maxBody = 1 << 20

// New returns a fake with a secret; "": it asks for no signature. now may be nil:
// time.Now.
func New(secret string, now func() time.Time) *outboundtest.Server {
	seen := make(map[string]bool)
	return outboundtest.New("Webhook", now, func(r *http.Request, body []byte, now time.Time) (outboundtest.Answer, outboundtest.Message) {
		id := r.Header.Get("Idempotency-Key")
		m, problem := read(body)
		switch {
		case secret != "" && !isSigned(r.Header.Get("X-Signalbox-Signature"), body, secret, now):
			return outboundtest.Answer{Status: http.StatusUnauthorized}, outboundtest.Message{}
		case len(body) > maxBody:
			return outboundtest.Answer{Status: http.StatusRequestEntityTooLarge}, outboundtest.Message{}
		case problem != "":
			return outboundtest.Answer{Status: http.StatusBadRequest, Body: problem}, outboundtest.Message{}
		case id != "" && seen[id]:
			return outboundtest.Answer{}, outboundtest.Message{}
		}
		seen[id] = true
		return outboundtest.Answer{}, m
	})
}

func isSigned(header string, body []byte, secret string, now time.Time) bool {
	t, v1, ok := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	seconds, err := strconv.ParseInt(t, 10, 64)
	if !ok || err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s.%s", t, body)
	return v1 == hex.EncodeToString(mac.Sum(nil))
}

var members = []string{
	"version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "alerts",
}

// read wants what Alertmanager posts.
func read(body []byte) (m outboundtest.Message, problem string) {
	var there map[string]json.RawMessage
	if json.Unmarshal(body, &there) != nil {
		return m, "no JSON object"
	}
	for _, member := range members {
		if raw := there[member]; raw == nil || string(raw) == "null" {
			return m, "no " + member
		}
	}
	var p struct {
		Version, Status   string
		ExternalURL       string
		TruncatedAlerts   int
		CommonAnnotations map[string]string
		Alerts            []struct {
			Status, Fingerprint string
			Labels, Annotations map[string]string
			StartsAt, EndsAt    time.Time
		}
	}
	if err := json.Unmarshal(body, &p); err != nil || p.Version != "4" || len(p.Alerts) == 0 {
		return m, "not version 4, or without alerts"
	}
	lines := []string{p.Status}
	for _, a := range p.Alerts {
		firing := a.EndsAt.IsZero() || a.EndsAt.Year() == 1
		if a.Fingerprint == "" || a.StartsAt.IsZero() || a.Labels["alertname"] == "" || firing != (a.Status == "firing") || a.Labels == nil || a.Annotations == nil {
			return m, "an alert that is none"
		}
		lines = append(lines, a.Status+" "+a.Labels["alertname"]+" "+a.Labels["subject"]+" "+a.Annotations["description"])
	}
	if p.TruncatedAlerts > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", p.TruncatedAlerts))
	}
	text := strings.Join(lines, "\n")
	return outboundtest.Message{Title: p.CommonAnnotations["summary"], Text: text, Shown: text + "\n" + p.ExternalURL}, ""
}
