package slacktest

import (
	"encoding/json"
	"slices"
)

// Limits of what can be pressed or chosen.
const (
	maxActionID    = 255
	maxValue       = 2000 // of a button
	maxOptions     = 100
	maxOptionText  = 75
	maxOptionValue = 150
	maxPlaceholder = 150
)

// Control is a button that an app listens to, or a menu.
type Control struct {
	Type     string // "button" or "static_select"
	BlockID  string
	ActionID string
	Label    string   // or the placeholder of a menu
	Value    string   // of a button
	Options  []Option // of a menu
	Initial  string   // the value of the option that is chosen before anybody chooses
}

// Option is one of a menu's.
type Option struct{ Value, Label string }

// option is one as Slack writes it.
type option struct {
	Text  textObject `json:"text"`
	Value string     `json:"value"`
}

func (o option) valid() bool {
	return o.Text.plain(maxOptionText) && o.Value != "" && !tooLong(o.Value, maxOptionValue)
}

// readControl reads what an app listens to. ok is false where it is nothing of that, or where
// Slack refuses it.
func readControl(raw json.RawMessage) (c Control, ok bool) {
	var e struct {
		Type        string     `json:"type"`
		ActionID    string     `json:"action_id"`
		Text        textObject `json:"text"`
		Value       string     `json:"value"`
		URL         string     `json:"url"`
		Placeholder textObject `json:"placeholder"`
		Options     []option   `json:"options"`
		Initial     *option    `json:"initial_option"`
		Style       string     `json:"style"`
	}
	if json.Unmarshal(raw, &e) != nil || e.ActionID == "" || tooLong(e.ActionID, maxActionID) {
		return Control{}, false
	}
	c = Control{Type: e.Type, ActionID: e.ActionID}
	switch e.Type {
	case "button":
		c.Label, c.Value = e.Text.Text, e.Value
		styled := slices.Contains([]string{"", "primary", "danger"}, e.Style)
		return c, e.URL == "" && styled && e.Text.plain(maxButtonText) && !tooLong(e.Value, maxValue)
	case "static_select":
		c.Label = e.Placeholder.Text
		for _, one := range e.Options {
			if !one.valid() {
				return Control{}, false
			}
			c.Options = append(c.Options, Option{one.Value, one.Text.Text})
		}
		if e.Initial != nil {
			if !slices.Contains(e.Options, *e.Initial) {
				return Control{}, false
			}
			c.Initial = e.Initial.Value
		}
		return c, e.Placeholder.plain(maxPlaceholder) && len(e.Options) > 0 && len(e.Options) <= maxOptions
	default:
		return Control{}, false
	}
}

// Controls are all that can be pressed or chosen below the message, in its order.
func (m Message) Controls() []Control {
	parts, _ := readBlocks(m.Blocks)
	var all []Control
	for _, p := range parts {
		all = append(all, p.Controls...)
	}
	return all
}

// label is how a control looks.
func (c Control) label() string {
	if c.Type == "button" {
		return c.Label
	}
	for _, o := range c.Options {
		if o.Value == c.Initial {
			return o.Label + " ▾"
		}
	}
	return c.Label + " ▾"
}
