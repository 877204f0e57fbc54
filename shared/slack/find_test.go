package slack_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// find looks for a message and fails the test where it is not at want, or where
// a zero want is found.
func find(t *testing.T, b *slack.Bot, in slack.Ref, id string, since time.Time, want slack.Ref) {
	t.Helper()
	ref, found, err := b.Find(t.Context(), in, id, since)
	checkNoSecret(t, err)
	if err != nil || ref.Ref != want || found != (want != slack.Ref{}) {
		t.Errorf("Find(%v, %s) = %v, %t, %v, want %v", in, id, ref, found, err, want)
	}
}

// TestFind loses the answers to a message and to two replies, and finds them.
func TestFind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first := say(t, b, "first")
		begin := time.Now()
		lose := func(send func() (slack.Ref, error)) slack.Ref {
			t.Helper()
			server.Refuse(slacktest.Refusal{Applied: true})
			_, err := send()
			checkUncertain(t, "send", err, 0)
			inbox := server.Inbox()
			return slack.Ref{Channel: first.Channel, TS: inbox[len(inbox)-1].TS}
		}
		posted := lose(func() (slack.Ref, error) {
			return b.Post(t.Context(), slack.Message{ID: "run 1/0", Text: "a", Blocks: one(chart(1))})
		})
		replied := lose(func() (slack.Ref, error) {
			return b.Reply(t.Context(), first, slack.Message{ID: "run 1/1", Text: "b"}, false)
		})
		shown := lose(func() (slack.Ref, error) {
			return b.Reply(t.Context(), first, slack.Message{ID: "run 1/2", Text: "c"}, true)
		})
		channel := slack.Ref{Channel: first.Channel}
		find(t, b, slack.Ref{}, "run 1/0", begin, posted)
		find(t, b, channel, "run 1/0", time.Time{}, posted)
		find(t, b, channel, "run 1/1", begin, slack.Ref{})
		find(t, b, first, "run 1/1", begin, replied)
		find(t, b, first, "run 1/2", begin, shown)
		find(t, b, channel, "run 1/2", begin, shown)
		for id, reply := range map[string]bool{"run 1/0": false, "run 1/2": true} {
			if at, _, err := b.Find(t.Context(), channel, id, begin); err != nil || at.Reply != reply {
				t.Errorf("Find(%s) = %+v, %v, want reply %t", id, at, err, reply)
			}
		}
		find(t, b, channel, "run 2/0", begin, slack.Ref{})
		if again, err := b.Update(t.Context(), posted, slack.Message{ID: "run 2/0", Text: "A"}); err != nil || again != posted {
			t.Errorf("Update of what was found = %v, %v, want %v", again, err, posted)
		}
		find(t, b, channel, "run 2/0", begin, posted)
	})
}

// TestFindFile finds a file in its thread by an id in its name.
func TestFindFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first := say(t, b, "first")
		begin := time.Now()
		find(t, b, first, "run-3", begin, slack.Ref{})
		server.Refuse(slacktest.Refusal{Method: "files.completeUploadExternal", Applied: true})
		checkUncertain(t, "Upload", b.Upload(t.Context(), first, "cards-run-3.csv", "All cards", []byte("a,b\n")), 0)
		find(t, b, first, "run-3", begin, first)
		find(t, b, first, "run-4", begin, slack.Ref{})
	})
}

// TestFindSince checks that clocks may differ by minutes, and that what is older
// is not looked at.
func TestFindSince(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := newBot(t)
		ref, err := b.Post(t.Context(), slack.Message{ID: "1", Text: "a"})
		if err != nil {
			t.Fatal(err)
		}
		find(t, b, slack.Ref{}, "1", time.Now().Add(9*time.Minute), ref)
		find(t, b, slack.Ref{}, "1", time.Now().Add(11*time.Minute), slack.Ref{})
	})
}

// TestFindPages looks through as many pages as are read, and no more.
func TestFindPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := slacktest.New(slacktest.Options{Token: botToken, Burst: 200})
		b := botOver(t, server.Transport())
		var refs []slack.Ref
		for i := range 160 {
			ref, err := b.Post(t.Context(), slack.Message{ID: strconv.Itoa(i), Text: "a"})
			if err != nil {
				t.Fatal(err)
			}
			refs = append(refs, ref)
		}
		for i, pages := range map[int]int{159: 1, 145: 1, 144: 2, 10: 10} {
			before := server.Calls("conversations.history")
			find(t, b, slack.Ref{}, strconv.Itoa(i), time.Time{}, refs[i])
			if got := server.Calls("conversations.history") - before; got != pages {
				t.Errorf("message %d took %d pages, want %d", i, got, pages)
			}
		}
		find(t, b, slack.Ref{}, "9", time.Time{}, slack.Ref{})
	})
}

// TestFindCannot checks what Find says where it cannot look, and that posting
// goes on at its pace.
func TestFindCannot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options slacktest.Options
		refusal slacktest.Refusal
		in      slack.Ref
		want    delivery.Kind
	}{
		{"no scope", slacktest.Options{Scopes: []string{"chat:write"}}, slacktest.Refusal{}, slack.Ref{Channel: "C00000001"}, delivery.KindRejected},
		{"name", slacktest.Options{}, slacktest.Refusal{}, slack.Ref{}, delivery.KindRejected},
		{"no thread", slacktest.Options{}, slacktest.Refusal{}, slack.Ref{Channel: "C00000001", TS: "1.0"}, delivery.KindLost},
		{"new word", slacktest.Options{}, slacktest.Refusal{Status: 200, Body: "a_new_word"}, slack.Ref{}, delivery.KindUnknown},
		{"limited", slacktest.Options{}, slacktest.Refusal{Status: 429, RetryAfter: time.Minute}, slack.Ref{}, delivery.KindRateLimited},
		{"page", slacktest.Options{}, slacktest.Refusal{Count: 4, Status: 200, Raw: "<html>"}, slack.Ref{}, delivery.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tt.options.Token = botToken
				server := slacktest.New(tt.options)
				b := botOver(t, server.Transport())
				if tt.refusal.Status != 0 {
					tt.refusal.Method = "conversations.history"
					server.Refuse(tt.refusal)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				ref, found, err := b.Find(ctx, tt.in, "1", time.Now())
				checkKind(t, "Find", err, tt.want)
				if found || ref != (slack.Found{}) {
					t.Errorf("Find = %v, %t, want nothing", ref, found)
				}
				begin := time.Now()
				say(t, b, "at once")
				if took := time.Since(begin); took != 0 {
					t.Errorf("Post took %v, want messages not to wait for Find", took)
				}
			})
		})
	}
}

// TestFindTriesAgain checks that a question is asked again, for it changes
// nothing.
func TestFindTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		ref, err := b.Post(t.Context(), slack.Message{ID: "1", Text: "a"})
		if err != nil {
			t.Fatal(err)
		}
		server.Refuse(slacktest.Refusal{Method: "conversations.history", Count: 3})
		find(t, b, slack.Ref{}, "1", time.Now(), ref)
	})
}

// TestFindNothing checks that messages without an ID are not found by none.
func TestFindNothing(t *testing.T) {
	t.Parallel()
	b, _ := newBot(t)
	say(t, b, "a")
	_, found, err := b.Find(t.Context(), slack.Ref{}, "", time.Now())
	checkKind(t, "Find", err, delivery.KindRejected)
	if found {
		t.Error("Find found a message without an ID")
	}
}

func TestBotChannel(t *testing.T) {
	t.Parallel()
	b, _ := newBot(t)
	if got := b.Channel(); got != "alerts" {
		t.Errorf("Channel = %q, want it as configured", got)
	}
}
