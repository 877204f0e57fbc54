package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// App is an app that listens to what people press and enter.
type App struct {
	// SigningSecret signs what Slack sends.
	SigningSecret string
	// Actions and Commands are the request URLs.
	Actions, Commands string
	// Responses is where response URLs lead to: the address of this server. "" means
	// Slack's own, which a Transport takes for this server.
	Responses string
}

const appID = "A0FAKE"

// Person is a user of Slack's.
type Person struct{ ID, Name string }

// Press is a button that somebody presses, or a menu from which somebody chooses.
type Press struct {
	By       Person
	Channel  string // its name or id
	TS       string // of the message
	ActionID string
	Choice   string            // the value of the option, of a menu
	Chosen   map[string]string // what is chosen in other menus of the message, by action id
}

// Sent is a request that Slack sends to an app. It can be sent several times, as Slack
// and the network may.
type Sent struct {
	URL    string
	Header http.Header
	Body   []byte
}

// Answered is what an app has said.
type Answered struct {
	Status int
	Body   string
}

// Send sends the request.
func (s *Sent) Send(ctx context.Context, transport http.RoundTripper) (Answered, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(s.Body))
	if err != nil {
		return Answered{}, err
	}
	r.Header = s.Header.Clone()
	response, err := transport.RoundTrip(r)
	if err != nil {
		return Answered{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return Answered{response.StatusCode, string(body)}, err
}

// Press returns the request that Slack sends to app, as of now, or an error where the
// message has nothing of that kind.
//
// See https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/.
func (s *Server) Press(app App, p Press) (*Sent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.channelLocked(p.Channel, true)
	if in == nil {
		return nil, errors.New("slacktest: no channel " + p.Channel)
	}
	m := s.messageLocked(in, p.TS)
	if m == nil {
		return nil, errors.New("slacktest: no message " + p.TS)
	}
	controls := m.Controls()
	at := slices.IndexFunc(controls, func(c Control) bool { return c.ActionID == p.ActionID })
	if at < 0 {
		return nil, fmt.Errorf("slacktest: message %s has no %s to press", p.TS, p.ActionID)
	}
	did, err := controls[at].pressed(p)
	if err != nil {
		return nil, err
	}
	did["action_ts"] = s.nextTSLocked()
	payload := map[string]any{
		"type": "block_actions", "api_app_id": appID, "token": "deprecated",
		"team":         map[string]any{"id": "T0FAKE", "domain": "fake"},
		"user":         map[string]any{"id": p.By.ID, "username": p.By.Name, "name": p.By.Name, "team_id": "T0FAKE"},
		"container":    map[string]any{"type": "message", "message_ts": m.TS, "channel_id": in.id, "is_ephemeral": false},
		"channel":      map[string]any{"id": in.id, "name": in.name},
		"message":      map[string]any{"type": "message", "bot_id": "B0FAKE", "app_id": appID, "ts": m.TS, "text": m.Text, "blocks": m.Blocks},
		"trigger_id":   s.triggerLocked(),
		"response_url": app.responses() + "/actions/T0FAKE/" + p.By.ID + "/" + m.TS,
		"state":        map[string]any{"values": stateOf(controls, p)},
		"actions":      []any{did},
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	return s.signedLocked(app, app.Actions, url.Values{"payload": {string(raw)}}), nil
}

func (a App) responses() string {
	if a.Responses == "" {
		return "https://hooks.slack.com"
	}
	return strings.TrimSuffix(a.Responses, "/")
}

// pressed is the member of actions.
func (c Control) pressed(p Press) (map[string]any, error) {
	did := map[string]any{"action_id": c.ActionID, "block_id": c.BlockID, "type": c.Type}
	if c.Type == "button" {
		did["text"] = map[string]any{"type": "plain_text", "text": c.Label}
		did["value"] = c.Value
		return did, nil
	}
	for _, o := range c.Options {
		if o.Value == p.Choice {
			did["selected_option"] = o.payload()
			return did, nil
		}
	}
	return nil, fmt.Errorf("slacktest: %s has no choice %q", c.ActionID, p.Choice)
}

func (o Option) payload() map[string]any {
	return map[string]any{"text": map[string]any{"type": "plain_text", "text": o.Label}, "value": o.Value}
}

// stateOf is what is chosen in all menus: what is chosen before counts until somebody
// chooses.
func stateOf(controls []Control, p Press) map[string]map[string]any {
	values := map[string]map[string]any{}
	for _, c := range controls {
		if c.Type != "static_select" {
			continue
		}
		choice := c.Initial
		if chosen, ok := p.Chosen[c.ActionID]; ok {
			choice = chosen
		}
		if c.ActionID == p.ActionID {
			choice = p.Choice
		}
		state := map[string]any{"type": c.Type, "selected_option": nil}
		for _, o := range c.Options {
			if o.Value == choice {
				state["selected_option"] = o.payload()
			}
		}
		if values[c.BlockID] == nil {
			values[c.BlockID] = map[string]any{}
		}
		values[c.BlockID][c.ActionID] = state
	}
	return values
}

// Enter returns the request that Slack sends to app for a command such as "/signalbox",
// as of now.
//
// See https://docs.slack.dev/interactivity/implementing-slash-commands/.
func (s *Server) Enter(app App, by Person, channel, command, text string) *Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	form := url.Values{
		"token": {"deprecated"}, "team_id": {"T0FAKE"}, "team_domain": {"fake"}, "api_app_id": {appID}, "is_enterprise_install": {"false"},
		"user_id": {by.ID}, "user_name": {by.Name}, "command": {command}, "text": {text}, "trigger_id": {s.triggerLocked()},
		"response_url": {app.responses() + "/actions/T0FAKE/" + by.ID + "/command"},
	}
	if in := s.channelLocked(channel, true); in != nil {
		form.Set("channel_id", in.id)
		form.Set("channel_name", in.name)
	}
	return s.signedLocked(app, app.Commands, form)
}

// triggerLocked is another one each time.
func (s *Server) triggerLocked() string { return "T." + s.nextTSLocked() }

func (s *Server) signedLocked(app App, to string, form url.Values) *Sent {
	body := []byte(form.Encode())
	return &Sent{URL: to, Body: body, Header: app.Sign(body, s.now())}
}

// Sign returns the headers of a request that Slack sends to app at a time.
//
// See https://docs.slack.dev/authentication/verifying-requests-from-slack/.
func (a App) Sign(body []byte, at time.Time) http.Header {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(a.SigningSecret))
	mac.Write([]byte("v0:" + timestamp + ":"))
	mac.Write(body)
	return http.Header{
		"Content-Type":              {"application/x-www-form-urlencoded"},
		"User-Agent":                {"Slackbot 1.0 (+https://api.slack.com/robots)"},
		"X-Slack-Request-Timestamp": {timestamp},
		"X-Slack-Signature":         {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
}

// Whisper is what an app has said to one person alone.
type Whisper struct{ To, Text string }

// Whispers are all of them, the oldest first.
func (s *Server) Whispers() []Whisper {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.whispers)
}

// handleResponse takes what an app says by a response URL.
//
// See https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses.
func (s *Server) handleResponse(w http.ResponseWriter, r *http.Request) {
	var said struct {
		Text     string `json:"text"`
		Type     string `json:"response_type"`
		Replaces bool   `json:"replace_original"`
		Deletes  bool   `json:"delete_original"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || json.Unmarshal(body, &said) != nil || said.Text == "" || said.Type != "ephemeral" || said.Replaces || said.Deletes {
		answerText(w, http.StatusBadRequest, "invalid_payload")
		return
	}
	s.mu.Lock()
	s.whispers = append(s.whispers, Whisper{To: r.PathValue("user"), Text: said.Text})
	s.mu.Unlock()
	answerText(w, http.StatusOK, "ok")
}
