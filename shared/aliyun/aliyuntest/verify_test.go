package aliyuntest_test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// change is one thing that is different about a call, and what comes of it.
type change struct {
	name   string
	apply  func(url.Values)
	status int
	code   string
}

func set(name, value string) func(url.Values) { return func(p url.Values) { p.Set(name, value) } }

func del(name string) func(url.Values) { return func(p url.Values) { p.Del(name) } }

// TestRefusals changes one thing of a right call at a time, and signs it again:
// the refusal is for that thing and not for the signature.
func TestRefusals(t *testing.T) {
	t.Parallel()
	stamp := func(d time.Duration) func(url.Values) {
		return set("Timestamp", noon.Add(d).Format("2006-01-02T15:04:05Z"))
	}
	tests := []change{
		{"nothing wrong", func(url.Values) {}, 200, "200"},
		{"without RegionId and SignatureType", func(p url.Values) { p.Del("RegionId"); p.Del("SignatureType") }, 200, "200"},
		{"no action", del("Action"), 400, "MissingAction"},
		{"no version", del("Version"), 400, "MissingVersion"},
		{"no key", del("AccessKeyId"), 400, "MissingAccessKeyId"},
		{"no nonce", del("SignatureNonce"), 400, "MissingSignatureNonce"},
		{"no timestamp", del("Timestamp"), 400, "MissingTimestamp"},
		{"unknown action", set("Action", "ListCardDayUsages"), 404, "InvalidAction.NotFound"},
		{"version of the other product", set("Version", "2018-05-01"), 400, "InvalidVersion"},
		{"other signature method", set("SignatureMethod", "HMAC-SHA256"), 400, "InvalidSignatureMethod"},
		{"other signature version", set("SignatureVersion", "2.0"), 400, "InvalidSignatureVersion"},
		{"other signature type", set("SignatureType", "BEARERTOKEN"), 400, "InvalidSignatureType"},
		{"unknown key", set("AccessKeyId", "someone"), 404, "InvalidAccessKeyId.NotFound"},
		{"token that is not asked for", set("SecurityToken", "x"), 400, "InvalidSecurityToken.Malformed"},
		{"timestamp with zone", set("Timestamp", "2026-11-18T12:00:00+08:00"), 400, "InvalidTimeStamp.Format"},
		{"timestamp 15 minutes old", stamp(-15 * time.Minute), 200, "200"},
		{"timestamp too old", stamp(-15*time.Minute - time.Second), 400, "InvalidTimeStamp.Expired"},
		{"timestamp too new", stamp(15*time.Minute + time.Second), 400, "InvalidTimeStamp.Expired"},
	}
	refuse(t, tests)
}

func TestFlowRefusals(t *testing.T) {
	t.Parallel()
	refuse(t, []change{
		{"misspelt parameter", set("ICCID", "1"), 400, "InvalidParameter"},
		{"parameter of another action", set("PageNo", "1"), 400, "InvalidParameter"},
		{"list without numbers", set("DateList", "202611"), 400, "InvalidParameter"},
		{"list numbered from 0", set("DateList.0", "202611"), 400, "InvalidParameter"},
		{"list with a leading zero", set("DateList.01", "202611"), 400, "InvalidParameter"},
		{"list with a gap", set("DateList.2", "202611"), 400, "IllegalParameter"},
		{"list as JSON", set("DateList.1", `["202611"]`), 400, "IllegalParameter"},
		{"no such month", set("DateList.1", "202613"), 400, "IllegalParameter"},
		{"seven months", func(p url.Values) {
			for i := range 7 {
				p.Set("DateList."+string(rune('1'+i)), "202611")
			}
		}, 400, "IllegalParameter"},
		{"no card", del("Iccid"), 400, "linkcard.check.IccidCanNotEmpty"},
		{"unknown card", set("Iccid", "89860321000000015668"), 400, "linkcard.common.CardNotExist"},
	})
}

func refuse(t *testing.T, tests []change) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, c := setup(t, aliyuntest.Options{})
			p := c.params("GetCardFlowInfo", "Iccid", s.ICCID(0))
			test.apply(p)
			got := c.send(t, c.request(t, http.MethodGet, "?"+signed(http.MethodGet, p).Encode(), ""))
			if got.status != test.status || got.code(t) != test.code {
				t.Errorf("call = %d %s, want %d %s\n%s", got.status, got.code(t), test.status, test.code, got.body)
			}
		})
	}
}

// TestForm has requests that the gateway takes and those that it does not.
func TestForm(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	query := func(method string) string {
		return signed(method, c.params("GetCardFlowInfo", "Iccid", s.ICCID(0))).Encode()
	}
	split := signed(http.MethodPost, c.params("ConversionData", "ConversionRate", "0.53"))
	split.Del("ConversionRate")
	json := c.request(t, http.MethodPost, "?"+query(http.MethodPost), "{}")
	json.Header.Set("Content-Type", "application/json")
	tests := []struct {
		name string
		r    *http.Request
		want string
	}{
		{"POST with a query", c.request(t, http.MethodPost, "?"+query(http.MethodPost), ""), "200"},
		{"POST with a form", c.request(t, http.MethodPost, "", query(http.MethodPost)), "200"},
		{"query and form are signed together", c.request(t, http.MethodPost, "?"+split.Encode(), "ConversionRate=0.53"), "OK"},
		{"form changed after signing", c.request(t, http.MethodPost, "?"+split.Encode(), "ConversionRate=0.54"), "SignatureDoesNotMatch"},
		{"signed for another method", c.request(t, http.MethodPost, "?"+query(http.MethodGet), ""), "SignatureDoesNotMatch"},
		{"no signature", c.request(t, http.MethodGet, "?"+c.params("ListCardInfo").Encode(), ""), "MissingSignature"},
		{"same parameter again", c.request(t, http.MethodGet, "?"+query(http.MethodGet)+"&Iccid=1", ""), "InvalidParameter"},
		{"same parameter in the form", c.request(t, http.MethodPost, "?"+query(http.MethodPost), "Iccid=1"), "InvalidParameter"},
		{"body of another type", json, "InvalidParameter"},
		{"GET with a body", c.request(t, http.MethodGet, "?"+query(http.MethodGet), "a=b"), "InvalidParameter"},
		{"bad escape", c.request(t, http.MethodPost, "?"+query(http.MethodPost), "a=%zz"), "InvalidParameter"},
		{"large body", c.request(t, http.MethodPost, "?"+query(http.MethodPost), strings.Repeat("x", 2<<20)), "InvalidParameter"},
		{"other path", c.request(t, http.MethodGet, "/v1?"+query(http.MethodGet), ""), "InvalidApi.NotFound"},
		{"other method", c.request(t, http.MethodPut, "?"+query(http.MethodPut), ""), "UnsupportedHTTPMethod"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := c.send(t, test.r); got.code(t) != test.want {
				t.Errorf("call = %s, want %s\n%s", got.code(t), test.want, got.body)
			}
		})
	}
}

// TestErrorBody looks at a refusal in both formats; without Format it is XML.
func TestErrorBody(t *testing.T) {
	t.Parallel()
	_, c := setup(t, aliyuntest.Options{})
	type fields struct {
		XMLName                  xml.Name `json:"-"`
		Code, Message, Recommend string

		RequestID string `json:"RequestId" xml:"RequestId"`
		HostID    string `json:"HostId"    xml:"HostId"`
	}
	p := c.params("GetCardFlowInfo", "Iccid", "1", "Signature", "wrong")
	asJSON := c.send(t, c.request(t, http.MethodGet, "?"+p.Encode(), ""))
	got := decode[fields](t, asJSON.body)
	wantText := "server string to sign is:GET&%2F&AccessKeyId%3Dtestid%26Action%3DGetCardFlowInfo%26"
	if got.Code != "SignatureDoesNotMatch" || got.HostID != "linkcard.aliyuncs.com" || !strings.Contains(got.Message, wantText) || got.Recommend == "" {
		t.Errorf("JSON error = %+v", got)
	}
	if id := asJSON.header.Get("X-Acs-Request-Id"); id != got.RequestID || len(id) != 36 || strings.ToUpper(id) != id {
		t.Errorf("request id = %q in the header, %q in the body", id, got.RequestID)
	}
	p.Del("Format")
	asXML := c.send(t, c.request(t, http.MethodGet, "?"+p.Encode(), ""))
	got = fields{}
	if err := xml.Unmarshal([]byte(asXML.body), &got); err != nil || got.XMLName.Local != "Error" || got.Code != "SignatureDoesNotMatch" {
		t.Errorf("XML error = %+v, %v\n%s", got, err, asXML.body)
	}
	p.Set("Format", "YAML")
	if other := c.send(t, c.request(t, http.MethodGet, "?"+p.Encode(), "")); !strings.Contains(other.body, "<Code>InvalidFormat</Code>") {
		t.Errorf("answer in an unknown format = %s", other.body)
	}
}

func TestSecurityToken(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{SecurityToken: "sts"})
	for token, want := range map[string]string{
		"sts": "200", "": "MissingSecurityToken", "other": "InvalidSecurityToken.MismatchWithAccessKey",
	} {
		c.token = token
		if got := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(0)); got.code(t) != want {
			t.Errorf("call with token %q = %s, want %s", token, got.code(t), want)
		}
	}
	for _, call := range s.Calls("") {
		if call.Params.Has("SecurityToken") || call.Params.Has("Signature") || call.Params.Has("AccessKeyId") {
			t.Errorf("Calls keeps a credential: %v", call.Params)
		}
	}
}

// TestNonce replays a call: it is refused for 15 minutes, and a wrong signature
// takes no nonce.
func TestNonce(t *testing.T) {
	t.Parallel()
	now := noon
	s, c := setup(t, aliyuntest.Options{Now: func() time.Time { return now }})
	call := func(secret string) string {
		p := c.params("GetCardFlowInfo", "Iccid", s.ICCID(0), "SignatureNonce", "once")
		p.Set("Signature", aliyuntest.Sign(http.MethodGet, p, secret))
		return c.send(t, c.request(t, http.MethodGet, "?"+p.Encode(), "")).code(t)
	}
	steps := []struct {
		after  time.Duration
		secret string
		want   string
	}{
		{0, "wrong", "SignatureDoesNotMatch"},
		{0, "testsecret", "200"},
		{0, "testsecret", "SignatureNonceUsed"},
		{15 * time.Minute, "testsecret", "SignatureNonceUsed"},
		{15*time.Minute + time.Second, "testsecret", "200"},
	}
	for _, step := range steps {
		now = noon.Add(step.after)
		if got := call(step.secret); got != step.want {
			t.Errorf("nonce after %v with %s = %s, want %s", step.after, step.secret, got, step.want)
		}
	}
}
