package config_test

import (
	"testing"
	"time"

	"signalbox/shared/config"
)

func TestTimeOfDay(t *testing.T) {
	t.Parallel()
	const refused = -1
	for text, want := range map[string]time.Duration{
		"09:00": 9 * time.Hour, "00:00": 0, "23:59": 24*time.Hour - time.Minute, "9:30": 9*time.Hour + 30*time.Minute,
		"24:00": refused, "09:60": refused, "09": refused, "9 am": refused, "": refused,
	} {
		var got config.TimeOfDay
		err := got.UnmarshalText([]byte(text))
		if (err != nil) != (want == refused) || err == nil && time.Duration(got) != want {
			t.Errorf("time of day %q = %s, %v, want %s", text, time.Duration(got), err, want)
		}
	}
}
