package notify_test

import (
	"context"
	"testing"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// faulty is a bot some of whose calls fail as fault says, which is asked with the
// method and the text or the file's name.
type faulty struct {
	notify.Bot
	fault func(method, text string) error
}

func (f faulty) Post(ctx context.Context, m slack.Message) (slack.Ref, error) {
	if err := f.fault("post", m.Text); err != nil {
		return slack.Ref{}, err
	}
	return f.Bot.Post(ctx, m)
}

func (f faulty) Update(ctx context.Context, ref slack.Ref, m slack.Message) (slack.Ref, error) {
	if err := f.fault("update", m.Text); err != nil {
		return slack.Ref{}, err
	}
	return f.Bot.Update(ctx, ref, m)
}

func (f faulty) Reply(ctx context.Context, ref slack.Ref, m slack.Message, broadcast bool) (slack.Ref, error) {
	if err := f.fault("reply", m.Text); err != nil {
		return slack.Ref{}, err
	}
	return f.Bot.Reply(ctx, ref, m, broadcast)
}

func (f faulty) Upload(ctx context.Context, ref slack.Ref, filename, title string, content []byte) error {
	if err := f.fault("upload", filename); err != nil {
		return err
	}
	return f.Bot.Upload(ctx, ref, filename, title, content)
}

func (f faulty) Find(ctx context.Context, in slack.Ref, id string, since time.Time) (slack.Found, bool, error) {
	if err := f.fault("find", id); err != nil {
		return slack.Found{}, false, err
	}
	return f.Bot.Find(ctx, in, id, since)
}

// fault makes the bot of the world fail.
func (w *world) fault(fault func(method, text string) error) {
	if f, ok := w.receivers[0].Bot.(faulty); ok {
		w.receivers[0].Bot = f.Bot
	}
	w.receivers[0].Bot = faulty{w.receivers[0].Bot, fault}
}

func kind(k delivery.Kind) error { return &delivery.Error{Kind: k, Reason: string(k)} }

type refused = slacktest.Refusal

var worlds = map[string]func(*testing.T) *world{"webhook": newWebhookWorld, "bot": newBotWorld}

// refusal makes one, changed by changes.
func refusal(method string, status int, body string, changes ...func(*refused)) refused {
	r := refused{Method: method, Status: status, Body: body}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// forEver makes a refusal last until all are cleared.
func forEver(r *refused) { r.Count = -1 }

// put writes records.
func (w *world) put(records ...store.Record) {
	w.t.Helper()
	if err := w.store.Apply(w.t.Context(), store.Batch{Put: records}); err != nil {
		w.t.Fatal(err)
	}
}

// calls counts the requests that the fake got.
func (w *world) calls() int {
	n := 0
	for _, method := range []string{"webhook", "chat.postMessage", "chat.update", "files.getUploadURLExternal", "conversations.history"} {
		n += w.server.Calls(method)
	}
	return n
}
