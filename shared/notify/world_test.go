package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// world is a caller of notify: it keeps incidents and runs deliveries, each in a
// process of its own.
type world struct {
	t         *testing.T
	store     *fakeStore
	server    *slacktest.Server
	receivers []notify.Receiver
	route     func(string, event) bool
	fallback  func(string, event) []string
	mention   func(string, event) bool
	sweep     string
	mark      func(event) string
	earlier   []notify.Report
	fence     store.Record
	now       func() time.Time

	open    map[incident.Key]event
	count   int
	pending []change // not enqueued yet
}

func newWorld(t *testing.T, receivers ...notify.Receiver) *world {
	t.Helper()
	w := &world{
		t: t, store: newFakeStore(), open: make(map[incident.Key]event), now: time.Now,
		server:    slacktest.New(slacktest.Options{Token: token, Burst: 1, Channels: []string{"alerts", "other"}}),
		receivers: receivers,
	}
	return w
}

// newBotWorld has one receiver, a bot.
func newBotWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.receivers = []notify.Receiver{w.bot("alerts")}
	return w
}

// newWebhookWorld has one receiver, a webhook.
func newWebhookWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.receivers = []notify.Receiver{w.webhook()}
	return w
}

func ceiling(d time.Duration) time.Duration { return d }

func (w *world) bot(channel string) notify.Receiver {
	w.t.Helper()
	b, err := slack.NewBot(slack.BotConfig{
		Token: token, Channel: channel, Client: &http.Client{Transport: w.server.Transport()}, Jitter: ceiling,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return notify.Receiver{Name: "bot", Bot: b, Channel: channel, Render: render}
}

func (w *world) webhook() notify.Receiver {
	w.t.Helper()
	h, err := slack.NewWebhook(slack.WebhookConfig{
		URL: "https://hooks.slack.example" + w.server.WebhookPath(), Client: &http.Client{Transport: w.server.Transport()}, Jitter: ceiling,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return notify.Receiver{Name: "webhook", Poster: notify.PosterFunc(func(ctx context.Context, m notify.Message) error { return h.Post(ctx, render(m)) })}
}

func key(rule string, n int) incident.Key {
	return incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: fmt.Sprintf("card-%03d", n)}, Rule: rule}
}

// change makes the next change of an incident.
func (w *world) change(k incident.Key, kind incident.Kind, s incident.Severity) {
	time.Sleep(time.Millisecond)
	i := w.open[k]
	if i.Phase == "" {
		i = event{Key: k, Phase: incident.PhaseOpen, Opened: w.now()}
	}
	w.count++
	i.Severity = s
	i.Notified = incident.Notified{Count: i.Notified.Count + 1, At: w.now(), Severity: s, Open: kind != incident.Resolved}
	i.Details.Note = fmt.Sprintf("state %d", w.count)
	w.open[k] = i
	if kind == incident.Resolved {
		i.Phase, i.Resolved = incident.PhaseResolved, w.now()
		delete(w.open, k)
	}
	w.pending = append(w.pending, change{ID: fmt.Sprintf("c%05d", w.count), Kind: kind, At: w.now(), Incident: i})
}

func (w *world) opens(rule string, s incident.Severity, ns ...int) {
	for _, n := range ns {
		w.change(key(rule, n), incident.Opened, s)
	}
}

func (w *world) worsens(rule string, s incident.Severity, ns ...int) {
	for _, n := range ns {
		w.change(key(rule, n), incident.Worsened, s)
	}
}

func (w *world) resolves(rule string, ns ...int) {
	for _, n := range ns {
		w.change(key(rule, n), incident.Resolved, w.open[key(rule, n)].Severity)
	}
}

// upTo returns 1 to n.
func upTo(n int) []int {
	ns := make([]int, n)
	for i := range ns {
		ns[i] = i + 1
	}
	return ns
}

func (w *world) notifier() *notify.Notifier[details] {
	w.t.Helper()
	n, err := notify.New(notify.Config[details]{Store: w.store, Receivers: w.receivers, Route: w.route, Now: w.now, Fallback: w.fallback, Mention: w.mention})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// enqueue puts the pending changes into the outboxes.
func (w *world) enqueue() {
	w.t.Helper()
	records, err := w.notifier().Enqueue(w.pending)
	if err != nil {
		w.t.Fatal(err)
	}
	w.pending = nil
	if len(records) > 0 {
		if err := w.store.Apply(w.t.Context(), store.Batch{Put: records}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// run enqueues and delivers within a limit.
func (w *world) run(limit time.Duration) []notify.Report {
	w.t.Helper()
	w.enqueue()
	ctx, cancel := context.WithTimeout(w.t.Context(), limit)
	defer cancel()
	return w.notifier().Deliver(ctx, w.delivery())
}

// delivery is what a run has to deliver with.
func (w *world) delivery() notify.Run[details] {
	return notify.Run[details]{
		Fence: w.fence, Writer: func(string) notify.Writer[details] { return words{} }, Open: slices.Collect(maps.Values(w.open)),
		Sweep: w.sweep, Earlier: w.earlier, Mark: w.mark,
	}
}

// mustRun delivers everything.
func (w *world) mustRun() {
	w.t.Helper()
	for _, r := range w.run(time.Hour) {
		if r.Waiting > 0 || r.Why != "" || r.DeadLettered > 0 {
			w.t.Fatalf("Deliver = %+v, want all delivered", r)
		}
	}
}

// shown is what the fake shows: the first line of each message, marked as the
// channel (#), a thread (>) or both, with its updates and files.
func (w *world) shown() []string {
	var lines []string
	for _, m := range w.server.Inbox() {
		mark := "#"
		switch {
		case m.Broadcast:
			mark = "#>"
		case m.ThreadTS != "":
			mark = ">"
		}
		if m.Channel != "alerts" {
			mark = m.Channel + " " + mark
		}
		parts := []string{mark, firstLine(m.Text)}
		if m.Updates > 0 {
			parts = append(parts, fmt.Sprintf("(updated %d times)", m.Updates))
		}
		for _, f := range m.Files {
			parts = append(parts, "["+f.Title+"]")
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return lines
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// visible counts the messages that the channel itself shows.
func (w *world) visible() int {
	n := 0
	for _, m := range w.server.Inbox() {
		if m.ThreadTS == "" || m.Broadcast {
			n++
		}
	}
	return n
}

// waiting returns the kinds and subjects in a receiver's outbox.
func (w *world) waiting(receiver string) []string {
	w.t.Helper()
	var said []string
	records, _ := w.store.List(w.t.Context(), "outbox/"+receiver)
	for _, r := range records {
		var changes []change
		if err := json.Unmarshal(r.Value, &changes); err != nil {
			w.t.Fatal(err)
		}
		for _, c := range changes {
			said = append(said, fmt.Sprintf("%s %s %s", c.Kind, c.Incident.Key.Subject.ID, c.Incident.Details.Note))
		}
	}
	return said
}
