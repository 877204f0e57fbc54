package doctor

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
	"signalbox/shared/receiver"
	"signalbox/shared/slack"
)

// slack looks at the Slack of the environment, which is who is notified where the rules file
// names nobody.
func (e *examination) slack(ctx context.Context) []Result {
	examined, _, err := e.rules()
	if !e.examines("alerts", "conversion") || err != nil || len(examined.File.Receivers) > 0 {
		return nil
	}
	s := e.alerts.Slack.Slack
	switch {
	case s.Bot() && s.Channel != "":
		return bot(ctx, "slack", s, s.Channel, "SIGNALBOX_SLACK_CHANNEL")
	case s.WebhookURL.Secret != "":
		return []Result{slackWebhook(ctx, "slack", string(s.WebhookURL.Secret), "SIGNALBOX_SLACK_WEBHOOK_URL")}
	case !e.examines("alerts"):
		return []Result{{"slack", Warning, "nobody is notified of rates", "set SIGNALBOX_SLACK_WEBHOOK_URL, or receivers in a rules file, if that is not meant"}}
	default:
		return nil // the variables say so
	}
}

// bot asks Slack who the bot is, what it may do, and for the latest of its channel. named is
// where the channel is named.
func bot(ctx context.Context, name string, s receiver.Slack, channel, named string) []Result {
	b, err := slack.NewBot(slack.BotConfig{Token: string(s.BotToken), Channel: channel, APIURL: string(s.APIURL.Secret)})
	if err != nil {
		return []Result{{name, Failed, err.Error(), "correct SIGNALBOX_SLACK_BOT_TOKEN, SIGNALBOX_SLACK_API_URL or the channel"}}
	}
	identity, err := b.Identity(ctx)
	if err != nil {
		return []Result{tokenTrouble(name, err)}
	}
	results := []Result{{name, OK, "the token is that of " + identity.User + " in " + identity.Team, ""}}
	results = append(results, scopes(name, identity.Scopes)...)
	return append(results, inChannel(ctx, name, b, identity.User, named))
}

func tokenTrouble(name string, err error) Result {
	failure, _ := errors.AsType[*delivery.Error](err)
	switch {
	case failure == nil || failure.Kind == delivery.KindUnavailable:
		return Result{name, Failed, "Slack is not reached: " + reasonOf(failure), "check the way out of this network, and SIGNALBOX_SLACK_API_URL"}
	case failure.Kind == delivery.KindRateLimited:
		return Result{name, Unchecked, "Slack wants fewer calls", "try again later"}
	default:
		return Result{name, Failed, "Slack refuses the token: " + reasonOf(failure), "correct SIGNALBOX_SLACK_BOT_TOKEN: install the app again where its token was revoked"}
	}
}

func reasonOf(failure *delivery.Error) string {
	if failure == nil {
		return "it did not answer"
	}
	return cmp.Or(failure.Reason, string(failure.Kind))
}

// scopes are those that a bot wants, and what goes without them.
func scopes(name string, has []string) []Result {
	if has == nil {
		return []Result{{name, Unchecked, "Slack does not say which scopes the token has", "see that they are those of deploy/slack/manifest.yaml"}}
	}
	var results []Result
	lacks := func(status Status, what string, scopes ...string) {
		if !slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(has, scope) }) {
			results = append(results, Result{name, status, "the token lacks the scope " + scopes[0] + ": " + what, "add it to the app, as in deploy/slack/manifest.yaml, and install the app again"})
		}
	}
	lacks(Failed, "nothing can be posted", "chat:write")
	lacks(Warning, "lists of cards are not attached", "files:write")
	lacks(Warning, "what an outage left open is not found, and may be posted twice", "channels:history", "groups:history")
	return results
}

// inChannel looks for a message that is not there.
func inChannel(ctx context.Context, name string, b *slack.Bot, user, named string) Result {
	_, _, err := b.Find(ctx, slack.Ref{}, "signalbox doctor", time.Now())
	failure, failed := errors.AsType[*delivery.Error](err)
	if !failed {
		return Result{name, OK, "the bot is a member of its channel", ""}
	}
	switch failure.Reason {
	case "not_in_channel":
		return Result{name, Failed, "the bot is not a member of its channel", "enter /invite @" + user + " there"}
	case "channel_not_found":
		return Result{name, Failed, "there is no such channel, or it is private and the bot is not a member", "correct " + named + " to the channel's id, such as C0123456789, or enter /invite @" + user + " there"}
	case "is_archived":
		return Result{name, Failed, "the channel is archived", "name another one in " + named}
	case "missing_scope":
		return Result{name, Unchecked, "whether the bot is a member of its channel cannot be seen without channels:history", "enter /invite @" + user + " there"}
	default:
		return Result{name, Unchecked, "whether the bot is a member of its channel was not found out: " + reasonOf(failure), "try again later"}
	}
}

// webhookForm is what Slack shows.
var webhookForm = regexp.MustCompile(`^/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+$`)

// slackHosts are those of incoming webhooks.
var slackHosts = []string{"hooks.slack.com", "hooks.slack-gov.com"}

// slackWebhook looks at its form alone: to ask Slack would be to post.
func slackWebhook(ctx context.Context, name, address, variable string) Result {
	u, err := url.Parse(address)
	if err != nil {
		return Result{name, Failed, "the address cannot be read", "correct " + variable}
	}
	own := u.Scheme == "http" // on this machine
	switch {
	case !own && !slices.Contains(slackHosts, u.Hostname()):
		return Result{name, Warning, u.Hostname() + " is not the host of Slack's webhooks", "correct " + variable + ": it begins with https://hooks.slack.com/services/"}
	case strings.HasPrefix(u.Path, "/triggers/") || strings.HasPrefix(u.Path, "/workflows/"):
		return Result{name, Failed, "it is the address of a workflow, which takes no messages", "make an incoming webhook, and set " + variable + " to its address"}
	case !webhookForm.MatchString(u.Path) || u.RawQuery != "":
		return Result{name, Failed, "it has not the form of an incoming webhook", "correct " + variable + ": copy all of it, https://hooks.slack.com/services/T…/B…/…"}
	}
	if err := outbound.Resolve(ctx, u, false); err != nil {
		return Result{name, Failed, err.Error(), "check the resolver, and the way out of this network"}
	}
	return Result{name, OK, "it has the form of an incoming webhook; signalbox test-message posts to it", ""}
}
