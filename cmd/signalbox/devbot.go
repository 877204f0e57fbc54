package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"signalbox/shared/slack/slacktest"
)

const (
	devBotToken      = "xoxb-test"
	devSigningSecret = "signalbox-dev-signing-word" //nolint:gosec // signs for the functions of this process
	devChannel       = "C00000001"
)

// devPerson is who presses and enters.
var devPerson = slacktest.Person{ID: "U0DEV", Name: "dev"}

// slackEnviron are the variables of Slack: those of a webhook, or of a bot that people can
// press the buttons of.
func (e *environment) slackEnviron() []string {
	if !e.bot {
		return []string{"SIGNALBOX_SLACK_WEBHOOK_URL=" + e.base + e.slack.WebhookPath()}
	}
	return []string{
		"SIGNALBOX_SLACK_BOT_TOKEN=" + devBotToken, "SIGNALBOX_SLACK_CHANNEL=" + devChannel, "SIGNALBOX_SLACK_API_URL=" + e.base + "/api/",
		"SIGNALBOX_SLACK_SIGNING_SECRET=" + devSigningSecret, "SIGNALBOX_SLACK_OPERATORS=" + devPerson.ID,
	}
}

// slackReceiver is its line in the rules file.
func (e *environment) slackReceiver() string {
	if e.bot {
		return "slack: {channel: " + devChannel + "}"
	}
	return "slack: {url_env: SIGNALBOX_SLACK_WEBHOOK_URL}"
}

// app is alerts, as Slack knows it.
func (e *environment) app() slacktest.App {
	return slacktest.App{
		SigningSecret: devSigningSecret, Responses: e.base,
		Actions: e.base + "/slack/actions", Commands: e.base + "/slack/commands",
	}
}

// press has somebody press a button, or choose from a menu.
func (e *environment) press(r *http.Request) string {
	if !e.bot {
		return "There are no buttons without --bot."
	}
	sent, err := e.slack.Press(e.app(), slacktest.Press{
		By: devPerson, Channel: devChannel, TS: r.PostFormValue("ts"), ActionID: r.PostFormValue("action"), Choice: r.PostFormValue("choice"),
	})
	if err != nil {
		return "It cannot be pressed any more: the message has changed."
	}
	return e.answered(r, sent)
}

// enter has somebody enter a command.
func (e *environment) enter(r *http.Request) string {
	if !e.bot {
		return "There are no commands without --bot."
	}
	return e.answered(r, e.slack.Enter(e.app(), devPerson, devChannel, "/signalbox", r.PostFormValue("text")))
}

// answered sends what Slack sends, and returns what it shows of the answer.
func (e *environment) answered(r *http.Request, sent *slacktest.Sent) string {
	answer, err := sent.Send(r.Context(), http.DefaultTransport)
	if err != nil {
		return "Slack got no answer: " + err.Error()
	}
	var said struct{ Text string }
	if json.Unmarshal([]byte(answer.Body), &said) == nil && said.Text != "" {
		return said.Text
	}
	return fmt.Sprintf("Slack was answered with status %d.", answer.Status)
}
