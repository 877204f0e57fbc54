package main

import "testing"

// TestReasonOfANewerServer is shown as it is: that nothing is wrong has a reason of its own.
func TestReasonOfANewerServer(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"clear": "nothing is wrong", "embargo": "embargo", "": "-", "pending": "not yet: not breached for long enough",
	} {
		if got := (shownRule{Reason: reason}).why(); got != want {
			t.Errorf("why for the reason %q = %q, want %q", reason, got, want)
		}
	}
}
