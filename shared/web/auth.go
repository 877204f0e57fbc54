package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"signalbox/shared/config"
)

// Guard lets a request pass to its handler, or refuses it.
type Guard func(HandlerFunc) HandlerFunc

// Open lets every request pass: the trigger has authenticated the caller.
func Open(h HandlerFunc) HandlerFunc { return h }

// Bearer returns a Guard that asks for one of tokens (RFC 6750). Comparing
// takes the same time whatever token is shown.
func Bearer(tokens []config.Secret) Guard {
	sums := make([][sha256.Size]byte, len(tokens))
	for i, token := range tokens {
		sums[i] = sha256.Sum256([]byte(token))
	}
	return func(h HandlerFunc) HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			if !known(sums, bearerToken(r)) {
				return unauthorized()
			}
			return h(w, r)
		}
	}
}

func bearerToken(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func known(sums [][sha256.Size]byte, token string) bool {
	shown := sha256.Sum256([]byte(token))
	match := 0
	for _, sum := range sums {
		match |= subtle.ConstantTimeCompare(shown[:], sum[:])
	}
	return match == 1
}

func unauthorized() *Error {
	e := NewError(http.StatusUnauthorized, "unauthorized", "Send one of this function's tokens in the header Authorization: Bearer TOKEN.")
	e.Header = http.Header{"Www-Authenticate": {`Bearer realm="signalbox"`}}
	return e
}

// GuardFor returns the Guard that the configuration asks for.
func GuardFor(auth config.Auth) Guard {
	if auth.Platform() {
		return Open
	}
	return Bearer(auth.Tokens)
}
