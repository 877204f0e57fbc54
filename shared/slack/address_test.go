package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
)

func TestNewWebhookURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, url string
		ok        bool
	}{
		{"slack", "https://hooks.slack.com" + webhookPath, true},
		{"loopback", "http://127.0.0.1:9000" + webhookPath, true},
		{"loopback v6", "http://[::1]:9000" + webhookPath, true},
		{"localhost", "http://localhost" + webhookPath, true},
		{"empty", "", false},
		{"plain http", "http://hooks.slack.com" + webhookPath, false},
		{"looks like loopback", "http://127.0.0.1.example.com" + webhookPath, false},
		{"another scheme", "ftp://hooks.slack.com" + webhookPath, false},
		{"no host", "https://" + webhookPath, false},
		{"no path", "https://hooks.slack.com/", false},
		{"user", "https://me:onlyTheFakeTakesThis@hooks.slack.com/services/x", false},
		{"control character", "https://hooks.slack.com" + webhookPath + "\n", false},
		{"bad escape", "https://hooks.slack.com" + webhookPath + "%zz", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, err := slack.NewWebhook(slack.WebhookConfig{URL: tt.url})
			if (err == nil) != tt.ok {
				t.Errorf("NewWebhook(%q) = %v, want ok %v", tt.url, err, tt.ok)
			}
			checkNoSecret(t, err)
			if said := fmt.Sprintf("%v %+v", w, w); strings.Contains(said, "hooks") {
				t.Errorf("webhook prints as %s, want no URL", said)
			}
		})
	}
}

func TestNewBot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, token, channel, url string
		ok                        bool
	}{
		{"slack", botToken, "#alerts", "", true},
		{"another API", botToken, "C1", "https://slack-gov.com/api/", true},
		{"loopback", botToken, "C1", "http://127.0.0.1:9000/api/", true},
		{"no token", "", "C1", "", false},
		{"token with a newline", botToken + "\n", "C1", "", false},
		{"no channel", botToken, "", "", false},
		{"plain http", botToken, "C1", "http://slack.com/api/", false},
		{"no slash at the end", botToken, "C1", "https://slack.com/api", false},
		{"query", botToken, "C1", "https://slack.com/api/?token=" + botToken + "/", false},
		{"user", botToken, "C1", "https://me:" + botToken + "@slack.com/api/", false},
		{"bad escape", botToken, "C1", "https://slack.com/" + botToken + "%zz/", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := slack.NewBot(slack.BotConfig{Token: tt.token, Channel: tt.channel, APIURL: tt.url})
			if (err == nil) != tt.ok {
				t.Errorf("NewBot(%q, %q, %q) = %v, want ok %v", tt.token, tt.channel, tt.url, err, tt.ok)
			}
			checkNoSecret(t, err)
			if said := fmt.Sprintf("%v %+v", b, b); strings.Contains(said, "xoxb") {
				t.Errorf("bot prints as %s, want no token", said)
			}
		})
	}
}

// patience is below the first wait after a fault, so that one attempt is made.
const patience = 900 * time.Millisecond

// TestErrorsKeepTheSecret lets connections fail in ways whose errors quote the
// URL; post checks what comes out.
func TestErrorsKeepTheSecret(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		transport http.RoundTripper
		reason    string // a part of it
	}{
		{"refused", refusedTransport(t), "connection refused"},
		{"no such host", dialError(&net.DNSError{Err: "no such host", Name: "hooks.slack.example", IsNotFound: true}), "no such host"},
		{"quotes the path", roundTripError(errors.New("proxy: cannot reach " + webhookPath)), "no answer"},
		{"quotes the last part", roundTripError(errors.New("no route for onlyTheFakeTakesThis")), "no answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := webhookOver(t, tt.transport)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err := post(ctx, t, w, slack.Message{Text: "hello"})
			e, ok := errors.AsType[*delivery.Error](err)
			if !ok || e.Kind != delivery.KindUnavailable || !strings.Contains(e.Reason, tt.reason) {
				t.Errorf("Post = %v, want KindUnavailable for %s", err, tt.reason)
			}
		})
	}
}

// TestCanceledRequestKeepsTheSecret cancels while Slack is thinking.
func TestCanceledRequestKeepsTheSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := webhookOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			cancel()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		err := post(ctx, t, w, slack.Message{Text: "hello"})
		if e, ok := errors.AsType[*delivery.Error](err); !ok || e.Attempts != 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("Post = %v, want context.Canceled after one attempt", err)
		}
	})
}

// refusedTransport connects to a port where nobody listens any more.
func refusedTransport(t *testing.T) http.RoundTripper {
	t.Helper()
	closed, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	return &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, closed.Addr().String())
	}}
}

func dialError(err error) http.RoundTripper {
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
}

func roundTripError(err error) http.RoundTripper {
	return roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })
}
