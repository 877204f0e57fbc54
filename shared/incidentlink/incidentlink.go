// Package incidentlink signs and verifies links to the list of incidents. Whoever has
// such a link sees all incidents until the link's end, without a token, and may open
// the forms that the list offers. It is pure.
//
//	<alerts url>/incidents?expires=<unix seconds>&signature=<hex HMAC-SHA256>
package incidentlink

import (
	"net/url"
	"time"

	"signalbox/shared/signedlink"
)

// Path is where the list is, below the address of alerts.
const Path = "/incidents"

// The parameters of the list, of which anybody may add some to a link.
const (
	Format   = "format"
	State    = "state"
	Rule     = "rule"
	Severity = "severity"
)

// Parameters are those of the list, but for its language and a link's own.
func Parameters() []string { return []string{Format, State, Rule, Severity} }

// Links signs and verifies. The zero value makes no links and verifies none. It is a
// value, safe for concurrent use.
type Links struct{ signed signedlink.Links }

// New returns Links to the list below base, as [signedlink.New] does.
func New(base string, secrets []string) Links { return Links{signedlink.New(base, secrets)} }

// List returns a link to the list that is signed at now, as [signedlink.Links.To] does,
// or "" where l makes none.
func (l Links) List(now time.Time) string { return l.signed.To(Path, list(), now) }

// Form returns a link to a form of the list: what is done about the incident with an id.
// It opens what List opens.
func (l Links) Form(id, verb string, now time.Time) string {
	return l.signed.To(Path+"/"+id+"/"+verb, list(), now)
}

// Verify reports whether query is that of a link to the list which has not ended at
// now, be it with the list's own parameters. Forms below the list take the same query.
// The error is [signedlink.ErrAltered] or [signedlink.ErrExpired].
func (l Links) Verify(query url.Values, now time.Time) error {
	return l.signed.Verify(list(), query, now)
}

func list() signedlink.Page { return signedlink.Page{Purpose: "incidents", May: Parameters()} }
