package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/outbound"
)

const (
	// heartbeatTimeout bounds one call, from the name to the end of the answer.
	heartbeatTimeout = 5 * time.Second
	heartbeatSent    = "ok"
	heartbeatFailed  = "failed"
)

// HeartbeatURL is where finished sweeps are told, a secret: https, or http on this machine.
type HeartbeatURL struct{ config.Secret }

// UnmarshalText checks the form; its errors do not repeat the URL.
func (u *HeartbeatURL) UnmarshalText(text []byte) error {
	if _, err := outbound.ParseURL("", string(text)); err != nil {
		return errors.New("must be a URL that begins with https:// (http:// is for this machine only), without a user in it")
	}
	u.Secret = config.Secret(text)
	return nil
}

// Heartbeat tells a service outside that a sweep was finished, so that people learn from
// there when there are none any more. A nil Heartbeat tells nobody.
type Heartbeat struct {
	address   *url.URL
	secrets   []string
	transport http.RoundTripper
}

// NewHeartbeat returns one that calls an address, nil for none. Its error does not repeat
// the address.
func NewHeartbeat(address HeartbeatURL) (*Heartbeat, error) {
	if address.Secret == "" {
		return nil, nil //nolint:nilnil // A nil Heartbeat tells nobody, as wanted.
	}
	at, err := outbound.ParseURL("heartbeat URL", string(address.Secret))
	if err != nil {
		return nil, err
	}
	// A service of one's own may well be in a private network.
	return &Heartbeat{address: at, secrets: outbound.PartsOf(at), transport: outbound.Transport(at, true)}, nil
}

// expect has calls be counted from the start on.
func (h *Heartbeat) expect(m *metric.Meter) {
	if h == nil {
		return
	}
	m.Add(metric.Heartbeats, 0, heartbeatSent)
	m.Add(metric.Heartbeats, 0, heartbeatFailed)
}

// beat makes one call. That it fails is logged and counted, and concerns nobody else.
func (h *Heartbeat) beat(ctx context.Context, logger *slog.Logger, m *metric.Meter) {
	if h == nil {
		return
	}
	outcome := heartbeatSent
	if why := h.call(ctx); why != "" {
		outcome = heartbeatFailed
		logger.LogAttrs(ctx, slog.LevelWarn, "heartbeat not sent", slog.String("why", why))
	}
	m.Add(metric.Heartbeats, 1, outcome)
}

// call returns why the service did not take a heartbeat, in words without its address.
// It follows no redirect: what is behind one may be anybody's.
func (h *Heartbeat) call(ctx context.Context) (why string) {
	ctx, cancel := context.WithTimeout(ctx, heartbeatTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address.String(), nil)
	if err != nil {
		return "no request can be made of the address"
	}
	listener := &outbound.Listener{Base: h.transport}
	response, err := listener.Client(heartbeatTimeout).Do(request)
	if err == nil {
		_ = response.Body.Close() // the listener has read it
	}
	switch {
	case listener.Answer == nil:
		return listener.Failure(ctx, err, h.secrets...).Reason
	case listener.Answer.Status < 200 || listener.Answer.Status > 299:
		return fmt.Sprintf("the answer has the status %d", listener.Answer.Status)
	}
	return ""
}
