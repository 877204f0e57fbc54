package e2e_test

import (
	"path/filepath"
	"testing"

	"signalbox/internal/otptest"
	"signalbox/shared/store"
)

// TestKilledConversion kills the function that has its state in a file.
func TestKilledConversion(t *testing.T) {
	t.Parallel()
	otptest.Killed(t, otptest.Config{
		Kills: *kills, Instances: 1, Store: store.Config{File: filepath.Join(t.TempDir(), "state.db"), Namespace: "conversion"},
	})
}
