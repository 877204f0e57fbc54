package conversion_test

import (
	"slices"
	"strings"
	"testing"

	"signalbox/shared/serve/function"
	"signalbox/shared/store"
)

// TestReadySaysDamage breaks the outbox: runs fail from then on, and readiness says so.
func TestReadySaysDamage(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		t.Helper()
		unusable := func() []function.Unusable {
			return slices.DeleteFunc(w.Ready(t.Context()), func(u function.Unusable) bool { return u.Warning })
		}
		if parts := unusable(); len(parts) != 0 {
			t.Errorf("Ready = %+v, want nothing unusable", parts)
		}
		err := w.store.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "outbox", Key: "tail", Value: []byte("x")}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tryRun(t, w.Function); err == nil {
			t.Error("a run with a damaged outbox is fine")
		}
		parts := unusable()
		if len(parts) != 1 || !strings.Contains(parts[0].Reason, "the tail of the outbox") || !strings.Contains(parts[0].Action, "SIGNALBOX_STATE_RESET=") {
			t.Errorf("Ready = %+v, want the damage", parts)
		}
	})
}
