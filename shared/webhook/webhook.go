// Package webhook posts alerts to whoever takes them, as Alertmanager does with version 4
// of its webhook, and signs what it posts.
//
// See https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

const (
	// MaxBody is how many bytes a payload has as JSON.
	MaxBody = 1 << 20
	// interval is the least time between two requests.
	interval = time.Second

	// SignatureHeader has t=<unix seconds>,v1=<hex HMAC-SHA256 of t, a dot and the body>.
	SignatureHeader = "X-Signalbox-Signature"
)

// Payload is what Alertmanager posts.
type Payload struct {
	Version           string            `json:"version"` // "4"
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"` // that are not among Alerts
	Status            string            `json:"status"`          // "firing" or "resolved"
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []Alert           `json:"alerts"`
}

// Alert is one of them.
type Alert struct {
	Status       string            `json:"status"` // "firing" or "resolved"
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"` // zero: it is firing
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

// Hook posts to one address. It is safe for concurrent use.
type Hook struct {
	poster *outbound.Poster
	secret string
}

// New returns a Hook, or an error that says what is wrong without repeating a secret.
// Without a secret requests are not signed.
func New(c outbound.Config) (*Hook, error) {
	poster, err := outbound.NewPoster("webhook", interval, c)
	return &Hook{poster, c.Secret}, err
}

// Post delivers p under an id that stays the same however often it is sent, or returns a
// [*delivery.Error]. Any status of 200 to 299 is a yes.
func (h *Hook) Post(ctx context.Context, id string, p Payload) error {
	body, err := json.Marshal(p)
	if err != nil || len(body) > MaxBody {
		return h.poster.Rejected(fmt.Sprintf("%d bytes, the most is %d", len(body), MaxBody))
	}
	return h.poster.Post(ctx, func(now time.Time) outbound.Request {
		header := make(http.Header)
		if id != "" {
			header.Set("Idempotency-Key", id)
		}
		if h.secret != "" {
			header.Set(SignatureHeader, h.sign(body, now))
		}
		return outbound.Request{Header: header, Body: body}
	}, judge)
}

// sign is the signature of a body at a time.
func (h *Hook) sign(body []byte, now time.Time) string {
	t := strconv.FormatInt(now.Unix(), 10)
	sum := hmac.New(sha256.New, []byte(h.secret))
	sum.Write([]byte(t + "."))
	sum.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(sum.Sum(nil))
}

// leastError is above the codes that repeat a status in the body.
const leastError = 1000

// judge goes by the status, but for an answer with an error's code inside, as group robots
// give: such an address is that of something else, which has taken nothing.
func judge(a *outbound.Answer, now time.Time) *delivery.Error {
	if a.Status < 200 || a.Status > 299 {
		return a.Failure(now)
	}
	if code, ok := a.Code("errcode", "code"); ok && code >= leastError {
		return a.Refusal(delivery.KindUnknown, "an error inside, code "+strconv.Itoa(code))
	}
	return nil
}
