package dial_test

import (
	"testing"

	"signalbox/functions/conversion/dial"
)

func TestSpaced(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"+658123": "+65 8123", "+12025550": "+1 2025550", "+85212": "+852 12", "+65": "+65", "+6": "+6", "+": "+", "": "", "658123": "658123",
		"+99912345": "+99912345",
	}
	for prefix, want := range tests {
		if got := dial.Spaced(prefix); got != want {
			t.Errorf("Spaced(%q) = %q, want %q", prefix, got, want)
		}
	}
}
