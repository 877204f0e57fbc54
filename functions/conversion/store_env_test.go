package conversion_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/functions/conversion"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/logging"
	"signalbox/shared/serve/event"
	"signalbox/shared/web"
)

// token is the one that the function takes.
const token = "a-token-of-26-characters--"

// environ is what every function needs, and more.
func environ(t *testing.T, cloud *aliyuntest.Server, more ...string) []string {
	t.Helper()
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	return append([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_DYSMS_ENDPOINT=" + server.URL, "SIGNALBOX_API_TOKENS=" + token,
	}, more...)
}

// TestFromEnvWithStore counts OTPs in windows of a second, and reports one.
func TestFromEnvWithStore(t *testing.T) {
	t.Parallel()
	for name, variable := range map[string]func(*testing.T) string{
		"file": func(t *testing.T) string {
			t.Helper()
			return "SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "state.db")
		},
		"redis": func(t *testing.T) string {
			t.Helper()
			return "SIGNALBOX_REDIS_URL=redis://" + miniredis.RunT(t).Addr()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := aliyuntest.New(aliyuntest.Options{})
			f, err := conversion.FromEnv(environ(t, cloud, variable(t), "SIGNALBOX_OTP_WINDOW=1s", "SIGNALBOX_OTP_GRACE=0s"), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			body := `[{"type":"requested","id":"1"},{"type":"verified","id":"1"}]`
			if got := ask(t, f.Handler, "POST", "/otp-events", body, "Authorization", "Bearer "+token); got.Code != http.StatusOK {
				t.Fatalf("POST /otp-events = %d, %s", got.Code, got.Body)
			}
			deadline := time.After(20 * time.Second)
			for len(cloud.Conversions()) == 0 {
				if _, err := f.Scheduled(t.Context(), event.Scheduled{}); err != nil {
					t.Fatal(err)
				}
				select {
				case <-deadline:
					t.Fatal("the window was not reported")
				case <-time.After(50 * time.Millisecond):
				}
			}
			if got := rates(cloud); len(got) != 1 || got[0] != "1" {
				t.Errorf("at the fake %v, want the rate 1", got)
			}
			if parts := f.Ready(t.Context()); len(parts) > 0 && !parts[0].Warning || f.RunTimeout != 10*time.Minute {
				t.Errorf("ready: %+v, RunTimeout %v", parts, f.RunTimeout)
			}
			if err := f.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
		})
	}
}

func TestFromEnvWithoutStore(t *testing.T) {
	t.Parallel()
	f, err := conversion.FromEnv(environ(t, aliyuntest.New(aliyuntest.Options{})), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if f.Scheduled != nil || len(f.Ready(t.Context())) != 0 || f.Close() != nil {
		t.Error("without a store there is a schedule, or it is not ready")
	}
}

func TestFromEnvRefusesStores(t *testing.T) {
	t.Parallel()
	file := "SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "state.db")
	tests := []struct {
		name string
		more []string
		want []string // variables, and words
	}{
		{"a file on Lambda", []string{file, "AWS_LAMBDA_RUNTIME_API=x"}, []string{"SIGNALBOX_STATE_FILE: ", "SIGNALBOX_REDIS_URL"}},
		{"a file on Function Compute", []string{file, "FC_RUNTIME_API=x"}, []string{"SIGNALBOX_STATE_FILE: ", "SIGNALBOX_REDIS_URL"}},
		{"no folder", []string{"SIGNALBOX_STATE_FILE=/nowhere/at/all.db"}, []string{"/nowhere/at"}},
		{
			"odd times",
			[]string{file, "SIGNALBOX_OTP_WINDOW=1500ms", "SIGNALBOX_OTP_GRACE=25h", "SIGNALBOX_CONVERSION_KEEP=0s", "SIGNALBOX_RUN_TIMEOUT=1s"},
			[]string{"SIGNALBOX_OTP_WINDOW: ", "SIGNALBOX_OTP_GRACE: ", "SIGNALBOX_CONVERSION_KEEP: ", "SIGNALBOX_RUN_TIMEOUT: "},
		},
		{
			"an odd watch",
			[]string{file, "SIGNALBOX_OTP_FLOOR=1.5", "SIGNALBOX_CONVERSION_URL=https://otp.example.com", "SIGNALBOX_LANGUAGE=fr", "SIGNALBOX_SLACK_BOT_TOKEN=xoxb-1"},
			[]string{"SIGNALBOX_OTP_FLOOR: ", "SIGNALBOX_LINK_SECRET: ", "SIGNALBOX_LANGUAGE: ", "SIGNALBOX_SLACK_CHANNEL: "},
		},
		{"no rules file", []string{file, "SIGNALBOX_RULES_FILE=/nowhere/at/all.yaml"}, []string{"SIGNALBOX_RULES_FILE: ", "/nowhere/at"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := conversion.FromEnv(environ(t, aliyuntest.New(aliyuntest.Options{}), tt.more...), io.Discard)
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("FromEnv = %v, want %q in it", err, want)
				}
			}
		})
	}
}

// TestReadiness has a state that is damaged.
func TestReadiness(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(file, []byte("not bbolt"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := conversion.FromEnv(environ(t, aliyuntest.New(aliyuntest.Options{}), "SIGNALBOX_STATE_FILE="+file), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	parts := f.Ready(t.Context())
	if len(parts) != 1 || parts[0].Part != "state" || parts[0].Warning || !strings.Contains(parts[0].Action, "SIGNALBOX_STATE_RESET=") {
		t.Errorf("Ready = %+v, want the damage and its id", parts)
	}
}

// endangered is a ledger whose Redis may evict.
type endangered struct{ windows }

func (endangered) Warning(context.Context) (string, error) { return "Redis may evict", nil }

func TestReadinessWarns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
	f := conversion.New(conversion.Config{
		Guard: web.Open, Logger: logging.Discard(), Store: w.store, Windows: endangered{windows{w.ledger, w.store}},
	})
	if parts := f.Ready(t.Context()); len(parts) != 1 || !parts[0].Warning || parts[0].Reason != "Redis may evict" {
		t.Errorf("Ready = %+v, want a warning", parts)
	}
}

// TestFromEnvNotifies has everything that the watch reads be set.
func TestFromEnvNotifies(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	text := "version: 1\nreceivers:\n  - {name: duty, slack: {url_env: DUTY_URL, language: zh}}\nroutes:\n  - {receivers: [duty]}\n"
	if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	more := []string{
		"SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "state.db"), "SIGNALBOX_RULES_FILE=" + rules, "DUTY_URL=https://hooks.slack.com/services/T/B/x",
		"SIGNALBOX_OTP_FLOOR=0.5", "SIGNALBOX_CONVERSION_URL=https://otp.example.com", "SIGNALBOX_LINK_SECRET=0123456789abcdef", "SIGNALBOX_LANGUAGE=zh",
	}
	f, err := conversion.FromEnv(environ(t, aliyuntest.New(aliyuntest.Options{}), more...), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.Scheduled(t.Context(), event.Scheduled{})
	if report, ok := answer.(conversion.Report); !ok || err != nil || report.Watch.Why != "" {
		t.Errorf("Scheduled = %+v, %v", answer, err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}
