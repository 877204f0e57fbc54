package channel_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/channel"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

var desks = map[string]func(*testing.T) *desk{"webhook": newWebhookDesk, "bot": newBotDesk}

// TestTrouble has Slack refuse with 429 for 30 s, then 500, then invalid_blocks:
// everything is delivered, in order, once, later.
func TestTrouble(t *testing.T) {
	t.Parallel()
	for name, newDesk := range desks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				d.server.Refuse(slacktest.Refusal{For: 30 * time.Second, Status: 429, Body: "rate_limited", RetryAfter: 5 * time.Second})
				d.server.Refuse(slacktest.Refusal{Count: 2, Status: 500, Body: "rollup_error"})
				d.server.Refuse(slacktest.Refusal{Status: 400, Body: "invalid_blocks"})
				for n := range 5 {
					d.sweep(used(n), high(100+n))
					_ = d.tell(10 * time.Second) // some of them are cut off
					time.Sleep(5 * time.Second)
				}
				d.mustTell()
				var want []string
				for _, n := range d.news {
					want = append(want, n.ID)
				}
				if diff := cmp.Diff(d.order(want), d.order(d.told)); diff != "" {
					t.Errorf("delivered by group (-want +got):\n%s", diff)
				}
				if m := d.server.Inbox()[0]; m.Blocks != nil && m.Updates == 0 {
					t.Error("the first message has its blocks, want the text alone")
				}
			})
		})
	}
}

func TestWebhookFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newWebhookDesk(t)
		d.sweep(flood()...)
		d.mustTell()
		if diff := cmp.Diff([]string{"# 🔴 SIM cards: 5,000 new"}, d.shown()); diff != "" {
			t.Errorf("shown (-want +got):\n%s", diff)
		}
	})
}

func TestWebhookRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		refusal slacktest.Refusal
		want    []string
		kept    int
		kind    slack.Kind
	}{
		{"gone", slacktest.Refusal{Count: -1, Status: 404, Body: "no_service"}, nil, 1, slack.KindConfig},
		{"blocks", slacktest.Refusal{Status: 400, Body: "invalid_blocks"}, []string{"# 🔴 SIM cards: 1 new"}, 0, ""},
		{"blocks and text", slacktest.Refusal{Count: 2, Status: 400, Body: "invalid_payload"}, []string{"# 🔴 SIM cards: 1 new"}, 0, slack.KindRejected},
		{"all forms", slacktest.Refusal{Count: -1, Status: 400, Body: "invalid_payload"}, nil, 0, slack.KindRejected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newWebhookDesk(t)
				d.sweep(used(1))
				d.server.Refuse(tt.refusal)
				checkKind(t, d.tell(time.Minute), tt.kind)
				if diff := cmp.Diff(tt.want, d.shown()); diff != "" {
					t.Errorf("shown (-want +got):\n%s", diff)
				}
				if len(d.outbox) != tt.kept {
					t.Errorf("%d notices kept, want %d", len(d.outbox), tt.kept)
				}
			})
		})
	}
}

// checkKind wants an error of a kind, "" for none.
func checkKind(t *testing.T, err error, want slack.Kind) {
	t.Helper()
	var got slack.Kind
	if failure, ok := errors.AsType[*slack.Error](err); ok {
		got = failure.Kind
	}
	if got != want {
		t.Errorf("error = %v, want kind %q", err, want)
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	for name, newDesk := range desks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				quiet := used(1)
				quiet.Quiet = true
				d.sweep(quiet)
				d.mustTell()
				if got := d.shown(); got != nil {
					t.Errorf("shown = %q, want nothing of what is kept quiet", got)
				}
			})
		})
	}
}

func TestAnnounce(t *testing.T) {
	t.Parallel()
	for name, newDesk := range desks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				if err := d.channel.Announce(t.Context(), slack.Message{ID: "daily", Text: "a day"}); err != nil {
					t.Fatalf("Announce = %v, want nil", err)
				}
				if diff := cmp.Diff([]string{"# a day"}, d.shown()); diff != "" {
					t.Errorf("shown (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestSaveFails has the caller's store fail: nothing more is told.
func TestSaveFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newBotDesk(t)
		d.sweep(used(1), high(2))
		full := errors.New("disk full")
		news := channel.News{Notices: d.outbox, Open: []incident.Incident{d.outbox[0].Incident, d.outbox[1].Incident}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := channel.TellAll(ctx, d.channel, news, channel.Memory{}, func(channel.Told) error { return full })
		if !errors.Is(err, full) || len(d.shown()) != 1 {
			t.Errorf("TellAll = %v after %d messages, want the error of save after 1", err, len(d.shown()))
		}
	})
}
