package aliyuntest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// struck is what a client sees of one fault.
type struck struct {
	fault  aliyuntest.Fault
	status int
	err    error
	body   string // a part of the body
	code   string // in Calls
}

// TestFaults strikes one call with each kind, over a socket and in process: both
// ways the client sees the same.
func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struck{
		{aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: 1500 * time.Millisecond}, 400, nil, `"Code":"Throttling.User"`, "Throttling.User"},
		{aliyuntest.Fault{Kind: aliyuntest.Status500}, 500, nil, `"Code":"InternalError"`, "InternalError"},
		{aliyuntest.Fault{Kind: aliyuntest.Unavailable503}, 503, nil, `"Code":"ServiceUnavailable"`, "ServiceUnavailable"},
		{aliyuntest.Fault{Kind: aliyuntest.HTML502}, 502, nil, "<html>", "HTML502"},
		{aliyuntest.Fault{Kind: aliyuntest.NumericCode}, 503, nil, `"Code":503`, "NumericCode"},
		{aliyuntest.Fault{Kind: aliyuntest.RedirectTo}, 302, nil, "", "RedirectTo"},
		{aliyuntest.Fault{Kind: aliyuntest.Huge}, 200, nil, `xxxx"}`, "Huge"},
		{aliyuntest.Fault{Kind: aliyuntest.ExpiredToken}, 400, nil, `"Code":"InvalidSecurityToken.Expired"`, "InvalidSecurityToken.Expired"},
		{aliyuntest.Fault{Kind: aliyuntest.NonceUsed}, 400, nil, `"Code":"SignatureNonceUsed"`, "SignatureNonceUsed"},
		{aliyuntest.Fault{Kind: aliyuntest.LowerKeys}, 503, nil, `"code":"ServiceUnavailable"`, "LowerKeys"},
		{aliyuntest.Fault{Kind: aliyuntest.Reset}, 0, io.EOF, "", "Reset"},
		{aliyuntest.Fault{Kind: aliyuntest.ResetBody}, 200, io.ErrUnexpectedEOF, `"Code":"200"`, "OK"},
		{aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Millisecond}, 200, nil, `"Code":"200"`, "OK"},
		{aliyuntest.Fault{Kind: aliyuntest.SlowBody, Delay: time.Millisecond}, 200, nil, `"Code":"200"`, "OK"},
		{aliyuntest.Fault{Kind: aliyuntest.Truncated}, 200, nil, `"Code":"200"`, "OK"},
		{aliyuntest.Fault{Kind: aliyuntest.WrongLength}, 200, io.ErrUnexpectedEOF, `"Code":"200"`, "OK"},
		{aliyuntest.Fault{Kind: aliyuntest.XMLInstead}, 200, nil, "<GetCardFlowInfoResponse>", "OK"},
	}
	for _, test := range tests {
		for _, way := range []string{"socket", "in process"} {
			t.Run(string(test.fault.Kind)+" "+way, func(t *testing.T) {
				t.Parallel()
				checkFault(t, test, way == "socket")
			})
		}
	}
}

func checkFault(t *testing.T, test struck, socket bool) {
	t.Helper()
	s, c := setup(t, aliyuntest.Options{})
	if socket {
		overSocket(t, s, c)
	}
	c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.Inject(test.fault)
	p := signed(http.MethodPost, c.params("GetCardFlowInfo", "Iccid", s.ICCID(0)))
	got, err := c.try(c.request(t, http.MethodPost, "", p.Encode()))
	if !errors.Is(err, test.err) || got.status != test.status || !strings.Contains(got.body, test.body) {
		t.Errorf("call = %d, %v, want %d, %v, with %s\n%.300s", got.status, err, test.status, test.err, test.body, got.body)
	}
	if calls := s.Calls("GetCardFlowInfo"); calls[0].Code != test.code {
		t.Errorf("outcome = %q, want %q", calls[0].Code, test.code)
	}
	checkExtras(t, test.fault.Kind, got)
	if after := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(0)); after.code(t) != "200" {
		t.Errorf("the next call = %s, want no fault", after.body)
	}
}

func overSocket(t *testing.T, s *aliyuntest.Server, c *caller) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c.base, c.client = server.URL+"/", server.Client()
}

// checkExtras looks at what the table of TestFaults has no column for.
func checkExtras(t *testing.T, kind aliyuntest.Kind, got reply) {
	t.Helper()
	retryAfter, location := "", ""
	switch kind {
	case aliyuntest.Throttle:
		retryAfter = "1500"
	case aliyuntest.RedirectTo:
		location = "/moved"
	case aliyuntest.Huge:
		if len(got.body) < 10<<20 {
			t.Errorf("huge body has %d bytes", len(got.body))
		}
	case aliyuntest.Truncated:
		if json.Valid([]byte(got.body)) {
			t.Errorf("truncated body is whole: %s", got.body)
		}
	case aliyuntest.Slow, aliyuntest.SlowBody:
		decode[cardFlow](t, got.body)
	default:
	}
	if a, b := got.header.Get("X-Acs-Retry-After"), got.header.Get("Location"); a != retryAfter || b != location {
		t.Errorf("headers = %q, %q, want %q, %q", a, b, retryAfter, location)
	}
}

// TestFaultCount says which calls are struck: those of the action, as often as
// asked, in the order of injection, and none that is refused anyway.
func TestFaultCount(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	s.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.Status500})
	s.Inject(aliyuntest.Fault{Kind: aliyuntest.Throttle, Count: 2})
	s.Inject(aliyuntest.Fault{Action: "ConversionData", Kind: aliyuntest.Unavailable503, Count: -1})
	var got []string
	unsigned := c.params("ConversionData", "Signature", "wrong")
	got = append(got, c.send(t, c.request(t, http.MethodGet, "?"+unsigned.Encode(), "")).code(t))
	for range 4 {
		got = append(got, c.get(t, "ConversionData", "ConversionRate", "1").code(t))
	}
	got = append(got, c.get(t, "ListCardInfo", "PageNo", "1", "PageSize", "10").code(t))
	s.ClearFaults()
	got = append(got, c.get(t, "ConversionData", "ConversionRate", "1").code(t))
	want := []string{
		"SignatureDoesNotMatch", "Throttling.User", "Throttling.User", "ServiceUnavailable", "ServiceUnavailable", "InternalError", "OK",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if n := len(s.Conversions()); n != 1 {
		t.Errorf("%d conversions, want 1: a fault serves nothing", n)
	}
}

// TestSlowEnds leaves a slow answer, before it begins and half-way through.
func TestSlowEnds(t *testing.T) {
	t.Parallel()
	for _, kind := range []aliyuntest.Kind{aliyuntest.Slow, aliyuntest.SlowBody} {
		synctest.Test(t, func(t *testing.T) {
			s, c := setup(t, aliyuntest.Options{Now: time.Now})
			s.Inject(aliyuntest.Fault{Kind: kind, Delay: time.Hour})
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			start, p := time.Now(), signed(http.MethodGet, c.params("GetCardFlowInfo", "Iccid", s.ICCID(0)))
			_, err := c.try(c.request(t, http.MethodGet, "?"+p.Encode(), "").WithContext(ctx))
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 2*time.Second {
				t.Errorf("%s = %v after %v, want the deadline after 2s", kind, err, took)
			}
		})
	}
}

func TestInjectUnknownKind(t *testing.T) {
	t.Parallel()
	s, _ := setup(t, aliyuntest.Options{})
	defer func() {
		if recover() == nil {
			t.Error("Inject of an unknown kind did not panic")
		}
	}()
	s.Inject(aliyuntest.Fault{Kind: "typo"})
}
