package aliyuntest

import (
	"crypto/hmac"
	"net/http"
	"slices"
	"time"
)

// allowance is how far a call's timestamp may be from the server's clock, and
// how long a nonce is remembered.
const allowance = 15 * time.Minute

// verify judges a call's common parameters in the gateway's order, the signature
// before anything the call's purpose depends on.
func (s *Server) verify(q *query) error {
	checks := []func(*query) error{
		checkPresent, checkFixed, checkAction, s.checkKey, s.checkToken, checkTime, s.checkSignature, s.checkNonce,
	}
	for _, check := range checks {
		if err := check(q); err != nil {
			return err
		}
	}
	return nil
}

// isCommon reports whether every action takes the parameter.
func isCommon(name string) bool {
	switch name {
	case "RegionId", "Format", "SecurityToken", "SignatureType", "Signature":
		return true
	default:
		return slices.Contains(mandatory(), name)
	}
}

func mandatory() []string {
	return []string{"Action", "Version", "AccessKeyId", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp"}
}

func checkPresent(q *query) error {
	for _, name := range append(mandatory(), "Signature") {
		if q.get(name) == "" {
			return missing(name)
		}
	}
	return nil
}

// checkFixed judges the parameters that have one or two possible values.
func checkFixed(q *query) error {
	fixed := []struct {
		name    string
		allowed []string
	}{
		{"Format", []string{"", "JSON", "XML"}},
		{"SignatureMethod", []string{"HMAC-SHA1"}},
		{"SignatureVersion", []string{"1.0"}},
		{"SignatureType", []string{""}},
	}
	for _, f := range fixed {
		if !slices.Contains(f.allowed, q.get(f.name)) {
			return badRequest("Invalid"+f.name, "Specified parameter "+f.name+" is not valid.")
		}
	}
	return nil
}

func checkAction(q *query) error {
	api, ok := apis[q.get("Action")]
	if !ok {
		return &apiError{http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."}
	}
	if q.get("Version") != api.version {
		return badRequest("InvalidVersion", "Specified parameter Version is not valid.")
	}
	q.api = api
	return nil
}

func (s *Server) checkKey(q *query) error {
	if q.get("AccessKeyId") != s.options.AccessKeyID {
		return &apiError{http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found."}
	}
	return nil
}

func (s *Server) checkToken(q *query) error {
	want, got := s.options.SecurityToken, q.get("SecurityToken")
	switch {
	case got == want:
		return nil
	case got == "":
		return missing("SecurityToken")
	case want == "":
		return badRequest("InvalidSecurityToken.Malformed", "The specified parameter SecurityToken.Malformed is not valid.")
	default:
		return badRequest("InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey.")
	}
}

func checkTime(q *query) error {
	at, err := time.Parse("2006-01-02T15:04:05Z", q.get("Timestamp"))
	if err != nil {
		return badRequest("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
	}
	if q.at.Sub(at).Abs() > allowance {
		return badRequest("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
	}
	return nil
}

// checkSignature shows the server's text on a mismatch, as the gateway does: it
// is the fastest way to find what the client signed instead.
func (s *Server) checkSignature(q *query) error {
	want := Sign(q.method, q.params, s.options.AccessKeySecret)
	if hmac.Equal([]byte(want), []byte(q.get("Signature"))) {
		return nil
	}
	return badRequest("SignatureDoesNotMatch",
		"Specified signature is not matched with our calculation. server string to sign is:"+stringToSign(q.method, q.params))
}

// checkNonce comes after the signature, so that nobody can use up another's nonce.
func (s *Server) checkNonce(q *query) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces.use(q.get("SignatureNonce"), q.at) {
		return nil
	}
	return badRequest("SignatureNonceUsed", "Specified signature nonce was used already.")
}

// nonces remembers the nonces of the last 15 minutes.
type nonces struct {
	used  map[string]bool
	order []usedNonce // oldest first
}

type usedNonce struct {
	value string
	at    time.Time
}

// use reports whether the nonce was free, and takes it.
func (n *nonces) use(value string, at time.Time) bool {
	n.forget(at.Add(-allowance))
	if n.used[value] {
		return false
	}
	if n.used == nil {
		n.used = map[string]bool{}
	}
	n.used[value] = true
	n.order = append(n.order, usedNonce{value, at})
	return true
}

// forget drops the nonces that were used before the given time.
func (n *nonces) forget(before time.Time) {
	for len(n.order) > 0 && n.order[0].at.Before(before) {
		delete(n.used, n.order[0].value)
		n.order = n.order[1:]
	}
}
