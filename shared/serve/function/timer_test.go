package function_test

import (
	"testing"
	"time"

	"signalbox/shared/serve/function"
)

func TestToday(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("east", 8*60*60)
	timer := function.Timer{At: 9*time.Hour + 30*time.Minute, Zone: zone}
	tests := []struct{ now, due, day string }{
		{"2026-11-25T00:00:00Z", "2026-11-25T09:30:00+08:00", "2026-11-25"},
		{"2026-11-24T15:59:59Z", "2026-11-24T09:30:00+08:00", "2026-11-24"},
		{"2026-11-24T16:00:00Z", "2026-11-25T09:30:00+08:00", "2026-11-25"},
	}
	for _, tt := range tests {
		due, day := timer.Today(at(t, tt.now))
		if !due.Equal(at(t, tt.due)) || day != tt.day {
			t.Errorf("Today(%s) = %s of %s, want %s of %s", tt.now, due, day, tt.due, tt.day)
		}
	}
}

// TestAfter keeps to the grid, whatever a run took.
func TestAfter(t *testing.T) {
	t.Parallel()
	timer := function.Timer{Every: 10 * time.Minute}
	first := at(t, "2026-11-25T00:00:01Z")
	for now, want := range map[string]string{
		"2026-11-25T00:00:00Z": "2026-11-25T00:00:01Z",
		"2026-11-25T00:00:01Z": "2026-11-25T00:10:01Z",
		"2026-11-25T00:10:00Z": "2026-11-25T00:10:01Z",
		"2026-11-25T00:10:01Z": "2026-11-25T00:20:01Z",
		"2026-11-25T00:47:00Z": "2026-11-25T00:50:01Z",
	} {
		if got := timer.After(first, at(t, now)); !got.Equal(at(t, want)) {
			t.Errorf("After(%s) = %s, want %s", now, got, want)
		}
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
