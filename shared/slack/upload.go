package slack

import (
	"bytes"
	"context"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

// Upload puts a file into the thread of the message at ref, named filename and
// shown under title. What Slack refuses is about this file alone, a missing scope
// files:write (KindRejected) and words that nobody knows (KindUnknown) included;
// only a token that cannot be used at all is KindConfig. Each attempt sends the
// whole file.
//
// See https://docs.slack.dev/messaging/working-with-files/#upload.
func (b *Bot) Upload(ctx context.Context, ref Ref, filename, title string, content []byte) error {
	switch {
	case ref == (Ref{}):
		return uploading.lost("no message to put the file under")
	case filename == "", len(content) == 0:
		return uploading.rejected("a file needs a name and content")
	}
	f := file{ref, filename, title, content}
	send := func(ctx context.Context) *delivery.Error { return b.upload(ctx, f) }
	return b.files.Do(ctx, outbound.Job{Attempted: uploading.attempted(), Pace: b.posts, Send: send})
}

// file is what is uploaded, and where to.
type file struct {
	ref         Ref
	name, title string
	content     []byte
}

// upload makes the three requests of one attempt. Only the last makes the file
// visible: what becomes of the others is certain to be nothing.
func (b *Bot) upload(ctx context.Context, f file) *delivery.Error {
	var promised *slackgo.GetUploadURLExternalResponse
	failure := b.step(ctx, func(client *slackgo.Client) (err error) {
		promised, err = client.GetUploadURLExternalContext(ctx, slackgo.GetUploadURLExternalParameters{
			FileSize: len(f.content), FileName: f.name,
		})
		return err
	})
	if failure == nil {
		failure = b.step(ctx, func(client *slackgo.Client) error {
			return client.UploadToURL(ctx, slackgo.UploadToURLParameters{
				UploadURL: promised.UploadURL, Reader: bytes.NewReader(f.content), Filename: f.name,
			})
		})
	}
	if failure != nil {
		failure.Uncertain = false
		return failure
	}
	return b.step(ctx, func(client *slackgo.Client) error {
		_, err := client.CompleteUploadExternalContext(ctx, slackgo.CompleteUploadExternalParameters{
			Files:   []slackgo.FileSummary{{ID: promised.FileID, Title: f.title}},
			Channel: f.ref.Channel, ThreadTimestamp: f.ref.TS,
		})
		return err
	})
}

func (b *Bot) step(ctx context.Context, method func(*slackgo.Client) error) *delivery.Error {
	last, failure, err := b.ask(ctx, method)
	switch {
	case failure != nil:
		return failure
	case err != nil:
		return last.failure(uploading, time.Now())
	}
	return nil
}
