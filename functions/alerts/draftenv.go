package alerts

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"signalbox/shared/config"
	"signalbox/shared/quota"
	"signalbox/shared/receiver"
	"signalbox/shared/store"
)

// draftEnv is the environment of a sweep that posts nothing and remembers nothing: it needs
// neither a place for the state nor the variables of receivers.
type draftEnv struct{ Env }

// Validate reports what is missing for that.
func (e draftEnv) Validate() []config.Problem {
	problems := slices.Concat(e.Account.Validate(), e.Pages.Validate(), e.linkProblems(), e.tableProblems())
	if e.Slack.IsSet() {
		problems = append(problems, e.slackProblems()...)
	}
	return problems
}

// ConfigureDraft is [Configure] for those who replace the receivers and the store, so that
// nothing is posted and nothing is remembered. Where no place is named for the state, change
// has to name one. Receivers that lack their variables are there, and lead nowhere.
func ConfigureDraft(environ []string, logs io.Writer, change func(*store.Config)) (Config, error) {
	env, err := config.Load[draftEnv](environ)
	set := receiver.Variables(environ)
	variables := func(name string) string { return cmp.Or(set(name), nowhere) }
	if !env.Slack.IsSet() {
		env.Slack.WebhookURL.Secret = nowhere // asked for where the rules file has no receivers
	}
	file, rulesErr := env.file(variables)
	if err := errors.Join(err, rulesErr); err != nil {
		return Config{}, err
	}
	if len(file.Receivers) > 0 {
		env.Slack.BotToken = cmp.Or(env.Slack.BotToken, nowhere)
	}
	return env.configure(new(quota.Process), variables, logs, change)
}

// nowhere stands for what a variable of a receiver's would hold: no such host can be.
const nowhere = "https://draft.invalid/services/nowhere"
