// Package cardlink signs and verifies links to a card's page. Whoever has such a
// link sees the page of that one card until the link's end, without a token. It
// is pure: secrets and times come in, addresses go out.
//
//	<page url>/cards/{iccid}?expires=<unix seconds>&signature=<hex HMAC-SHA256>
package cardlink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"time"

	"signalbox/shared/card"
)

// Lifetime is how long a link opens its page.
const Lifetime = 7 * 24 * time.Hour

// The parameters of a link. Lang is not signed: anybody may add it, to read the page
// in another language.
const (
	Expires   = "expires"
	Signature = "signature"
	Lang      = "lang"
)

// What is wrong with a link.
var (
	ErrAltered = errors.New("the link is altered, of another card, or signed with another secret")
	ErrExpired = errors.New("the link is too old")
)

// Links signs and verifies. The zero value makes no links and verifies none. It is a
// value, safe for concurrent use.
type Links struct {
	base    string
	secrets []string
}

// New returns Links to the pages below base, which ends in no slash, such as
// https://example.com/cardflow. The first secret signs and each verifies, so that
// one can take the other's place. Without a base or a secret it is the zero value.
func New(base string, secrets []string) Links {
	if base == "" || len(secrets) == 0 {
		return Links{}
	}
	return Links{base, secrets}
}

// To returns a link to the page of id that is signed at now, or "" where l makes
// none. It lasts for [Lifetime] and until the next full hour: within an hour the
// link to a card stays the same.
func (l Links) To(id card.ICCID, now time.Time) string {
	if l.base == "" {
		return ""
	}
	end := now.Add(Lifetime + time.Hour - 1).Truncate(time.Hour)
	expires := strconv.FormatInt(end.Unix(), 10)
	return l.base + "/cards/" + string(id) + "?" + Expires + "=" + expires + "&" + Signature + "=" + sign(l.secrets[0], id, expires)
}

// IsLink reports whether somebody came by a link, be it a wrong one.
func IsLink(query url.Values) bool { return query.Has(Expires) || query.Has(Signature) }

// Verify reports whether query is that of a link to the page of id which has not
// ended at now. The error is [ErrAltered] or [ErrExpired]. It takes the same time
// whatever signature is shown.
func (l Links) Verify(id card.ICCID, query url.Values, now time.Time) error {
	for name, values := range query {
		if name != Expires && name != Signature && name != Lang || len(values) != 1 {
			return ErrAltered
		}
	}
	expires, shown := query.Get(Expires), []byte(query.Get(Signature))
	valid := false
	for _, secret := range l.secrets {
		same := hmac.Equal([]byte(sign(secret, id, expires)), shown)
		valid = valid || same
	}
	seconds, err := strconv.ParseInt(expires, 10, 64)
	switch {
	case !valid || err != nil:
		return ErrAltered
	case !now.Before(time.Unix(seconds, 0)):
		return ErrExpired
	}
	return nil
}

// sign covers the card and the end as they are written in the link. The first line
// keeps the signature from being of use for anything else.
func sign(secret string, id card.ICCID, expires string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("signalbox card page\n" + string(id) + "\n" + expires))
	return hex.EncodeToString(mac.Sum(nil))
}
