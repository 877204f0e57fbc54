package aliyun

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
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
func readReply(action string, r reply, answer any) *Error {
	if r.status/100 != 2 {
		return refusal(action, r)
	}
	if err := decode(r.body, answer); err != nil {
		return unreadable(action, r, err)
	}
	return nil
}

// unreadable is the error of an answer that is no answer. One that is broken off
// or garbled, or a page of somebody in between, may be whole the next time; one
// of another form will not change.
func unreadable(action string, r reply, err error) *Error {
	e := &Error{Action: action, Kind: Unexpected, Status: r.status, Err: errUnreadable}
	_, badJSON := errors.AsType[*json.SyntaxError](err)
	_, badXML := errors.AsType[*xml.SyntaxError](err)
	if badJSON || badXML || errors.Is(err, io.EOF) {
		e.Kind = Unavailable
	}
	return e
}

// errUnreadable stands for the decoder's error, which may quote the answer.
var errUnreadable = errors.New("the answer cannot be read")

// judge turns what a decoded answer says about itself into nil or an error.
func judge(action string, r reply, o Outcome) *Error {
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
		Code:      string(cmp.Or(gateway.Code, gateway.LowerCode)),
		Message:   string(gateway.Message),
		RequestID: string(cmp.Or(gateway.RequestID, gateway.LowerRequestID)),
	})
}

func newError(action string, r reply, o Outcome) *Error {
	kind := kindOf(o.Code, r.status)
	e := &Error{
		Action: action, Kind: kind,
		Code: showableCode(o.Code), Status: r.status, RequestID: showableID(o.RequestID), Message: showableMessage(kind, o.Message),
		RetryAfter: retryAfter(r.header),
	}
	e.date, _ = http.ParseTime(r.header.Get("Date"))
	return e
}

// gatewayError is the body of a refusal by the gateway. Some gateways write the
// names in lower case, which only XML keeps apart.
type gatewayError struct {
	Code           Text
	Message        Text
	RequestID      Text `json:"RequestId" xml:"RequestId"`
	LowerCode      Text `json:"-" xml:"code"`
	LowerRequestID Text `json:"-" xml:"requestId"`
}

// decode reads JSON, or XML where the body begins like it: that is what the
// gateway writes when it has not understood which was asked for.
func decode(body []byte, into any) error {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return xml.Unmarshal(body, into)
	}
	return decodeJSON(body, into)
}

// codes gives the kind of a code by its beginning, the more special first.
// Status alone does not say enough: the same code comes with different ones.
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

	{"InvalidSecurityToken.Expired", Expired},
	{"SecurityTokenExpired", Expired},

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

// retryAfter reads the gateway's hint, which is in milliseconds: a header of its
// own, or the longer TimeLeft of the two older ones, whose values are lists such
// as "Limit:20,Remain:0,TimeLeft:800".
func retryAfter(h http.Header) time.Duration {
	wait := milliseconds(h.Get("X-Acs-Retry-After"))
	if wait == 0 {
		wait = max(timeLeft(h.Get("X-Ratelimit-User-Api")), timeLeft(h.Get("X-Ratelimit-User")))
	}
	return min(wait, longestHint)
}

// longestHint is the longest wait that one answer may ask for: it holds for every
// caller of the account, and quotas are counted by the second.
const longestHint = time.Minute

func timeLeft(list string) time.Duration {
	for field := range strings.SplitSeq(list, ",") {
		if ms, ok := strings.CutPrefix(strings.TrimSpace(field), "TimeLeft:"); ok {
			return milliseconds(ms)
		}
	}
	return 0
}

func milliseconds(text string) time.Duration {
	ms, err := strconv.ParseInt(text, 10, 32)
	if err != nil || ms <= 0 {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}
