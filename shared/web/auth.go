package web

import (
	"net/http"
	"strings"

	"signalbox/shared/config"
)

// Guard lets a request pass to its handler, or refuses it.
type Guard func(HandlerFunc) HandlerFunc

// Open lets every request pass.
func Open(h HandlerFunc) HandlerFunc { return h }

// platform lets every request pass: the trigger has authenticated the caller.
func platform(h HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		SetCaller(r, "platform")
		return h(w, r)
	}
}

// Bearer returns a Guard that asks for one of tokens (RFC 6750). Comparing
// takes the same time whatever token is shown.
func Bearer(tokens config.Tokens) Guard {
	keys := newKeyring(tokens)
	return func(h HandlerFunc) HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			if !keys.admit(r, bearerToken(r)) {
				return unauthorized()
			}
			return h(w, r)
		}
	}
}

// Browser returns a Guard for pages: a browser asks its user, who gives any name and
// as the password one of tokens (HTTP Basic, RFC 7617); others may do as for [Bearer].
func Browser(tokens config.Tokens) Guard {
	keys := newKeyring(tokens)
	return func(h HandlerFunc) HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			token := bearerToken(r)
			if _, password, ok := r.BasicAuth(); ok {
				token = password
			}
			if !keys.admit(r, token) {
				return signIn()
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

func unauthorized() *Error {
	e := NewError(http.StatusUnauthorized, "unauthorized", "Send one of this function's tokens in the header Authorization: Bearer TOKEN.")
	e.Header = http.Header{"Www-Authenticate": {`Bearer realm="signalbox"`}}
	return e
}

func signIn() *Error {
	e := NewError(http.StatusUnauthorized, "unauthorized", "Sign in with any name, and one of this function's tokens as the password.")
	e.Header = http.Header{"Www-Authenticate": {`Basic realm="signalbox", charset="UTF-8"`}}
	return e
}

// GuardFor returns the Guard that the configuration asks for.
func GuardFor(auth config.Auth) Guard {
	if auth.Platform() {
		return platform
	}
	return Bearer(auth.Tokens)
}

// BrowserGuardFor is [GuardFor] for pages.
func BrowserGuardFor(auth config.Auth) Guard {
	if auth.Platform() {
		return platform
	}
	return Browser(auth.Tokens)
}
