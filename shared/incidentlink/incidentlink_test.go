package incidentlink_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"signalbox/shared/incidentlink"
	"signalbox/shared/signedlink"
)

const (
	base   = "https://alerts.example"
	secret = "first-secret-0123456789"
)

var signed = time.Date(2026, 11, 28, 16, 30, 0, 0, time.UTC)

// TestList pins a link to a signature that openssl made:
//
//	printf 'signalbox incidents\n\n1796490000' | openssl dgst -sha256 -hmac first-secret-0123456789
func TestList(t *testing.T) {
	t.Parallel()
	const want = base + "/incidents?expires=1796490000&signature=98ade37ab6985242b96b2f72082d2cb8987173822ba96606e761ab38e085d117"
	links := incidentlink.New(base, []string{secret})
	for _, now := range []time.Time{signed, signed.Add(29 * time.Minute)} {
		if got := links.List(now); got != want {
			t.Errorf("List(%v) = %s, want %s", now, got, want)
		}
	}
	if none := (incidentlink.Links{}); none.List(signed) != "" {
		t.Errorf("List of nothing = %q", none.List(signed))
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	links := incidentlink.New(base, []string{secret})
	tests := []struct {
		name, add string
		later     time.Duration
		want      error
	}{
		{"as it is", "", 0, nil},
		{"with filters", "&state=open&rule=usage&severity=critical&format=csv&lang=zh", signedlink.Lifetime, nil},
		{"with a page", "&page=2", 0, signedlink.ErrAltered},
		{"with two states", "&state=open&state=silenced", 0, signedlink.ErrAltered},
		{"too old", "", signedlink.Lifetime + time.Hour, signedlink.ErrExpired},
	}
	for _, tt := range tests {
		u, err := url.Parse(links.List(signed) + tt.add)
		if err != nil {
			t.Fatal(err)
		}
		if err := links.Verify(u.Query(), signed.Add(tt.later)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}
