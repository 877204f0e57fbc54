package aliyun

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Outcome is what an answer says about itself. An answer with status 200 can
// still be a refusal.
type Outcome struct {
	OK        bool
	Code      string
	Message   string
	RequestID string
}

// Answer is decoded from JSON or XML and knows whether it is a success.
type Answer interface {
	Outcome() Outcome
}

// readReply decodes a reply into answer, a pointer. A status that is not 2xx is
// a refusal, and its body is the gateway's.
func readReply(action string, r reply, answer any) error {
	if r.status/100 != 2 {
		return refusal(action, r)
	}
	if err := decode(r.body, answer); err != nil {
		return &Error{Action: action, Kind: Unexpected, Status: r.status, Err: err}
	}
	return nil
}

// judge turns what a decoded answer says about itself into nil or an error.
func judge(action string, r reply, o Outcome) error {
	switch {
	case o.OK:
		return nil
	case o.Code == "":
		// Not the form of this action's answer: perhaps the gateway's.
		return refusal(action, r)
	default:
		return newError(action, r, o)
	}
}

// refusal is the error of a reply whose body is the gateway's, or is not
// readable, which leaves the status to speak.
func refusal(action string, r reply) *Error {
	gateway := &gatewayError{}
	_ = decode(r.body, gateway)
	return newError(action, r, Outcome{
		Code:      string(gateway.Code),
		Message:   string(gateway.Message),
		RequestID: string(gateway.RequestID),
	})
}

func newError(action string, r reply, o Outcome) *Error {
	e := &Error{
		Action: action, Kind: kindOf(o.Code, r.status),
		Code: o.Code, Status: r.status, RequestID: o.RequestID, Message: o.Message,
		RetryAfter: retryAfter(r.header),
	}
	if e.RetryAfter > 0 && r.status/100 != 2 {
		e.Kind = Throttled
	}
	return e
}

// gatewayError is the body of a refusal by the gateway.
type gatewayError struct {
	Code      Text
	Message   Text
	RequestID Text `json:"RequestId" xml:"RequestId"`
}

// decode reads JSON, or XML where the body begins like it: that is what the
// gateway writes when it has not understood which was asked for.
func decode(body []byte, into any) error {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return xml.Unmarshal(body, into)
	}
	return json.Unmarshal(body, into)
}

// codes gives the kind of a code by its beginning, the more special first.
// Status alone does not tell: the same code comes with different ones.
var codes = []struct {
	prefix string
	kind   Kind
}{
	{"Throttling", Throttled},
	{"Rejected.Throttling", Throttled},
	{"QPS_LIMIT_CONTROL", Throttled},

	{"SignatureNonceUsed", Stale},
	{"InvalidTimeStamp", Stale},
	{"IllegalTimestamp", Stale},

	{"Signature", Denied},
	{"IncompleteSignature", Denied},
	{"InvalidAccessKeyId", Denied},
	{"InvalidSecurityToken", Denied},
	{"MissingSecurityToken", Denied},
	{"Forbidden", Denied},
	{"NoPermission", Denied},
	{"linkcard.common.RamActionPermissionDeny", Denied},
	{"linkcard.common.InvalidAliyunPK", Denied},
	{"RAM_PERMISSION_DENY", Denied},

	{"linkcard.common.CardNotExist", NotFound},
	{"linkcard.common.IccidNotExist", NotFound},
	{"linkcard.common.CardDestroy", NotFound},
	{"CardDisabled", NotFound},

	{"ServiceUnavailable", Unavailable},
	{"Service.InternalError", Unavailable},
	{"InternalError", Unavailable},
	{"InternalFailure", Unavailable},
	{"UnknownError", Unavailable},
	{"linkcard.system.RPCInvokeError", Unavailable},
	{"linkcard.common.BusinessProcessError", Unavailable},
	{"SYSTEM_ERROR", Unavailable},
	{"ONLINE_BILLING_FAILED", Unavailable},
	{"GATEWAY_ERROR", Unavailable},
	{"UNKNOWN", Unavailable},
	{"DATA_NOT_EXIST", Unavailable},
}

// kindOf classifies by code first and by status second.
func kindOf(code string, status int) Kind {
	code = normalise(code)
	for _, c := range codes {
		if strings.HasPrefix(code, c.prefix) {
			return c.kind
		}
	}
	switch {
	case status == http.StatusTooManyRequests:
		return Throttled
	case status >= http.StatusInternalServerError:
		return Unavailable
	case code == "":
		return Unexpected
	default:
		return Invalid
	}
}

// normalise removes what differs between pages and sites: the prefixes of the
// older text-message codes and the dots at the end of templated ones.
func normalise(code string) string {
	code = strings.TrimPrefix(strings.TrimPrefix(code, "isv."), "isp.")
	return strings.TrimRight(code, ".")
}

// retryAfter reads the gateway's hint, which is in milliseconds.
func retryAfter(h http.Header) time.Duration {
	ms, err := strconv.ParseInt(h.Get("X-Acs-Retry-After"), 10, 32)
	if err != nil || ms <= 0 {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}
