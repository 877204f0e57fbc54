// Package otplink signs and verifies links to the page of the OTP rates. Whoever has
// such a link sees the page until the link's end, without a token. It is pure.
//
//	<conversion url>/otp?expires=<unix seconds>&signature=<hex HMAC-SHA256>
package otplink

import (
	"net/url"
	"time"

	"signalbox/shared/signedlink"
)

// Path is where the page is, below the address of conversion.
const Path = "/otp"

// The parameters of the page, of which anybody may add some to a link.
const (
	Country = "country" // an ISO 3166-1 alpha-2 code: what is shown is of that country alone
	Hours   = "hours"   // how far back the page goes
)

// Parameters are those of the page, but for its language and a link's own.
func Parameters() []string { return []string{Country, Hours} }

// Links signs and verifies. The zero value makes no links and verifies none. It is a
// value, safe for concurrent use.
type Links struct{ signed signedlink.Links }

// New returns Links to the page below base, as [signedlink.New] does.
func New(base string, secrets []string) Links { return Links{signedlink.New(base, secrets)} }

// Page returns a link to the page that is signed at now, as [signedlink.Links.To] does,
// or "" where l makes none.
func (l Links) Page(now time.Time) string { return l.signed.To(Path, page(), now) }

// Verify reports whether query is that of a link to the page which has not ended at now,
// be it with the page's own parameters. The error is [signedlink.ErrAltered] or
// [signedlink.ErrExpired].
func (l Links) Verify(query url.Values, now time.Time) error {
	return l.signed.Verify(page(), query, now)
}

func page() signedlink.Page { return signedlink.Page{Purpose: "otp page", May: Parameters()} }
