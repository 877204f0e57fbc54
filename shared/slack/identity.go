package slack

import (
	"context"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
)

// Identity is what Slack says of a bot's token.
type Identity struct {
	Team, User string
	// Scopes are the token's, such as "chat:write". Nil: Slack does not say.
	Scopes []string
}

// Identity asks Slack once whose the token is, which changes nothing there. It needs no
// scope.
//
// See https://docs.slack.dev/reference/methods/auth.test/.
func (b *Bot) Identity(ctx context.Context) (Identity, error) {
	var said *slackgo.AuthTestResponse
	last, failure, err := b.ask(ctx, func(client *slackgo.Client) (err error) {
		said, err = client.AuthTestContext(ctx)
		return err
	})
	if failure == nil && err != nil {
		failure = last.failure(asking, time.Now())
	}
	if failure != nil {
		failure.Attempted = asking.attempted()
		return Identity{}, failure
	}
	identity := Identity{Team: said.Team, User: said.User}
	for scope := range strings.SplitSeq(said.Header.Get("X-Oauth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			identity.Scopes = append(identity.Scopes, scope)
		}
	}
	return identity, nil
}
