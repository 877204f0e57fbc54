package conversion_test

import (
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"signalbox/shared/country"
)

// FuzzOTPEvents sends what may be events, and looks at what the ledger is given.
func FuzzOTPEvents(f *testing.F) {
	for _, body := range []string{
		`{"type":"requested","id":"a","time":1764043899123,"country":"SG","to":"+6591234567"}`,
		`[{"type":"verified","id":"a","time":"2026-11-25T04:05:06Z"},{"type":"sent"},7]`,
		`{"type":"requested","id":"` + "\u0085" + `"}`,
		`{"type":"requested","id":"a","id":"b","6591234567":1}`,
	} {
		f.Add(body, false)
		f.Add(body, true)
	}
	f.Fuzz(func(t *testing.T, body string, isLines bool) {
		media := "application/json"
		if isLines {
			media = "application/x-ndjson"
		}
		var r recorder
		function, logs := withLedger(&r)
		got := send(t, function, media, body)
		switch got.Code {
		case http.StatusOK, http.StatusUnprocessableEntity:
			a := readAnswer(t, got)
			if a.Refused != len(a.Problems) || (a.Accepted+a.Duplicate+a.Late == 0) != (got.Code == http.StatusUnprocessableEntity) {
				t.Errorf("POST %q = %d, %s", body, got.Code, got.Body)
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		default:
			t.Errorf("POST %q = %d, %s", body, got.Code, got.Body)
		}
		for _, e := range r.events {
			if e.ID == "" || len(e.ID) > 256 || !utf8.ValidString(e.ID) || strings.ContainsFunc(e.ID, unicode.IsControl) ||
				len(e.Prefix) > 12 || e.Country != "" && !country.Is(e.Country) || e.Kind == 0 || e.Time.IsZero() && e.Time.Year() != 1 {
				t.Errorf("POST %q gave the ledger %+v", body, e)
			}
		}
		if got.Code < 500 && strings.Contains(logs.String(), "panic") {
			t.Errorf("POST %q: %s", body, logs)
		}
	})
}
