// Package signedlink signs and verifies links to pages. Whoever has such a link sees
// its page until the link's end, without a token. It is pure: secrets and times come
// in, addresses go out.
//
//	<base><path>?expires=<unix seconds>&signature=<hex HMAC-SHA256>
package signedlink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Lifetime is how long a link opens its page.
const Lifetime = 7 * 24 * time.Hour

// The parameters of a link.
const (
	Expires   = "expires"
	Signature = "signature"
	// lang is not signed: anybody may add it, to read the page in another language.
	lang = "lang"
)

// What is wrong with a link.
var (
	ErrAltered = errors.New("the link is altered, of another page, or signed with another secret")
	ErrExpired = errors.New("the link is too old")
)

// Links signs and verifies. The zero value makes no links and verifies none. It is a
// value, safe for concurrent use.
type Links struct {
	base    string
	secrets []string
}

// New returns Links to pages below base, which ends in no slash, such as
// https://example.com/cardflow. The first secret signs and each verifies, so that
// one can take the other's place. Without a base or a secret it is the zero value.
func New(base string, secrets []string) Links {
	if base == "" || len(secrets) == 0 {
		return Links{}
	}
	return Links{base, secrets}
}

// Page is what a link opens.
type Page struct {
	// Purpose is what the link is for, such as "card page": one for a purpose is of no
	// use for another. It has no line break.
	Purpose string
	// Subject is what the page is about, such as a card; empty where there is one page.
	Subject string
	// May are parameters that anybody may add beside the page's language, once each: they are not signed.
	May []string
}

// To returns a link to page at path that is signed at now, or "" where l makes none. It
// lasts for [Lifetime] and until the next full hour: within an hour the link to a page
// stays the same.
func (l Links) To(path string, page Page, now time.Time) string {
	if l.base == "" {
		return ""
	}
	end := now.Add(Lifetime + time.Hour - 1).Truncate(time.Hour)
	expires := strconv.FormatInt(end.Unix(), 10)
	return l.base + path + "?" + Expires + "=" + expires + "&" + Signature + "=" + page.sign(l.secrets[0], expires)
}

// IsLink reports whether somebody came by a link, be it a wrong one.
func IsLink(query url.Values) bool { return query.Has(Expires) || query.Has(Signature) }

// Verify reports whether query is that of a link to page which has not ended at now.
// The error is [ErrAltered] or [ErrExpired]. It takes the same time whatever signature
// is shown.
func (l Links) Verify(page Page, query url.Values, now time.Time) error {
	for name, values := range query {
		if len(values) != 1 || !page.takes(name) {
			return ErrAltered
		}
	}
	expires, shown := query.Get(Expires), []byte(query.Get(Signature))
	valid := false
	for _, secret := range l.secrets {
		same := hmac.Equal([]byte(page.sign(secret, expires)), shown)
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

func (p Page) takes(parameter string) bool {
	return slices.Contains([]string{Expires, Signature, lang}, parameter) || slices.Contains(p.May, parameter)
}

// sign covers the subject and the end as they are written in the link. The first line
// keeps the signature from being of use for anything else.
func (p Page) sign(secret, expires string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("signalbox " + p.Purpose + "\n" + p.Subject + "\n" + expires))
	return hex.EncodeToString(mac.Sum(nil))
}
