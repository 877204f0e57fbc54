package alerts

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"signalbox/shared/config"
	"signalbox/shared/slack"
)

// Operators are Slack's ids of the users who may act.
type Operators []string

// userID has the form of what Slack shows as "member ID" in a profile.
var userID = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

// UnmarshalText reads ids separated by commas, each once.
func (o *Operators) UnmarshalText(text []byte) error {
	var ids Operators
	for field := range strings.SplitSeq(string(text), ",") {
		id := strings.TrimSpace(field)
		if !userID.MatchString(id) {
			return errors.New("must be the member ids of users, such as U0123456789, separated by commas: not their names")
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	*o = ids
	return nil
}

// buttons is how people act from Slack.
func (e Env) buttons() (Buttons, error) {
	secrets := make([]string, len(e.Slack.SigningSecrets))
	for i, secret := range e.Slack.SigningSecrets {
		secrets[i] = string(secret)
	}
	responder, err := slack.NewResponder(string(e.Slack.APIURL.Secret), nil)
	return Buttons{Requests: slack.NewRequests(secrets), Operators: e.Slack.Operators, Responder: responder}, err
}

// actionProblems asks for a store that several instances can use at once where people
// act while a sweep runs.
func (e Env) actionProblems() []config.Problem {
	if len(e.Slack.SigningSecrets) == 0 || !e.State.Shared() || e.Quota.RedisURL.Secret != "" || e.Table.Set() {
		return nil
	}
	return []config.Problem{config.Missing("SIGNALBOX_STATE_TABLE",
		"or set SIGNALBOX_REDIS_URL: SIGNALBOX_SLACK_SIGNING_SECRET has people act while a sweep runs, and here instances cannot share a file")}
}
