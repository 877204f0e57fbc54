package cardlink_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/incidentlink"
)

const (
	base   = "https://cards.example/prefix"
	secret = "first-secret-0123456789"
	id     = card.ICCID("898603210000000E5668")
)

var signed = time.Date(2026, 11, 28, 16, 30, 0, 0, time.UTC)

// TestForm pins a link to a signature that openssl made:
//
//	printf 'signalbox card page\n898603210000000E5668\n1796490000' | openssl dgst -sha256 -hmac first-secret-0123456789
func TestForm(t *testing.T) {
	t.Parallel()
	const want = base + "/cards/898603210000000E5668?expires=1796490000&signature=1d5d6ffa5eddf34d71cb6adb43159e5d0f9fc0f0f5304e7619e34e47c097d412"
	if got := cardlink.New(base, []string{secret}).To(id, signed); got != want {
		t.Errorf("To(...) = %s, want %s", got, want)
	}
}

// TestOpensItsCardAlone has a link open one card and no list, and the list's no card.
func TestOpensItsCardAlone(t *testing.T) {
	t.Parallel()
	cards, incidents := cardlink.New(base, []string{secret}), incidentlink.New(base, []string{secret})
	own, list := queryOf(t, cards.To(id, signed)), queryOf(t, incidents.List(signed))
	tests := []struct {
		name string
		err  error
		ok   bool
	}{
		{"its card", cards.Verify(id, own, signed), true},
		{"another card", cards.Verify("89860321000000015668", own, signed), false},
		{"the list by a card's link", incidents.Verify(own, signed), false},
		{"the list", incidents.Verify(list, signed), true},
		{"a card by the list's link", cards.Verify(id, list, signed), false},
		{"no card by the list's link", cards.Verify("", list, signed), false},
	}
	for _, tt := range tests {
		if (tt.err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", tt.name, tt.err, tt.ok)
		}
	}
}

func queryOf(t *testing.T, link string) url.Values {
	t.Helper()
	_, raw, _ := strings.Cut(link, "?")
	query, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	return query
}
