package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// drafts keep what receivers would get, and send nothing. They are safe for concurrent
// use: receivers are notified at the same time.
type drafts struct {
	config alerts.Config // with the receivers that would get it

	mu   sync.Mutex
	said []said
}

// said is what a receiver would get.
type said struct {
	Receiver string `json:"receiver"`
	Kind     string `json:"kind"`
	How      string `json:"how,omitempty"` // such as in a thread; "": as a new message
	Mentions bool   `json:"mentions"`      // everybody
	Text     string `json:"text"`
}

func newDrafts(c alerts.Config) *drafts { return &drafts{config: c} }

// named reports whether the rules file names receivers. Without them it is Slack, by
// whatever the environment has.
func (d *drafts) named() bool { return len(d.config.Kinds) > 0 }

// receivers stand in the places of the real ones, under their names: what each is to be
// notified of depends on what it was.
func (d *drafts) receivers() []notify.Receiver {
	if !d.named() {
		return []notify.Receiver{{Name: alerts.SlackReceiver, Poster: d.poster(alerts.SlackReceiver)}}
	}
	receivers := make([]notify.Receiver, len(d.config.Receivers))
	for i, r := range d.config.Receivers {
		if r.Bot != nil {
			r.Bot = &draftBot{drafts: d, name: r.Name}
		} else {
			r.Poster = d.poster(r.Name)
		}
		receivers[i] = r
	}
	return receivers
}

func (d *drafts) poster(name string) notify.PosterFunc {
	return func(_ context.Context, m notify.Message) error {
		draft, err := d.config.Draft(name, m)
		if err != nil {
			return err
		}
		d.add(name, "", draft)
		return nil
	}
}

// add keeps what a receiver would get, and how.
func (d *drafts) add(name, how string, draft alerts.Draft) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, said{name, d.kind(name), how, draft.Mentions, draft.Text})
}

// kind is what a receiver is. Without any in the rules file it is Slack.
func (d *drafts) kind(name string) string {
	return cmp.Or(string(d.config.Kinds[name]), alerts.SlackReceiver)
}

// of is what a receiver would get.
func (d *drafts) of(name string) []said {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.said), func(s said) bool { return s.Receiver != name })
}

// print writes what each receiver would get, in the order of the rules file.
func (d *drafts) print(w io.Writer) error {
	var text strings.Builder
	for _, r := range d.receivers() {
		got := d.of(r.Name)
		for _, s := range got {
			text.WriteString(s.heading(d.named()) + s.Text + "\n\n")
		}
		if len(got) == 0 && d.any() {
			fmt.Fprintf(&text, "=== %s (%s): nothing\n\n", r.Name, d.kind(r.Name))
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// any reports whether anybody would get anything.
func (d *drafts) any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.said) > 0
}

// heading says to whom it would go. A single receiver needs none.
func (s said) heading(named bool) string {
	if !named {
		return ""
	}
	heading := "=== " + s.Receiver + " (" + s.Kind + ")"
	if s.How != "" {
		heading += ", " + s.How
	}
	if s.Mentions {
		heading += ", mentions everybody"
	}
	return heading + "\n"
}

// draftBot keeps what a bot would post.
type draftBot struct {
	*drafts

	name string

	mu    sync.Mutex
	count int // of messages
}

var _ notify.Bot = (*draftBot)(nil)

// Post keeps a message.
func (b *draftBot) Post(_ context.Context, m slack.Message) (slack.Ref, error) {
	return b.keep("", m), nil
}

// Update keeps what a message would say from now on.
func (b *draftBot) Update(_ context.Context, ref slack.Ref, m slack.Message) (slack.Ref, error) {
	b.keep("changes a message", m)
	return ref, nil
}

// Reply keeps what would be said in a thread.
func (b *draftBot) Reply(_ context.Context, _ slack.Ref, m slack.Message, broadcast bool) (slack.Ref, error) {
	if broadcast {
		return b.keep("in a thread and beside it", m), nil
	}
	return b.keep("in a thread", m), nil
}

// Upload keeps that there would be a file.
func (b *draftBot) Upload(_ context.Context, _ slack.Ref, filename, title string, _ []byte) error {
	b.add(b.name, "in a thread", alerts.Draft{Text: filename + ": " + title})
	return nil
}

// Find finds nothing: nothing was sent.
func (*draftBot) Find(context.Context, slack.Ref, string, time.Time) (slack.Found, bool, error) {
	return slack.Found{}, false, nil
}

// keep returns a name of its own for each message.
func (b *draftBot) keep(how string, m slack.Message) slack.Ref {
	b.add(b.name, how, alerts.Draft{Text: m.Text, Mentions: m.Mentions()})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
	return slack.Ref{Channel: b.name, TS: "draft-" + strconv.Itoa(b.count)}
}
