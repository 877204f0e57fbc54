package otplink_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"signalbox/shared/otplink"
	"signalbox/shared/signedlink"
)

const (
	base   = "https://conversion.example"
	secret = "first-secret-0123456789"
)

var signed = time.Date(2026, 11, 28, 16, 30, 0, 0, time.UTC)

// TestPage pins a link to a signature that openssl made:
//
//	printf 'signalbox otp page\n\n1796490000' | openssl dgst -sha256 -hmac first-secret-0123456789
func TestPage(t *testing.T) {
	t.Parallel()
	const want = base + "/otp?expires=1796490000&signature=1c698e9df526594dd3a5c1615f49f5bff23911c06eb0e621418033a14ba03fa6"
	links := otplink.New(base, []string{secret})
	for _, now := range []time.Time{signed, signed.Add(29 * time.Minute)} {
		if got := links.Page(now); got != want {
			t.Errorf("Page(%v) = %s, want %s", now, got, want)
		}
	}
	if none := (otplink.Links{}); none.Page(signed) != "" {
		t.Errorf("Page of nothing = %q", none.Page(signed))
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	links := otplink.New(base, []string{secret})
	tests := []struct {
		name, add string
		later     time.Duration
		want      error
	}{
		{"as it is", "", 0, nil},
		{"with filters", "&country=SG&hours=24&lang=zh", signedlink.Lifetime, nil},
		{"with a page", "&page=2", 0, signedlink.ErrAltered},
		{"with two countries", "&country=SG&country=MY", 0, signedlink.ErrAltered},
		{"too old", "", signedlink.Lifetime + time.Hour, signedlink.ErrExpired},
	}
	for _, tt := range tests {
		u, err := url.Parse(links.Page(signed) + tt.add)
		if err != nil {
			t.Fatal(err)
		}
		if err := links.Verify(u.Query(), signed.Add(tt.later)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}
