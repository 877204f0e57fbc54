package alerts_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/shared/config"
)

// TestClockSteps has the clock of the function step, forwards and back, after somebody
// has acknowledged one incident and silenced another: an acknowledgement stands whatever
// the clock says, a silence of the future suppresses nothing, and neither stays for ever.
func TestClockSteps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		step     time.Duration
		silenced bool // while it has stepped
		kept     bool // once it is right again
	}{
		{"an hour on", time.Hour, true, true},
		{"two days on", 48 * time.Hour, false, false},
		{"half an hour back", -30 * time.Minute, true, true},
		{"five hours back", -5 * time.Hour, false, true},
		{"a year back", -365 * 24 * time.Hour, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				step := time.Duration(0)
				a := newActing(t, func(c *alerts.Config) { c.Now = func() time.Time { return time.Now().Add(step) } })
				m := a.status(t, highUsage...)
				a.mustPress(t, press(ann, m, "acknowledge", "", map[string]string{"silence-which": a.incident(t, 1).ID()}))
				a.mustPress(t, press(ann, a.status(t, highUsage...), "silence", "24h", map[string]string{"silence-which": a.incident(t, 2).ID()}))
				at := func(step time.Duration, card int) action.State {
					standing, err := action.Load(t.Context(), a.store)
					if err != nil {
						t.Fatal(err)
					}
					return standing.Of(a.incident(t, card), time.Now().Add(step)).State
				}
				step = tt.step
				time.Sleep(5 * time.Minute) // no run is under way by any clock
				if got := at(step, 2) == action.Silenced; got != tt.silenced {
					t.Errorf("the silence counts: %v, want %v", got, tt.silenced)
				}
				_, _ = a.Sweep(t.Context()) // It may find a lease of the future.
				step = 0
				time.Sleep(5 * time.Minute)
				a.sweep(t)
				if got := at(0, 2) == action.Silenced; got != tt.kept {
					t.Errorf("once the clock is right the silence counts: %v, want %v", got, tt.kept)
				}
				if got := at(0, 1); got != action.Acknowledged {
					t.Errorf("the other one is %s, want it acknowledged", got)
				}
			})
		})
	}
}

// TestSigningSecretNeedsASharedStore refuses what cannot work: to act while a sweep runs
// on a cloud without Redis.
func TestSigningSecretNeedsASharedStore(t *testing.T) {
	t.Parallel()
	least := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret", "SIGNALBOX_SLACK_BOT_TOKEN=xoxb",
		"SIGNALBOX_SLACK_CHANNEL=C1", "SIGNALBOX_STATE_FILE=/tmp/x",
	}
	tests := []struct {
		name string
		env  []string
		want string // the variable that is wrong
	}{
		{"plain HTTP", []string{"SIGNALBOX_SLACK_SIGNING_SECRET=" + signingSecret}, ""},
		{"two secrets", []string{"SIGNALBOX_SLACK_SIGNING_SECRET=" + signingSecret + ",another-signing-secret"}, ""},
		{"three secrets", []string{"SIGNALBOX_SLACK_SIGNING_SECRET=" + signingSecret + ",another-signing-secret,one-more-signing-secret"}, "SIGNALBOX_SLACK_SIGNING_SECRET"},
		{"a short secret", []string{"SIGNALBOX_SLACK_SIGNING_SECRET=sealed"}, "SIGNALBOX_SLACK_SIGNING_SECRET"},
		{"Lambda", []string{"SIGNALBOX_SLACK_SIGNING_SECRET=" + signingSecret, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001"}, "SIGNALBOX_STATE_TABLE"},
		{"Lambda with Redis", []string{"SIGNALBOX_SLACK_SIGNING_SECRET=" + signingSecret, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001", "SIGNALBOX_REDIS_URL=redis://127.0.0.1"}, ""},
		{"Lambda with a table", []string{"SIGNALBOX_SLACK_SIGNING_SECRET=" + signingSecret, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001", "SIGNALBOX_STATE_TABLE=dynamodb:signalbox", "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret"}, ""},
		{"operators", []string{"SIGNALBOX_SLACK_OPERATORS=U0123456789, W0123456789"}, ""},
		{"names of operators", []string{"SIGNALBOX_SLACK_OPERATORS=ann"}, "SIGNALBOX_SLACK_OPERATORS"},
		{"an operator too many", []string{"SIGNALBOX_SLACK_OPERATORS=U0123456789,"}, "SIGNALBOX_SLACK_OPERATORS"},
	}
	for _, tt := range tests {
		_, err := config.Load[alerts.Env](append(append([]string(nil), least...), tt.env...))
		switch {
		case err == nil && tt.want == "":
		case err == nil || tt.want == "" || !strings.HasPrefix(err.Error(), tt.want+": ") || strings.Contains(err.Error(), "sealed"):
			t.Errorf("%s: Load = %v, want %q wrong", tt.name, err, tt.want)
		}
	}
}
