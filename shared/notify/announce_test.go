package notify_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/notify"
)

// TestAnnounce asks for the same announcement again and again.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook())
		ask := func(id string) {
			r, err := w.notifier().Announce(id, []byte(`"`+id+`"`))
			if err != nil {
				t.Fatal(err)
			}
			w.put(r)
		}
		w.server.Refuse(refusal("webhook", 404, "no_service", func(r *refused) { r.Count = 2 }))
		for range 4 {
			ask("monday")
			w.run(time.Minute)
			time.Sleep(time.Hour)
		}
		checkShown(t, w, `# announcement "monday"`, `# announcement "monday"`)

		// What a receiver did not take is not made a day later, nor after the next.
		w.server.Refuse(refusal("webhook", 404, "no_service", func(r *refused) { r.Count = -1 }))
		ask("tuesday")
		w.run(time.Minute)
		time.Sleep(25 * time.Hour)
		w.server.ClearRefusals()
		w.mustRun()
		ask("wednesday")
		w.mustRun()
		want := []string{
			`# announcement "monday"`, `# announcement "monday"`, `# announcement "tuesday"`,
			`# announcement "wednesday"`, `# announcement "wednesday"`,
		}
		checkShown(t, w, want...)
	})
}

// TestRoute keeps what is about a receiver from it.
func TestRoute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var posts [2][]string
		var receivers []notify.Receiver
		for n := range posts {
			receivers = append(receivers, notify.Receiver{Name: fmt.Sprint("r", n), Poster: notify.PosterFunc(
				func(_ context.Context, m notify.Message) error {
					posts[n] = append(posts[n], m.Title)
					return nil
				})})
		}
		w := newWorld(t, receivers...)
		w.route = func(receiver string, i event) bool { return i.Key.Rule != receiver }
		w.opens("r0", critical, 1)
		w.mustRun()
		if diff := cmp.Diff([2][]string{nil, {"digest: 1 opened"}}, posts); diff != "" {
			t.Errorf("posts (-want +got):\n%s", diff)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	poster := notify.PosterFunc(func(context.Context, notify.Message) error { return nil })
	for name, receivers := range map[string][]notify.Receiver{
		"no name":    {{Poster: poster}},
		"same name":  {{Name: "a", Poster: poster}, {Name: "a", Poster: poster}},
		"no sender":  {{Name: "a"}},
		"two of one": {{Name: "a", Poster: poster, Bot: faulty{}}},
	} {
		if _, err := notify.New(notify.Config[details]{Store: newFakeStore(), Receivers: receivers}); err == nil {
			t.Errorf("New with %s = nil, want an error", name)
		}
	}
}
