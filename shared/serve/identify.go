package serve

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"

	"signalbox/shared/aliyun/credential"
	"signalbox/shared/logging"
)

// Headers of FC's custom runtime.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/principles-1
const (
	headerRequestID   = "X-Fc-Request-Id"
	headerKeyID       = "X-Fc-Access-Key-Id"
	headerKeySecret   = "X-Fc-Access-Key-Secret" //nolint:gosec // The name of a header, not a key.
	headerToken       = "X-Fc-Security-Token"    //nolint:gosec // Likewise.
	headerControlPath = "X-Fc-Control-Path"
	headerStatus      = "X-Fc-Status"
	headerTimeout     = "X-Fc-Function-Timeout" // In seconds.
)

// identify gives each request's ctx an id and, behind FC's custom runtime, the
// credentials of the invocation. Anybody else's x-fc-* headers mean nothing.
func identify(custom bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		ctx := r.Context()
		if custom {
			id = cmp.Or(r.Header.Get(headerRequestID), id)
			ctx = credential.NewContext(ctx, credential.Credentials{
				AccessKeyID:     r.Header.Get(headerKeyID),
				AccessKeySecret: r.Header.Get(headerKeySecret),
				SecurityToken:   r.Header.Get(headerToken),
			})
		}
		ctx = logging.WithRequestID(ctx, id)
		if !hasSecrets(r.Header) {
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		// No handler is to come across a secret among the headers.
		r = r.Clone(ctx)
		for _, name := range secretHeaders {
			r.Header.Del(name)
		}
		next.ServeHTTP(w, r)
	})
}

var secretHeaders = []string{headerKeyID, headerKeySecret, headerToken}

func hasSecrets(h http.Header) bool {
	return slices.ContainsFunc(secretHeaders, func(name string) bool { return len(h.Values(name)) > 0 })
}
