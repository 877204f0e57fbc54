package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"

	"signalbox/shared/config"
)

// keyring knows tokens by their hashes.
type keyring []key

type key struct {
	name string
	sum  [sha256.Size]byte
}

func newKeyring(tokens config.Tokens) keyring {
	keys := make(keyring, len(tokens))
	for i, token := range tokens {
		keys[i] = key{cmp.Or(token.Name, "unnamed token"), sha256.Sum256([]byte(token.Secret))}
	}
	return keys
}

// admit reports whether token is one of them, and says in the log of r which.
func (k keyring) admit(r *http.Request, token string) bool {
	shown := sha256.Sum256([]byte(token))
	found := -1
	for i, one := range k {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(shown[:], one.sum[:]), i, found)
	}
	if found < 0 {
		return false
	}
	SetCaller(r, k[found].name)
	return true
}

// callerKey is where a request's ctx has the name of who calls.
type callerKey struct{}

// SetCaller names who has sent r in its line in the log, such as by the name of a
// token. It is for Guards, before they let r pass.
func SetCaller(r *http.Request, name string) {
	if caller, ok := r.Context().Value(callerKey{}).(*string); ok {
		*caller = name
	}
}

// Caller is who has sent r, as a Guard has named them. "": none has.
func Caller(r *http.Request) string {
	if caller, ok := r.Context().Value(callerKey{}).(*string); ok {
		return *caller
	}
	return ""
}

// withCaller returns r with room for a name.
func withCaller(r *http.Request) (_ *http.Request, caller *string) {
	caller = new(string)
	return r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)), caller
}

func callerAttr(name string) []slog.Attr {
	if name == "" {
		return nil
	}
	return []slog.Attr{slog.String("caller", name)}
}
