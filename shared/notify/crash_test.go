package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// TestCrash ends the process before and after every call of the store and of
// Slack. Later runs bring the rest, and the bot shows nothing a second time.
func TestCrash(t *testing.T) {
	t.Parallel()
	type crash struct{}
	for name, newWorld := range worlds {
		for at := range 60 {
			t.Run(fmt.Sprint(name, at), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					w.opens("usage", critical, 1, 2)
					w.mustRun()
					w.opens("usage", critical, upTo(40)[2:]...)
					w.opens("stale", warning, upTo(30)...)
					w.opens("expiry", warning, 1)
					w.resolves("usage", 1)
					w.enqueue()
					calls := 0
					step := func() {
						if calls++; calls == at+1 {
							panic(crash{})
						}
					}
					w.store.before = func(string) error { step(); return nil }
					healthy := w.receivers
					w.receivers = []notify.Receiver{crashing(healthy[0], step)}
					reports := w.run(time.Hour)
					w.store.before = func(string) error { return nil }
					w.receivers = healthy
					if calls <= at {
						return
					}
					if !strings.Contains(reports[0].Why, "panic") {
						t.Fatalf("Deliver = %+v, want a crash", reports)
					}
					w.mustRun()
					w.mustRun()
					checkRepeats(t, w, name == "webhook")
					for _, kept := range []string{"opened", "card-020", "resolved"} {
						if !strings.Contains(strings.Join(w.texts(), "\n"), kept) {
							t.Errorf("shown = %q, want %q among it", w.shown(), kept)
						}
					}
				})
			})
		}
	}
}

// checkRepeats wants no message or file a second time, or by a webhook at most one.
func checkRepeats(t *testing.T, w *world, webhook bool) {
	t.Helper()
	seen := make(map[string]int)
	for _, m := range w.server.Inbox() {
		id := string(m.Metadata)
		if webhook {
			id = m.Text
		}
		for _, f := range m.Files {
			file := m.TS + f.Content
			if seen[file]++; seen[file] > 1 {
				t.Errorf("file %q is shown %d times", f.Title, seen[file])
			}
		}
		seen[id]++
		if n := seen[id]; n > 2 || n > 1 && !webhook {
			t.Errorf("message %q is shown %d times", firstLine(m.Text), n)
		}
	}
}

func (w *world) texts() []string {
	var texts []string
	for _, m := range w.server.Inbox() {
		texts = append(texts, m.Text)
	}
	return texts
}

// crashing calls step before and after every call of a receiver.
func crashing(r notify.Receiver, step func()) notify.Receiver {
	if r.Bot != nil {
		r.Bot = crashingBot{r.Bot, step}
		return r
	}
	poster := r.Poster
	r.Poster = notify.PosterFunc(func(ctx context.Context, m notify.Message) error {
		step()
		defer step()
		return poster.Post(ctx, m)
	})
	return r
}

type crashingBot struct {
	notify.Bot
	step func()
}

func (c crashingBot) Post(ctx context.Context, m slack.Message) (slack.Ref, error) {
	c.step()
	defer c.step()
	return c.Bot.Post(ctx, m)
}

func (c crashingBot) Update(ctx context.Context, ref slack.Ref, m slack.Message) (slack.Ref, error) {
	c.step()
	defer c.step()
	return c.Bot.Update(ctx, ref, m)
}

func (c crashingBot) Reply(ctx context.Context, ref slack.Ref, m slack.Message, broadcast bool) (slack.Ref, error) {
	c.step()
	defer c.step()
	return c.Bot.Reply(ctx, ref, m, broadcast)
}

func (c crashingBot) Upload(ctx context.Context, ref slack.Ref, filename, title string, content []byte) error {
	c.step()
	defer c.step()
	return c.Bot.Upload(ctx, ref, filename, title, content)
}

// TestCutOff ends the run after every possible time: later runs bring the rest.
func TestCutOff(t *testing.T) {
	t.Parallel()
	for limit := range 12 {
		synctest.Test(t, func(t *testing.T) {
			w := newBotWorld(t)
			w.opens("usage", critical, upTo(30)...)
			w.opens("expiry", warning, upTo(30)...)
			w.run(time.Duration(limit)*time.Second + time.Millisecond)
			w.resolves("usage", upTo(25)...)
			w.run(time.Duration(limit)*time.Second + time.Millisecond)
			w.mustRun()
			checkRepeats(t, w, false)
			if got := w.shown()[0]; !strings.HasPrefix(got, "# usage/critical: 5 open") {
				t.Errorf("cut off after %d s: shown[0] = %q, want 5 open", limit, got)
			}
		})
	}
}

// TestCrashLoop has the process end whenever one message is sent.
func TestCrashLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.fault(func(_, text string) error {
			if strings.Contains(text, "poison") {
				panic("out of memory")
			}
			return nil
		})
		w.opens("poison", critical, 1)
		w.opens("usage", warning, 1)
		dead := 0
		for range 5 {
			dead += w.run(time.Hour)[0].DeadLettered
		}
		if dead != 1 || !slices.Equal(w.shown(), []string{"# usage/warning: 1 open, 1 new"}) {
			t.Errorf("%d dead letters, shown = %q, want one, and the other message", dead, w.shown())
		}
	})
}

// TestLostAnswersOfTheStore has the store write, in run after run, and not say so, each time
// or once a run: nothing is sent then, so nothing counts as tried in vain.
func TestLostAnswersOfTheStore(t *testing.T) {
	t.Parallel()
	for name, newWorld := range worlds {
		for lost, most := range map[string]int{"one answer a run": 1, "all answers": 1 << 20} {
			t.Run(name+", "+lost, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					w.opens("usage", critical, 1, 2)
					w.enqueue()
					dead := 0
					for range 6 {
						left := most
						w.store.before = func(operation string) error {
							if operation != "applied" || left == 0 {
								return nil
							}
							left--
							return errors.New("i/o timeout")
						}
						dead += w.run(time.Hour)[0].DeadLettered
					}
					if w.calls() != 0 {
						t.Errorf("%d calls of the receiver before the store has said that it knows of them", w.calls())
					}
					w.store.before = func(string) error { return nil }
					if dead += w.run(time.Hour)[0].DeadLettered; dead != 0 || len(w.texts()) != 1 {
						t.Errorf("%d dead letters, shown = %q, want none and one message", dead, w.texts())
					}
				})
			})
		}
	}
}
