package slack

import (
	"bytes"
	"context"
	"time"

	slackgo "github.com/slack-go/slack"
)

// Upload puts a file into the thread of the message at ref, named filename and
// shown under title. A bot without the scope files:write gets KindConfig with
// the reason "missing_scope"; it can still post. Each attempt sends the whole
// file.
//
// See https://docs.slack.dev/messaging/working-with-files/#upload.
func (b *Bot) Upload(ctx context.Context, ref Ref, filename, title string, content []byte) error {
	switch {
	case ref == (Ref{}):
		return rejected("no message to put the file under")
	case filename == "", len(content) == 0:
		return rejected("a file needs a name and content")
	}
	if failure := b.lane.takeTurn(ctx); failure != nil {
		return failure
	}
	defer b.lane.leave()
	send := func(ctx context.Context, _ Message) *Error {
		return b.upload(ctx, slackgo.UploadFileParameters{
			Reader: bytes.NewReader(content), FileSize: len(content), Filename: filename, Title: title,
			Channel: ref.Channel, ThreadTimestamp: ref.TS,
		})
	}
	return b.lane.deliver(ctx, delivery{pace: b.posts, send: send}).orNil()
}

// upload makes the three requests of one attempt.
func (b *Bot) upload(ctx context.Context, file slackgo.UploadFileParameters) *Error {
	last, err := b.ask(func(client *slackgo.Client) error {
		_, err := client.UploadFileContext(ctx, file)
		return err
	})
	switch {
	case err == nil:
		return nil
	case last == nil:
		return noAnswer(ctx, err, b.token)
	}
	return last.failure(time.Now())
}
