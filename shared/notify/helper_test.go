package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

const token = "xoxb-test"

// details are those of the tests' incidents.
type details struct {
	Note string `json:"note"`
}

type (
	change = incident.Change[details]
	event  = incident.Incident[details]
)

// memory is a store in memory, with faults.
type memory struct {
	mu      sync.Mutex
	records map[string]map[string]string
	written int // bytes put
	applied int // batches
	// before is asked before each operation; its error is the operation's.
	before func(operation string) error
}

func newMemory() *memory {
	return &memory{records: make(map[string]map[string]string), before: func(string) error { return nil }}
}

func (m *memory) Get(_ context.Context, collection, key string) ([]byte, error) {
	if err := m.before("get"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if value, ok := m.records[collection][key]; ok {
		return []byte(value), nil
	}
	return nil, nil
}

func (m *memory) List(_ context.Context, collection string) ([]store.Record, error) {
	if err := m.before("list"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var records []store.Record
	for _, key := range slices.Sorted(maps.Keys(m.records[collection])) {
		records = append(records, store.Record{Collection: collection, Key: key, Value: []byte(m.records[collection][key])})
	}
	return records, nil
}

func (m *memory) Apply(ctx context.Context, b store.Batch) error {
	if err := errors.Join(ctx.Err(), m.before("apply")); err != nil {
		return err
	}
	m.mu.Lock()
	for _, r := range b.If {
		if value, ok := m.records[r.Collection][r.Key]; ok != (r.Value != nil) || value != string(r.Value) {
			m.mu.Unlock()
			return store.ErrConflict
		}
	}
	for _, r := range b.Put {
		if m.records[r.Collection] == nil {
			m.records[r.Collection] = make(map[string]string)
		}
		m.written += len(r.Value)
		m.records[r.Collection][r.Key] = string(r.Value)
		if r.Value == nil {
			delete(m.records[r.Collection], r.Key)
		}
	}
	m.applied++
	m.mu.Unlock()
	return m.before("applied")
}

func (m *memory) Check(context.Context) error { return nil }
func (m *memory) Close() error                { return nil }

// words is a plain writer. Its first lines count, the others name.
type words struct{}

func (words) Digest(changes []change) slack.Message {
	return message("digest: "+tally(changes), changes)
}

func (words) Status(groups []notify.Group, open []event, elsewhere int, opened []change) slack.Message {
	var names, subjects []string
	for _, g := range groups {
		names = append(names, g.Rule+"/"+string(g.Severity))
	}
	title := fmt.Sprintf("%s: %d open", strings.Join(names, "+"), len(open))
	if len(open) == 0 {
		title = strings.Join(names, "+") + ": all clear"
	}
	if len(opened) > 0 {
		title += fmt.Sprintf(", %d new", len(opened))
	}
	if elsewhere > 0 {
		title += fmt.Sprintf(", %d elsewhere", elsewhere)
	}
	for _, i := range open[:min(len(open), 20)] {
		subjects = append(subjects, i.Key.Subject.ID+" "+i.Details.Note)
	}
	m := slack.Message{Text: strings.Join(append([]string{title}, subjects...), "\n")}
	m.Blocks = section(m.Text)
	return m
}

func (words) History(changes []change) slack.Message {
	return message("changes: "+tally(changes), changes)
}

func (words) List(open []event, changes []change) notify.File {
	if len(open) <= 20 && len(changes) <= 20 {
		return notify.File{}
	}
	var lines []string
	for _, i := range open {
		lines = append(lines, "open "+i.Key.Subject.ID)
	}
	for _, c := range changes {
		lines = append(lines, string(c.Kind)+" "+c.Incident.Key.Subject.ID)
	}
	return notify.File{Name: "list.csv", Title: fmt.Sprintf("%d open, %d changes", len(open), len(changes)), Content: []byte(strings.Join(lines, "\n"))}
}

func (words) ListMissing() slack.Message {
	return slack.Message{Text: "the list could not be attached"}
}

func (words) Announcement(body json.RawMessage) slack.Message {
	return slack.Message{Text: "announcement " + string(body)}
}

func message(title string, changes []change) slack.Message {
	lines := []string{title}
	for _, c := range changes[:min(len(changes), 20)] {
		lines = append(lines, string(c.Kind)+" "+c.Incident.Key.Subject.ID)
	}
	text := strings.Join(lines, "\n")
	return slack.Message{Text: text, Blocks: section(text)}
}

func section(text string) []slackgo.Block {
	return []slackgo.Block{slackgo.NewSectionBlock(slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, false), nil, nil)}
}

func tally(changes []change) string {
	var parts []string
	for _, kind := range []incident.Kind{incident.Opened, incident.Worsened, incident.Reminded, incident.Flapping, incident.Resolved} {
		n := 0
		for _, c := range changes {
			if c.Kind == kind {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	return strings.Join(parts, ", ")
}

// world is a caller of notify: it keeps incidents and runs deliveries, each in a
// process of its own.
type world struct {
	t         *testing.T
	store     *memory
	server    *slacktest.Server
	receivers []notify.Receiver
	route     func(string, event) bool
	sweep     string
	fence     store.Record
	now       func() time.Time

	open    map[incident.Key]event
	count   int
	pending []change // not enqueued yet
}

func newWorld(t *testing.T, receivers ...notify.Receiver) *world {
	t.Helper()
	w := &world{
		t: t, store: newMemory(), open: make(map[incident.Key]event), now: time.Now,
		server:    slacktest.New(slacktest.Options{Token: token, Burst: 1, Channels: []string{"alerts", "other"}}),
		receivers: receivers,
	}
	return w
}

// newBotWorld has one receiver, a bot.
func newBotWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.receivers = []notify.Receiver{w.bot("bot", "alerts")}
	return w
}

// newWebhookWorld has one receiver, a webhook.
func newWebhookWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.receivers = []notify.Receiver{w.webhook("webhook")}
	return w
}

func ceiling(d time.Duration) time.Duration { return d }

func (w *world) bot(name, channel string) notify.Receiver {
	w.t.Helper()
	b, err := slack.NewBot(slack.BotConfig{
		Token: token, Channel: channel, Client: &http.Client{Transport: w.server.Transport()}, Jitter: ceiling,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return notify.Receiver{Name: name, Bot: b, Channel: channel}
}

func (w *world) webhook(name string) notify.Receiver {
	w.t.Helper()
	h, err := slack.NewWebhook(slack.WebhookConfig{
		URL: "https://hooks.slack.example" + w.server.WebhookPath(), Client: &http.Client{Transport: w.server.Transport()}, Jitter: ceiling,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return notify.Receiver{Name: name, Poster: h}
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
	i.Notified = incident.Notified{Count: i.Notified.Count + 1, Kind: kind, At: w.now(), Severity: s}
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
	n, err := notify.New(notify.Config[details]{Store: w.store, Receivers: w.receivers, Route: w.route, Now: w.now})
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
	return w.notifier().Deliver(ctx, notify.Run[details]{
		Fence: w.fence, Writer: words{}, Open: slices.Collect(maps.Values(w.open)), Sweep: w.sweep,
	})
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

func (f faulty) Find(ctx context.Context, in slack.Ref, id string, since time.Time) (slack.Ref, bool, error) {
	if err := f.fault("find", id); err != nil {
		return slack.Ref{}, false, err
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

func kind(k slack.Kind) error { return &slack.Error{Kind: k, Reason: string(k)} }

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
