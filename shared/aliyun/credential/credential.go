// Package credential says who signs a call: a fixed key pair, or the temporary
// one that the platform hands over with each invocation.
//
// It is separate from the client so that the platform layer can carry an
// invocation's credentials without knowing the client.
package credential

import (
	"context"
	"errors"
	"log/slog"
)

// ErrMissing says that neither the invocation nor the configuration has a key.
var ErrMissing = errors.New("no Alibaba Cloud credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID and " +
	"ALIBABA_CLOUD_ACCESS_KEY_SECRET, or give the function a role")

// Credentials is one key pair, and the security token that goes with it when
// the pair is temporary (STS). The zero value is no credentials.
//
// Printing, logging or encoding a value shows neither the secret nor the token.
//
// https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string
}

// Complete reports whether there is enough to sign with.
func (c Credentials) Complete() bool {
	return c.AccessKeyID != "" && c.AccessKeySecret != ""
}

// String gives the kind of credentials and nothing of their content.
func (c Credentials) String() string {
	switch {
	case !c.Complete():
		return "no credentials"
	case c.SecurityToken != "":
		return "temporary credentials"
	default:
		return "static credentials"
	}
}

// GoString keeps %#v from showing the fields.
func (c Credentials) GoString() string { return c.String() }

// MarshalText keeps encoders from showing the fields.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue keeps slog from showing the fields.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Provider finds the credentials for one attempt of one call. It is asked
// anew for every attempt, from many goroutines, and must be quick.
type Provider interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// Credentials makes a fixed pair its own Provider.
// The error is [ErrMissing] where the pair is not complete.
func (c Credentials) Credentials(context.Context) (Credentials, error) {
	if !c.Complete() {
		return Credentials{}, ErrMissing
	}
	return c, nil
}

type contextKey struct{}

// NewContext returns ctx carrying the credentials of one invocation.
func NewContext(ctx context.Context, c Credentials) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// FromContext returns the invocation's credentials, if it brought any.
func FromContext(ctx context.Context) (Credentials, bool) {
	c, ok := ctx.Value(contextKey{}).(Credentials)
	return c, ok && c.Complete()
}

// Invocation prefers the credentials that came with the invocation, which the
// platform renews, over Fallback, which is as old as the process.
type Invocation struct {
	Fallback Provider
}

// Credentials returns the invocation's credentials, or else Fallback's.
func (p Invocation) Credentials(ctx context.Context) (Credentials, error) {
	if c, ok := FromContext(ctx); ok {
		return c, nil
	}
	if p.Fallback == nil {
		return Credentials{}, ErrMissing
	}
	return p.Fallback.Credentials(ctx)
}
