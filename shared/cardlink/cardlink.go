// Package cardlink signs and verifies links to a card's page. Whoever has such a
// link sees the page of that one card until the link's end, without a token. It
// is pure.
//
//	<page url>/cards/{iccid}?expires=<unix seconds>&signature=<hex HMAC-SHA256>
package cardlink

import (
	"net/url"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/signedlink"
)

// Links signs and verifies. The zero value makes no links and verifies none. It is a
// value, safe for concurrent use.
type Links struct{ signed signedlink.Links }

// New returns Links to the pages below base, as [signedlink.New] does.
func New(base string, secrets []string) Links { return Links{signedlink.New(base, secrets)} }

// To returns a link to the page of id that is signed at now, as [signedlink.Links.To]
// does, or "" where l makes none.
func (l Links) To(id card.ICCID, now time.Time) string {
	return l.signed.To("/cards/"+string(id), pageOf(id), now)
}

// Verify reports whether query is that of a link to the page of id which has not
// ended at now. The error is [signedlink.ErrAltered] or [signedlink.ErrExpired].
func (l Links) Verify(id card.ICCID, query url.Values, now time.Time) error {
	return l.signed.Verify(pageOf(id), query, now)
}

func pageOf(id card.ICCID) signedlink.Page {
	return signedlink.Page{Purpose: "card page", Subject: string(id)}
}
