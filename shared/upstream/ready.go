package upstream

import (
	"context"
	"errors"
	"sync/atomic"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/config"
	"signalbox/shared/quota"
	"signalbox/shared/redisdial"
	"signalbox/shared/serve/function"
)

// readiness knows what keeps calls from being made as they should.
type readiness struct {
	account     config.Account
	credentials credential.Provider
	permits     quota.Quota
	unsigned    atomic.Bool // the last call had no credentials
}

// observe takes note of an attempt.
func (r *readiness) observe(a aliyun.Attempt) {
	if a.Failure != nil && errors.Is(a.Failure, credential.ErrMissing) {
		r.unsigned.Store(true)
	} else if a.Made() {
		r.unsigned.Store(false)
	}
}

// ready says what does not work until somebody mends it.
func (r *readiness) ready(ctx context.Context) []function.Unusable {
	var unusable []function.Unusable
	if r.unsignable(ctx) {
		unusable = append(unusable, function.Unusable{
			Part: "credentials", Reason: "there are no Alibaba Cloud credentials", Action: r.account.MissingKeys(),
		})
	}
	// A Redis that is only unavailable keeps nothing from working.
	if reason, action := redisdial.Explain(r.permits.Ready(ctx)); reason != "" {
		unusable = append(unusable, function.Unusable{Part: "redis", Reason: reason, Action: action})
	}
	return unusable
}

// unsignable reports whether nothing can be signed. That a request brings no
// credentials is not enough: a platform's own question whether the process is well
// brings none.
func (r *readiness) unsignable(ctx context.Context) bool {
	_, err := r.credentials.Credentials(ctx)
	return errors.Is(err, credential.ErrMissing) && r.unsigned.Load()
}
