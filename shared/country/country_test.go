package country_test

import (
	"testing"

	"signalbox/shared/country"
)

func TestIs(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"SG": true, "CN": true, "XK": true, "sg": false, "UK": false, "ZZ": false, "": false, "SGP": false, "S": false} {
		if got := country.Is(code); got != want {
			t.Errorf("Is(%q) = %t, want %t", code, got, want)
		}
	}
}
