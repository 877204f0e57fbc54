package ledgertest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"signalbox/functions/conversion/window"
)

func badCalls(t *testing.T, b *book) {
	t.Helper()
	now := b.engine.Now()
	for _, bad := range []window.Event{
		{Kind: window.OTPRequested, Time: now},
		{ID: "b", Time: now},
		{Kind: 9, ID: "b", Time: now},
		{Kind: 1, ID: "b", Time: now, Country: "S/"},
		{Kind: 1, ID: "b", Time: now, Prefix: strings.Repeat("1", 30)},
	} {
		if _, err := b.Add(t.Context(), []window.Event{requested("a", now), bad}); err == nil {
			t.Errorf("Add of %+v = nil, want an error", bad)
		}
	}
	if all := b.all(t); len(all) != 0 {
		t.Errorf("Windows after batches with an error = %v, want none", all)
	}
	if _, err := b.Oldest(t.Context(), window.Open, 1); err == nil {
		t.Error("Oldest of open windows = nil, want an error")
	}
	if _, err := b.Oldest(t.Context(), window.Waiting, 0); err == nil {
		t.Error("Oldest of no windows = nil, want an error")
	}
	if err := b.Mark(t.Context(), window.Window{Status: "sent"}); err == nil {
		t.Error("Mark with an unknown status = nil, want an error")
	}
}

func cancelled(t *testing.T, b *book) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Add(ctx, []window.Event{requested("a", b.engine.Now())}); !errors.Is(err, context.Canceled) {
		t.Errorf("Add that was cancelled = %v, want context.Canceled", err)
	}
	if all := b.all(t); len(all) != 0 {
		t.Errorf("Windows after a batch that was cancelled = %v, want none", all)
	}
}
