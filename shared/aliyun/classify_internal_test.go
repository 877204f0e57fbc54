package aliyun

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestKindOf is Alibaba's table of codes: the code decides, and the status where
// the code is unknown.
func TestKindOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code   string
		status int
		want   Kind
	}{
		{"Throttling", 400, Throttled},
		{"Throttling.User", 400, Throttled},
		{"Throttling.Api", 503, Throttled},
		{"Rejected.Throttling", 400, Throttled},
		{"QPS_LIMIT_CONTROL", 200, Throttled},
		{"isv.BUSINESS_LIMIT_CONTROL", 200, Invalid},
		{"", 429, Throttled},
		{"ServiceUnavailable", 503, Unavailable},
		{"InternalError", 500, Unavailable},
		{"InternalFailure", 200, Unavailable},
		{"UnknownError", 400, Unavailable},
		{"Service.InternalError", 500, Unavailable},
		{"linkcard.system.RPCInvokeError", 200, Unavailable},
		{"linkcard.common.BusinessProcessError", 400, Unavailable},
		{"isp.SYSTEM_ERROR", 200, Unavailable},
		{"isp.GATEWAY_ERROR", 200, Unavailable},
		{"DATA_NOT_EXIST", 200, Unavailable},
		{"ONLINE_BILLING_FAILED", 200, Unavailable},
		{"Whatever..", 500, Unavailable},
		{"Whatever.", 403, Invalid},
		{"503", 503, Unavailable},
		{"", 502, Unavailable},
		{"SignatureNonceUsed", 400, Stale},
		{"InvalidTimeStamp.Expired", 400, Stale},
		{"InvalidTimeStamp.Format", 400, Stale},
		{"IllegalTimestamp", 400, Stale},
		{"SignatureDoesNotMatch", 400, Denied},
		{"SignatureDoesNotMatch", 403, Denied},
		{"IncompleteSignature", 400, Denied},
		{"InvalidAccessKeyId.NotFound", 404, Denied},
		{"InvalidSecurityToken.MismatchWithAccessKey", 400, Denied},
		{"InvalidSecurityToken.Expired", 400, Expired},
		{"Forbidden.RAM", 403, Denied},
		{"NoPermission", 403, Denied},
		{"linkcard.common.RamActionPermissionDeny", 403, Denied},
		{"isp.RAM_PERMISSION_DENY", 200, Denied},
		{"linkcard.common.CardNotExist", 400, NotFound},
		{"linkcard.common.IccidNotExist", 200, NotFound},
		{"linkcard.common.CardDestroy", 200, NotFound},
		{"CardDisabled", 400, NotFound},
		{"linkcard.common.IccidFormatError", 400, Invalid},
		{"MissingParameter", 400, Invalid},
		{"INVALID_PARAMETERS", 200, Invalid},
		{"AMOUNT_NOT_ENOUGH", 200, Invalid},
		{"", 200, Unexpected},
		{"", 302, Unexpected},
	}
	for _, tt := range tests {
		if got := kindOf(tt.code, tt.status); got != tt.want {
			t.Errorf("kindOf(%q, %d) = %v, want %v", tt.code, tt.status, got, tt.want)
		}
	}
}

func TestRetryAfterHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{"X-Acs-Retry-After": {"1500"}}, 1500 * time.Millisecond},
		{http.Header{"X-Acs-Retry-After": {"86400000"}}, time.Minute},
		{http.Header{"X-Acs-Retry-After": {"0"}}, 0},
		{http.Header{"X-Acs-Retry-After": {"-5"}}, 0},
		{http.Header{"X-Acs-Retry-After": {"soon"}}, 0},
		{http.Header{"X-Ratelimit-User-Api": {"Limit:20,Remain:0,TimeLeft:800"}}, 800 * time.Millisecond},
		{http.Header{"X-Ratelimit-User": {"TimeLeft:2000"}, "X-Ratelimit-User-Api": {"Limit:20, TimeLeft:800"}}, 2 * time.Second},
		{http.Header{}, 0},
	}
	for _, tt := range tests {
		if got := retryAfter(tt.header); got != tt.want {
			t.Errorf("retryAfter(%v) = %v, want %v", tt.header, got, tt.want)
		}
	}
}

// TestHintIsOfThrottlingAlone has a hint with codes that are not throttling: it is
// heeded, and slows nobody else down.
func TestHintIsOfThrottlingAlone(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]Kind{
		"Unheard.Of": Invalid, "linkcard.common.CardNotExist": NotFound, "ServiceUnavailable": Unavailable, "Throttling.User": Throttled,
	} {
		e := refusal("A", reply{status: 400, header: http.Header{"X-Acs-Retry-After": {"100000"}}, body: []byte(`{"Code":"` + code + `"}`)})
		if e.Kind != want || e.RetryAfter != time.Minute {
			t.Errorf("%s with a hint of 100s is %v with %v, want %v with 1m", code, e.Kind, e.RetryAfter, want)
		}
	}
}

func TestRefusalForms(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"JSON":           `{"Code":"Throttling.User","RequestId":"r-1","Message":"m"}`,
		"lower-case":     `{"code":"Throttling.User","requestId":"r-1","message":"m"}`,
		"XML":            `<?xml version="1.0"?><Error><RequestId>r-1</RequestId><Code>Throttling.User</Code><Message>m</Message></Error>`,
		"another root":   `<KMS><RequestId>r-1</RequestId><Code>Throttling.User</Code></KMS>`,
		"lower-case XML": `<error><requestId>r-1</requestId><code>Throttling.User</code></error>`,
	}
	for name, body := range bodies {
		e := refusal("A", reply{status: 400, header: http.Header{}, body: []byte(body)})
		if e.Code != "Throttling.User" || e.RequestID != "r-1" || e.Kind != Throttled {
			t.Errorf("%s: %+v, want Throttling.User of r-1", name, e)
		}
	}
	odd := refusal("A", reply{status: 400, header: http.Header{}, body: []byte(`{"Code":"a b\nc?x=y&Signature=","AccessDeniedDetail":[1]}`)})
	if odd.Code != "" {
		t.Errorf("an odd code is kept as %q, want it left out", odd.Code)
	}
}

func TestMessagesAreShowable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind     Kind
		in, want string
	}{
		{Invalid, "InstanceId cannot be empty.", "InstanceId cannot be empty."},
		{NotFound, "card 89860321000000015668 does not exist", "card … does not exist"},
		{Denied, "server string to sign is: POST&%2F&AccessKeyId%3DLTAI", ""},
		{Invalid, "POST /?AccessKeyId", ""},
		{Invalid, "token a+b", ""},
		{Invalid, strings.Repeat("参数 ", 200), strings.Repeat("参数 ", 200)[:len("参数 ")*66+len("参数")]},
	}
	for _, tt := range tests {
		if got := showableMessage(tt.kind, tt.in); got != tt.want {
			t.Errorf("showableMessage(%v, %q) = %q, want %q", tt.kind, tt.in, got, tt.want)
		}
	}
}

func TestCodesAndIDsAreShowable(t *testing.T) {
	t.Parallel()
	const uuid = "8AD9F0E2-6F5B-5A1E-9A2C-8F1F0A1F1D5C"
	for _, code := range []string{"Throttling.User", "isv.BUSINESS_LIMIT_CONTROL", "Whatever..", "503", "linkcard.common.CardNotExist", "OK"} {
		if got := showableCode(code); got != code {
			t.Errorf("showableCode(%q) = %q, want it whole", code, got)
		}
	}
	for _, code := range []string{"a b", "https://host/?a=b", "89860321000000015668", "No.89860321000000015668", "a%20b", strings.Repeat("a", 81), "LTAI;x"} {
		if got := showableCode(code); got != "" {
			t.Errorf("showableCode(%q) = %q, want nothing", code, got)
		}
	}
	for in, want := range map[string]string{uuid: uuid, "0": "0", "a b": "", strings.Repeat("a", 65): "", "89860321000000015668": "", "x\n": ""} {
		if got := showableID(in); got != want {
			t.Errorf("showableID(%q) = %q, want %q", in, got, want)
		}
	}
}
