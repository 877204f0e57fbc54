package dial_test

import (
	"errors"
	"strings"
	"testing"

	"signalbox/functions/conversion/dial"
	"signalbox/shared/country"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, number, given, country, prefix string }{
		{"Singapore", "+6591234567", "", "SG", "+659123"},
		{"China", "+8613123456789", "", "CN", "+861312345"},
		{"Hong Kong", "+85251234567", "", "HK", "+8525123"},
		{"United States", "+12015550123", "", "US", "+1201555"},
		{"Canada", "+16475550123", "", "CA", "+1647555"},
		{"Jamaica", "+18765230123", "", "JM", "+1876523"},
		{"Puerto Rico", "+19395550123", "", "PR", "+1939555"},
		{"no area of anybody", "+18005550123", "", "US", "+1800555"},
		{"Russia", "+79123456789", "", "RU", "+7912345"},
		{"Kazakhstan", "+77710009998", "", "KZ", "+7771000"},
		{"Italy", "+390212345678", "", "IT", "+39021234"},
		{"Vatican City", "+390669812345", "", "VA", "+39066981"},
		{"United Kingdom", "+447400123456", "", "GB", "+44740012"},
		{"Jersey", "+447797712345", "", "JE", "+44779771"},
		{"Kosovo", "+38343201234", "", "XK", "+3834320"},
		{"Mayotte", "+262639012345", "", "YT", "+26263901"},
		{"Réunion", "+262692123456", "", "RE", "+26269212"},
		{"the shortest", "+6834012", "", "NU", "+683"},
		{"the longest", "+491234567890123", "", "DE", "+49123456789"},
		{"a satellite", "+881612345678", "", "", "+88161234"},
		{"not assigned", "+2101234567", "", "", "+210123"},
		{"the caller knows more", "+590690001234", "MF", "MF", "+59069000"},
		{"even than an area", "+16475550123", "US", "US", "+1647555"},
		{"the number decides", "+6591234567", "US", "SG", "+659123"},
		{"nobody knows", "+881612345678", "SG", "", "+88161234"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := dial.Parse(tt.number, tt.given)
			if err != nil || got != (dial.Number{Country: tt.country, Prefix: tt.prefix}) {
				t.Errorf("Parse(%s, %q) = %+v, %v; want %s, %s", tt.number, tt.given, got, err, tt.country, tt.prefix)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, number := range []string{
		"", "+", "6591234567", "006591234567", "+0591234567", "+65 9123 4567", "+65-9123-4567", "tel:+6591234567",
		"+659123", "+4912345678901234", "+65９1234567", "+659123456a", "++6591234567", "+6591234567\n",
	} {
		got, err := dial.Parse(number, "")
		if dial.IsNumber(number) || !errors.Is(err, dial.ErrNumber) || got != (dial.Number{}) {
			t.Errorf("Parse(%q) = %+v, %v; want ErrNumber", number, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, number := range []string{"+6591234567", "+390669812345", "+1", "+999999999999999", "+65 9"} {
		f.Add(number, "SG")
	}
	f.Fuzz(func(t *testing.T, number, given string) {
		got, err := dial.Parse(number, given)
		if err != nil {
			return
		}
		if len(got.Prefix) != len(number)-4 || !strings.HasPrefix(number, got.Prefix) || got.Country != "" && !country.Is(got.Country) {
			t.Errorf("Parse(%q, %q) = %+v, want it without its last four digits", number, given, got)
		}
	})
}
