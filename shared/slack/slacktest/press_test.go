package slacktest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/slack/slacktest"
)

const controls = `[{"type":"actions","block_id":"b1","elements":[` +
	`{"type":"button","action_id":"yes","value":"v","style":"primary","text":{"type":"plain_text","text":"Yes"}},` +
	`{"type":"static_select","action_id":"which","placeholder":{"type":"plain_text","text":"Which"},` +
	`"options":[{"text":{"type":"plain_text","text":"All"},"value":"all"},{"text":{"type":"plain_text","text":"One"},"value":"1"}],` +
	`"initial_option":{"text":{"type":"plain_text","text":"All"},"value":"all"}}]}]`

// TestPress has slack-go, which shares no code with the fake, read what it sends.
func TestPress(t *testing.T) {
	t.Parallel()
	s := slacktest.New(slacktest.Options{})
	posted := do(t, s, http.MethodPost, "/api/chat.postMessage", `{"channel":"alerts","text":"x","blocks":`+controls+`}`,
		"Content-Type", "application/json", "Authorization", "Bearer xoxb-test")
	var r result
	if err := json.Unmarshal([]byte(posted.Body), &r); err != nil || !r.OK {
		t.Fatalf("posted: %s", posted.Body)
	}
	app := slacktest.App{SigningSecret: "secret", Actions: "https://app.example/actions", Commands: "https://app.example/commands"}
	sent, err := s.Press(app, slacktest.Press{
		By: slacktest.Person{ID: "U1", Name: "Ann"}, Channel: "alerts", TS: r.TS, ActionID: "yes", Chosen: map[string]string{"which": "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, sent, "secret")
	form, err := url.ParseQuery(string(sent.Body))
	if err != nil {
		t.Fatal(err)
	}
	var in slackgo.InteractionCallback
	if err := json.Unmarshal([]byte(form.Get("payload")), &in); err != nil {
		t.Fatal(err)
	}
	if in.Type != slackgo.InteractionTypeBlockActions || in.User.ID != "U1" || in.Container.MessageTs != r.TS || in.Container.ChannelID != "C00000001" ||
		len(in.ActionCallback.BlockActions) != 1 || in.ActionCallback.BlockActions[0].ActionID != "yes" || in.ActionCallback.BlockActions[0].Value != "v" ||
		in.BlockActionState.Values["b1"]["which"].SelectedOption.Value != "1" {
		t.Errorf("slack-go reads %+v", in)
	}
	for _, wrong := range []slacktest.Press{
		{Channel: "alerts", TS: r.TS, ActionID: "no"},
		{Channel: "alerts", TS: "1", ActionID: "yes"},
		{Channel: "other", TS: r.TS, ActionID: "yes"},
		{Channel: "alerts", TS: r.TS, ActionID: "which", Choice: "2"},
	} {
		if _, err := s.Press(app, wrong); err == nil {
			t.Errorf("%+v can be pressed", wrong)
		}
	}
	command := s.Enter(app, slacktest.Person{ID: "U1", Name: "Ann"}, "alerts", "/signalbox", "help 中文")
	verify(t, command, "secret")
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, command.URL, strings.NewReader(string(command.Body)))
	request.Header = command.Header
	if entered, err := slackgo.SlashCommandParse(request); err != nil || entered.Text != "help 中文" || entered.UserID != "U1" || entered.ChannelID != "C00000001" {
		t.Errorf("slack-go reads the command %+v, %v", entered, err)
	}
}

func verify(t *testing.T, s *slacktest.Sent, secret string) {
	t.Helper()
	v, err := slackgo.NewSecretsVerifier(s.Header, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Write(s.Body); err != nil || v.Ensure() != nil {
		t.Error("slack-go does not verify what the fake has signed")
	}
}

// TestControlsRefused breaks Slack's limits of what can be pressed or chosen.
func TestControlsRefused(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{Burst: 100})
	long := strings.Repeat("x", 256)
	for _, change := range [][2]string{
		{`"action_id":"yes",`, ``},
		{`"action_id":"yes"`, `"action_id":"` + long + `"`},
		{`"action_id":"yes"`, `"action_id":"which"`},
		{`"style":"primary"`, `"style":"loud"`},
		{`"text":"Yes"`, `"text":"` + long + `"`},
		{`"value":"1"`, `"value":"` + long + `"`},
		{`"text":"One"`, `"text":""`},
		{`"initial_option":{"text":{"type":"plain_text","text":"All"},"value":"all"}`, `"initial_option":{"text":{"type":"plain_text","text":"Two"},"value":"2"}`},
		{`"block_id":"b1"`, `"block_id":"` + long + `"`},
	} {
		if !strings.Contains(controls, change[0]) {
			t.Fatalf("no %s to change", change[0])
		}
		got := hook(t, s, `{"text":"x","blocks":`+strings.Replace(controls, change[0], change[1], 1)+`}`)
		if got.Body != "invalid_blocks" {
			t.Errorf("%s is answered %s", change[1], got.Body)
		}
	}
}
