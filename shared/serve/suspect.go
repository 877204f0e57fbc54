package serve

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"signalbox/shared/metric"
)

// suspect counts and logs wrong tokens, and has their answers wait: the longer the
// more wrong ones have come from the same address. An answer to a right token
// is never delayed, whoever shares its address.
//
// A wrong token is a request that shows something as Authorization and gets a 401.
func (s *service) suspect(next http.Handler, delayed bool) http.Handler {
	if s.guesses == nil {
		return next // Its functions do so, each for itself.
	}
	lines := rate.NewLimiter(rate.Every(time.Second), 1)
	refused := func(r *http.Request) {
		client := clientAddress(r)
		count, length := s.guesses.add(client, s.now())
		s.Meter.Add(metric.WrongTokens, 1)
		if lines.Allow() {
			s.Logger.LogAttrs(r.Context(), slog.LevelWarn, "wrong token",
				slog.String("address", client.String()), slog.Int("count", count))
		}
		if delayed {
			s.delay(r.Context(), length)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			w = &refusalWriter{ResponseWriter: w, request: r, refused: refused}
		}
		next.ServeHTTP(w, r)
	})
}

// delay waits, but no longer than the caller does. Meanwhile its connection counts as
// idle, so that many who guess keep nobody else out.
func (s *service) delay(ctx context.Context, length time.Duration) {
	client := connectionOf(ctx)
	client.idle()
	defer client.busy()
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-s.stopping:
	}
}

// clientAddress is the network that a request comes from: an IPv4 address, or the
// /64 that one client of IPv6 has for itself. Where the connection is this machine's
// own, the last address in X-Forwarded-For is believed: a proxy has put it there.
func clientAddress(r *http.Request) netip.Prefix {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	address, _ := netip.ParseAddr(host)
	if address.IsLoopback() {
		forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
		last := strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
		if behind, err := netip.ParseAddr(last); err == nil {
			address = behind
		}
	}
	address = address.Unmap().WithZone("")
	network, _ := address.Prefix(min(address.BitLen(), 64)) // Of no address there is none.
	return network
}

// refusalWriter calls refused before a 401 is written.
type refusalWriter struct {
	http.ResponseWriter

	request *http.Request
	refused func(*http.Request)
}

// WriteHeader begins the answer.
func (w *refusalWriter) WriteHeader(status int) {
	if status == http.StatusUnauthorized {
		w.refused(w.request)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach the rest.
func (w *refusalWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
