package serve_test

import (
	"testing"
	"time"

	"signalbox/shared/serve"
)

func TestMargin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		left, want time.Duration
	}{
		{"long", 10 * time.Minute, 2 * time.Second},
		{"a tenth", 10 * time.Second, time.Second},
		{"short", 2 * time.Second, 300 * time.Millisecond},
		{"tiny", 100 * time.Millisecond, 50 * time.Millisecond},
		{"none", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := serve.Margin(tt.left); got != tt.want {
				t.Errorf("Margin(%s) = %s, want %s", tt.left, got, tt.want)
			}
		})
	}
}
