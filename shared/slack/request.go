package slack

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	slackgo "github.com/slack-go/slack"
)

// ErrUnverified says that a request is not Slack's: its signature is wrong, missing, or
// more than five minutes off.
var ErrUnverified = errors.New("the request is not signed by Slack, or is too old")

// Requests verifies what Slack sends to us when somebody presses a button or enters a
// command. The zero value verifies nothing. It is safe for concurrent use.
type Requests struct{ secrets []string }

// NewRequests returns Requests that are signed with one of the app's signing secrets: two
// are for the time in which one takes the other's place.
func NewRequests(secrets []string) Requests { return Requests{secrets} }

// Verifies reports whether there is anything that r can verify.
func (r Requests) Verifies() bool { return len(r.secrets) > 0 }

// Verify reports whether Slack has sent a request with that header and body, which is as
// it came in. The error is ErrUnverified, and says nothing of the request. One that Slack
// has sent may come again within ten minutes: see [Interaction.ID].
//
// See https://docs.slack.dev/authentication/verifying-requests-from-slack/.
func (r Requests) Verify(header http.Header, body []byte) error {
	if signature := header.Get("X-Slack-Signature"); signature != strings.ToLower(signature) {
		return ErrUnverified // Slack writes it in small letters: any byte that differs counts.
	}
	for _, secret := range r.secrets {
		verifier, err := slackgo.NewSecretsVerifier(header, secret)
		if err != nil {
			continue
		}
		if _, err := verifier.Write(body); err == nil && verifier.Ensure() == nil {
			return nil
		}
	}
	return ErrUnverified
}

// User is who has pressed or entered something.
type User struct{ ID, Name string }

// Interaction is something that was pressed or chosen below a message.
type Interaction struct {
	// ID is the same however often Slack sends it.
	ID      string
	Type    string // "block_actions" where the rest is set
	User    User
	Message Ref
	// Foreign says that the message is another app's.
	Foreign bool
	// ActionID and BlockID name what was pressed, and Value is what it stands for, or
	// what was chosen.
	ActionID, BlockID, Value string
	// Chosen is what is chosen in all menus of the block, by their action ids.
	Chosen map[string]string
	// ResponseURL is where whoever has pressed can be answered, see [Responder].
	ResponseURL string
}

// choice is what a menu has.
type choice struct {
	Value string `json:"value"`
}

// interaction is the payload, as far as it is used here.
type interaction struct {
	Type     string `json:"type"`
	AppID    string `json:"api_app_id"`
	Response string `json:"response_url"`
	User     struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Name     string `json:"name"`
	} `json:"user"`
	Container struct {
		Message string `json:"message_ts"`
		Channel string `json:"channel_id"`
	} `json:"container"`
	Message struct {
		AppID string `json:"app_id"`
	} `json:"message"`
	Actions []struct {
		ActionID string  `json:"action_id"`
		BlockID  string  `json:"block_id"`
		Value    string  `json:"value"`
		Selected *choice `json:"selected_option"`
		TS       string  `json:"action_ts"`
	} `json:"actions"`
	State struct {
		Values map[string]map[string]struct {
			Selected *choice `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// ParseInteraction reads the body of a request about an interaction, which is verified.
//
// See https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/.
func ParseInteraction(body []byte) (Interaction, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return Interaction{}, errors.New("the interaction is no form")
	}
	var p interaction
	if err := json.Unmarshal([]byte(form.Get("payload")), &p); err != nil {
		return Interaction{}, errors.New("the interaction has no payload that is JSON")
	}
	in := Interaction{
		ID: requestID("interaction", string(body)), Type: p.Type, ResponseURL: p.Response,
		User:    User{p.User.ID, cmp.Or(p.User.Name, p.User.Username, p.User.ID)},
		Message: Ref{Channel: p.Container.Channel, TS: p.Container.Message},
		Foreign: p.AppID != "" && p.Message.AppID != "" && p.AppID != p.Message.AppID,
	}
	if p.Type != "block_actions" {
		return in, nil
	}
	if len(p.Actions) != 1 || p.User.ID == "" {
		return Interaction{}, fmt.Errorf("the interaction has %d actions, want one of somebody", len(p.Actions))
	}
	did := p.Actions[0]
	in.ActionID, in.BlockID, in.Value, in.Chosen = did.ActionID, did.BlockID, did.Value, make(map[string]string)
	if did.Selected != nil {
		in.Value = did.Selected.Value
	}
	for menu, state := range p.State.Values[did.BlockID] {
		if state.Selected != nil {
			in.Chosen[menu] = state.Selected.Value
		}
	}
	if did.TS != "" { // Slack may send the same with another trigger_id
		in.ID = requestID("interaction", in.Message.Channel, in.Message.TS, did.TS, did.ActionID, p.User.ID)
	}
	return in, nil
}

// Command is a command that somebody has entered.
type Command struct {
	ID      string // the same however often Slack sends it
	User    User
	Channel string
	Command string // as the app names it, such as "/signalbox"
	Text    string // what follows it
}

// ParseCommand reads the body of a request about a command, which is verified.
//
// See https://docs.slack.dev/interactivity/implementing-slash-commands/.
func ParseCommand(body []byte) (Command, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("command") == "" || form.Get("user_id") == "" {
		return Command{}, errors.New("the request is no command of somebody's")
	}
	return Command{
		ID:   requestID("command", cmp.Or(form.Get("trigger_id"), string(body))),
		User: User{form.Get("user_id"), cmp.Or(form.Get("user_name"), form.Get("user_id"))}, Channel: form.Get("channel_id"),
		Command: form.Get("command"), Text: form.Get("text"),
	}, nil
}

// requestID is the same for the same parts.
func requestID(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
