package alerts_test

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"signalbox/functions/alerts"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// TestEachReceiverInItsLanguage notifies one receiver in the language of all, and others
// in their own: of a sweep, and of a state that cannot be used.
func TestEachReceiverInItsLanguage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inboxes := make(map[string]*slacktest.Server)
		f := newFixture(t, 40, func(c *alerts.Config) {
			c.Style.Language, c.Receivers = language.Chinese, nil
			c.Languages = map[string]language.Language{"factory": language.Chinese, "duty": language.English}
			for _, name := range []string{"ops", "factory", "duty"} {
				inboxes[name] = slacktest.New(slacktest.Options{})
				c.Receivers = append(c.Receivers, notify.Receiver{Name: name, Poster: newWebhook(t, inboxes[name])})
			}
		})
		check := func(n int, english, chinese string) {
			t.Helper()
			for name, want := range map[string]string{"ops": chinese, "factory": chinese, "duty": english} {
				inbox := inboxes[name].Inbox()
				if len(inbox) != n || !strings.Contains(inbox[n-1].Plain(), want) {
					t.Errorf("%s has %d messages, want %d, the last with %q:\n%v", name, len(inbox), n, want, inbox)
				}
			}
		}
		f.sweep(t)
		check(1, "Package ends soon", "套餐即将到期")
		f.store.put([]store.Record{{Collection: "incidents", Key: "card/1/usage", Value: []byte("{")}})
		if _, err := f.Sweep(t.Context()); err == nil {
			t.Error("Sweep = nil, want an error of the damaged state")
		}
		check(2, "does not watch the SIM cards: the state is damaged", "已无法监控物联网卡：the state is damaged")
	})
}

func TestLanguageOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]language.Language{"": language.English, "en": language.English, "zh": language.Chinese} {
		c, err := alerts.Configure(languageEnviron(t, value), io.Discard, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Store.Close() })
		if c.Style.Language != want {
			t.Errorf("SIGNALBOX_LANGUAGE=%s is %s, want %s", value, c.Style.Language.Code(), want.Code())
		}
	}
	if _, err := alerts.Configure(languageEnviron(t, "fr"), io.Discard, nil); err == nil || !strings.Contains(err.Error(), "SIGNALBOX_LANGUAGE: must be en or zh") {
		t.Errorf("Configure with SIGNALBOX_LANGUAGE=fr = %v, want what it must be", err)
	}
}

func languageEnviron(t *testing.T, value string) []string {
	t.Helper()
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret",
		"SIGNALBOX_SLACK_WEBHOOK_URL=https://hooks.slack.com/services/x",
		"SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "state.db"), "SIGNALBOX_LANGUAGE=" + value,
	}
}
