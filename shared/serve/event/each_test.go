package event_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/event"
)

// batchOf returns messages named 0, 1, 2, ... of the groups.
func batchOf(groups ...string) event.Batch {
	var b event.Batch
	for i, group := range groups {
		b.Messages = append(b.Messages, event.Message{ID: strconv.Itoa(i), Group: group})
	}
	return b
}

// became says in words what became of each message.
func became(results []event.Result) []string {
	words := make([]string, len(results))
	for i, r := range results {
		switch {
		case r.Err == nil:
			words[i] = r.ID + " done"
		case r.NotTried():
			words[i] = r.ID + " not tried"
		default:
			words[i] = r.ID + " failed"
		}
	}
	return words
}

var errBad = errors.New("bad")

func TestEachKeepsFailuresApart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		groups []string
		fail   map[string]error
		want   []string
	}{
		{"all well", []string{"", "", ""}, nil, []string{"0 done", "1 done", "2 done"}},
		{"one fails alone", []string{"", "", ""}, map[string]error{"1": errBad}, []string{"0 done", "1 failed", "2 done"}},
		{
			"the rest of its group goes back",
			[]string{"a", "b", "a", "b", "a"},
			map[string]error{"2": errBad},
			[]string{"0 done", "1 done", "2 failed", "3 done", "4 not tried"},
		},
		{
			"so it does where the first was not tried",
			[]string{"a", "a", ""},
			map[string]error{"0": event.ErrNotTried},
			[]string{"0 not tried", "1 not tried", "2 done"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			results := batchOf(tt.groups...).Each(t.Context(), 0, func(_ context.Context, m event.Message) error {
				return tt.fail[m.ID]
			})
			if diff := cmp.Diff(tt.want, became(results)); diff != "" {
				t.Errorf("Each (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEachSurvivesAPanic(t *testing.T) {
	t.Parallel()
	results := batchOf("", "").Each(t.Context(), 0, func(_ context.Context, m event.Message) error {
		if m.ID == "0" {
			panic("oops")
		}
		return nil
	})
	if diff := cmp.Diff([]string{"0 failed", "1 done"}, became(results)); diff != "" {
		t.Errorf("Each (-want +got):\n%s", diff)
	}
	if text := fmt.Sprint(results[0].Err); !strings.HasPrefix(text, "panic: oops\n") || !strings.Contains(text, "each_test.go") {
		t.Errorf("error of a panic = %s, want its value and the stack", text)
	}
}

// TestEachStops has the first messages meet what no message can pass.
func TestEachStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tried := 0
		var mu sync.Mutex
		results := batchOf(make([]string, 10)...).Each(t.Context(), 0, func(context.Context, event.Message) error {
			mu.Lock()
			tried++
			mu.Unlock()
			time.Sleep(time.Millisecond)
			return fmt.Errorf("broken: %w", event.ErrStop)
		})
		for _, r := range results {
			if !r.NotTried() {
				t.Errorf("message %s: %v, want it not tried", r.ID, r.Err)
			}
		}
		if tried != 4 {
			t.Errorf("%d messages were begun, want the 4 that began together", tried)
		}
	})
}

// TestEachSharesTheTime has ten messages that would each take all the time there
// is. Each gets a third of it at least: there are four at a time.
func TestEachSharesTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		var mu sync.Mutex
		shares := map[string]time.Duration{}
		results := batchOf(make([]string, 10)...).Each(ctx, 0, func(ctx context.Context, m event.Message) error {
			began := time.Now()
			<-ctx.Done()
			mu.Lock()
			shares[m.ID] = time.Since(began)
			mu.Unlock()
			return ctx.Err()
		})
		for _, r := range results {
			if r.NotTried() || shares[r.ID] < 10*time.Second {
				t.Errorf("message %s: %v after %s, want it tried for 10s at least", r.ID, r.Err, shares[r.ID])
			}
		}
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("Each took %s, want 30s", took)
		}
	})
}

// TestEachLeavesWhatThereIsNoTimeFor has work that does not stop in time.
func TestEachLeavesWhatThereIsNoTimeFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		results := batchOf("a", "a", "b", "c", "d", "e").Each(ctx, time.Second, func(context.Context, event.Message) error {
			time.Sleep(9950 * time.Millisecond)
			return nil
		})
		want := []string{"0 done", "1 not tried", "2 done", "3 done", "4 done", "5 not tried"}
		if diff := cmp.Diff(want, became(results)); diff != "" {
			t.Errorf("Each (-want +got):\n%s", diff)
		}
	})
}

// TestEachBounds looks at how long one message may take, and how many are worked
// on at once and in which order.
func TestEachBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		at, most := 0, 0
		groups := []string{"a", "", "a", "", "a", "", "", "", "", "", "", "", ""}
		batchOf(groups...).Each(t.Context(), 3*time.Second, func(ctx context.Context, m event.Message) error {
			mu.Lock()
			at++
			most = max(most, at)
			if m.Group == "a" {
				order = append(order, m.ID)
			}
			mu.Unlock()
			began := time.Now()
			<-ctx.Done()
			if took := time.Since(began); took != 3*time.Second {
				t.Errorf("message %s had %s, want 3s", m.ID, took)
			}
			mu.Lock()
			at--
			mu.Unlock()
			return nil
		})
		if diff := cmp.Diff([]string{"0", "2", "4"}, order); diff != "" || most != 4 {
			t.Errorf("%d messages at once, want 4; order of group a (-want +got):\n%s", most, diff)
		}
	})
}
