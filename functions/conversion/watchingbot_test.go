package conversion_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/message"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/watch"
	"signalbox/shared/layout"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/web"
)

// byBot has Slack's bot be the receiver.
func (w *watched) byBot(t *testing.T) *slacktest.Server {
	t.Helper()
	server := slacktest.New(slacktest.Options{})
	bot, err := slack.NewBot(slack.BotConfig{Token: "xoxb-test", Channel: "alerts", Client: &http.Client{Transport: server.Transport()}})
	if err != nil {
		t.Fatal(err)
	}
	w.to.Receivers = []notify.Receiver{{Name: "slack", Bot: bot, Channel: "alerts", Render: layout.Slack}}
	over, err := otpwatch.New(otpwatch.Config{
		Store: w.store, Windows: windows{w.ledger, w.store}, Logger: logging.New(w.logs, nil), Meter: w.meter, To: w.to,
		Writer: func(_ string, now time.Time) notify.Writer[watch.Details] {
			return message.Writer{At: now, Render: layout.Slack}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Function = conversion.New(conversion.Config{
		Sink: choosy{w.sink(t, 9)}, Guard: web.Open, Logger: logging.New(w.logs, nil), Meter: w.meter,
		Store: w.store, Ledger: w.ledger, Windows: windows{w.ledger, w.store}, Watch: over,
	})
	return server
}

// TestBot has a drop get worse and end: one status message is kept up to date, and its thread
// has what happened.
func TestBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)))
		w := newWatched(t)
		server := w.byBot(t)
		var all numbers
		for n := range 19 {
			falls := ""
			if 4 <= n && n < 12 {
				falls = "+658123"
			}
			all.window(t, w, falls)
			if n == 10 {
				begins(t, server.Threads("alerts")[0].Message, "🟠 OTP rate low: SG +65 8123, 2% ")
			}
		}
		threads := server.Threads("alerts")
		if len(threads) != 1 || len(threads[0].Replies) != 2 {
			t.Fatalf("messages: %+v", threads)
		}
		begins(t, threads[0].Message, "✅ OTP rate: nothing is open\n")
		begins(t, threads[0].Replies[0], "🟠 OTP rate low: SG +65 8123, 2% ")
		begins(t, threads[0].Replies[1], "✅ Resolved: OTP rate\n")
	})
}

func begins(t *testing.T, m slacktest.Message, beginning string) {
	t.Helper()
	if !strings.HasPrefix(m.Plain(), beginning) {
		t.Errorf("a message is %q, want %q", m.Plain(), beginning)
	}
}

// TestSecondDrop has another country fall when a drop is just over: people are notified of
// it once, though it is no worse than the first.
func TestSecondDrop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)))
		w := newWatched(t)
		var all numbers
		for n := range 30 {
			falls := ""
			switch {
			case 4 <= n && n < 14:
				falls = "+658123"
			case n >= 14:
				falls = "+60123"
			}
			all.window(t, w, falls)
		}
		notified := 0
		for _, m := range w.posted {
			if strings.Contains(m, "MY +60 123") {
				notified++
			}
		}
		if notified != 1 || len(w.posted) != 3 {
			t.Errorf("%d messages are about the second drop: %q", notified, w.posted)
		}
	})
}
