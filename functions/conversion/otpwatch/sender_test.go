package otpwatch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/functions/conversion/message"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/store"
)

const (
	length = 5 * time.Minute
	grace  = 10 * time.Minute
)

// monday is when the watch begins, after three weeks of windows.
var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// counts are the OTPs of one window: requests for each prefix, and the rate.
type counts func(at time.Time, k window.Key) (requested int64, rate float64)

func usual(time.Time, window.Key) (requested int64, rate float64) { return 60, 0.7 }

// keys are where OTPs go.
var keys = []window.Key{
	{Country: "SG", Prefix: "+658123"},
	{Country: "SG", Prefix: "+659456"},
	{Country: "MY", Prefix: "+60123"},
	{Country: "MY", Prefix: "+60198"},
	{Country: "ID", Prefix: "+62811"},
	{Country: "", Prefix: "+99912"},
}

// windowAt counts a window by chance, the same at each call.
func windowAt(at time.Time, c counts, more ...window.Key) window.Window {
	random := rand.New(rand.NewPCG(uint64(at.Unix()), 7))
	w := window.Window{Start: at, End: at.Add(length), Closes: at.Add(length + grace)}
	for _, k := range append(slices.Clone(keys), more...) {
		requested, rate := c(at, k)
		g := window.Group{Key: k, Counts: window.Counts{Requested: requested}}
		for range requested {
			if random.Float64() < rate {
				g.Verified++
			}
		}
		if requested > 0 {
			w.By, w.Requested, w.Verified = append(w.By, g), w.Requested+g.Requested, w.Verified+g.Verified
		}
	}
	return w
}

// sender is a sender's windows, and the watch over them, of which any process may die.
type sender struct {
	t     *testing.T
	store *mapStore
	logs  *bytes.Buffer
	now   time.Time

	mu      sync.Mutex
	windows []window.Window
	err     error // of the ledger
	asked   int   // windows that were listed

	to       receiver.Set
	settings watch.Settings
	evaluate func(*watch.Profile, []window.Window, watch.Settings) []watch.Evaluation
	// got are the ids of the changes, and the titles, that arrived. refuses fails posts.
	got     []string
	titles  []string
	texts   strings.Builder
	refuses error
}

// trained is what three weeks of usual windows teach.
var trained = sync.OnceValue(func() json.RawMessage {
	p := new(watch.Profile)
	var recent []window.Window
	for at := monday.Add(-21 * 24 * time.Hour); at.Before(monday); at = at.Add(length) {
		recent = append(recent, windowAt(at, usual))
		recent = recent[max(len(recent)-watch.Longest, 0):]
		p.Step(recent, watch.Settings{})
	}
	encoded, err := p.Encode()
	if err != nil {
		panic(err)
	}
	return encoded
})

func newSender(t *testing.T) *sender {
	t.Helper()
	s := &sender{t: t, store: newMapStore(), logs: new(bytes.Buffer), now: monday}
	s.to.Receivers = []notify.Receiver{{Name: "ops", Poster: notify.PosterFunc(s.post)}}
	return s
}

// train has the watch know what is usual.
func (s *sender) train() *sender {
	value, err := json.Marshal(map[string]any{"begun": monday.Add(-21 * 24 * time.Hour), "profile": trained()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.store.put(store.Record{Collection: "watch", Key: "profile", Value: value})
	for at := monday.Add(-watch.Longest * length); at.Before(monday); at = at.Add(length) {
		s.windows = append(s.windows, windowAt(at, usual))
	}
	return s
}

// Windows lists those that have begun.
func (s *sender) Windows(_ context.Context, from, to time.Time) (found []window.Window, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.windows {
		if w.Start.Before(from) || !w.Start.Before(to) || w.Start.After(s.now) {
			continue
		}
		if w.Status == "" {
			switch w.Status = window.Reported; {
			case s.now.Before(w.End):
				w.Status = window.Open
			case s.now.Before(w.Closes):
				w.Status = window.Closing
			}
		}
		found = append(found, w)
		s.asked++
	}
	return found, s.err
}

// recording puts the ids of changes into messages.
type recording struct{ message.Writer }

const idsBegin = "ids:"

func (r recording) Digest(id string, changes []watch.Change) notify.Message {
	m := r.Writer.Digest(id, changes)
	var ids []string
	for _, c := range changes {
		ids = append(ids, string(c.Kind)+" "+c.Incident.Key.String()+" "+c.ID)
	}
	m.Footer = idsBegin + strings.Join(ids, ",")
	return m
}

func (s *sender) post(_ context.Context, m notify.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return s.refuses
	}
	s.got = append(s.got, strings.Split(strings.TrimPrefix(m.Footer, idsBegin), ",")...)
	s.titles = append(s.titles, m.Title)
	s.texts.WriteString(m.Text())
	return nil
}

// watch is a process of its own.
func (s *sender) watch() *otpwatch.Watch {
	s.t.Helper()
	w, err := otpwatch.New(otpwatch.Config{
		Store: s.store, Windows: s, To: s.to, Settings: s.settings, Evaluate: s.evaluate, Logger: logging.New(s.logs, slog.LevelInfo),
		Now: func() time.Time { return s.now },
		Writer: func(_ string, now time.Time) notify.Writer[watch.Details] {
			return recording{message.Writer{At: now}}
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

// run is a run in a process of its own.
func (s *sender) run() (report otpwatch.Report, err error) {
	s.t.Helper()
	return s.runIn(s.t.Context(), s.watch())
}

func (s *sender) runIn(ctx context.Context, w *otpwatch.Watch) (report otpwatch.Report, err error) {
	lease, err := store.Acquire(ctx, s.store, store.LeaseConfig{Name: "report", Length: time.Minute, Now: func() time.Time { return s.now }})
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, lease.Release(context.WithoutCancel(ctx))) }()
	r, err := w.Begin(ctx, lease.Fence())
	if err != nil {
		return report, err
	}
	err = r.Learn(ctx)
	err = errors.Join(err, r.Deliver(context.WithoutCancel(ctx)))
	return r.Report(), err
}

// must is a run without an error.
func (s *sender) must() otpwatch.Report {
	s.t.Helper()
	report, err := s.run()
	if err != nil {
		s.t.Fatalf("at %s: %+v, %v", s.now, report, err)
	}
	return report
}

// until lets windows pass, with a run in each.
func (s *sender) until(end time.Time, c counts, more ...window.Key) *sender {
	s.t.Helper()
	for s.now.Before(end) {
		s.add(c, more...)
		s.must()
	}
	return s
}

// add counts the next window, and lets its time pass.
func (s *sender) add(c counts, more ...window.Key) {
	if w := windowAt(s.now, c, more...); w.Requested > 0 {
		s.windows = append(s.windows, w)
	}
	s.now = s.now.Add(length)
}

// profile is what is stored of the past.
func (s *sender) profile() *watch.Profile {
	s.t.Helper()
	var stored struct{ Profile json.RawMessage }
	if err := json.Unmarshal(s.store.records["watch"]["profile"], &stored); err != nil {
		s.t.Fatal(err)
	}
	p, err := watch.Decode(stored.Profile)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// kinds are the changes that arrived, without their ids.
func (s *sender) kinds() (all []string) {
	for _, one := range s.got {
		all = append(all, one[:strings.LastIndexByte(one, ' ')])
	}
	return all
}

// drop has one prefix not be verified for a time.
func drop(from, to time.Time) counts {
	return func(at time.Time, k window.Key) (requested int64, rate float64) {
		if k.Prefix == "+658123" && !at.Before(from) && at.Before(to) {
			return 60, 0.02
		}
		return 60, 0.7
	}
}
