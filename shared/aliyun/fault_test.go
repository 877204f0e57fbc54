package aliyun_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
)

// secretKeys are temporary, so that there is a token to leak as well.
var secretKeys = credential.Credentials{AccessKeyID: "STS.key-id", AccessKeySecret: "key-secret", SecurityToken: "key-token"}

// services are the two that the client calls, by one action each.
var services = map[string]func(ctx context.Context, api *aliyun.Client, cloud *aliyuntest.Server) error{
	"linkcard": func(ctx context.Context, api *aliyun.Client, cloud *aliyuntest.Server) error {
		_, err := linkcard.New(api).GetCardFlowInfo(ctx, linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))})
		return err
	},
	"dysms": func(ctx context.Context, api *aliyun.Client, _ *aliyuntest.Server) error {
		_, err := dysms.New(api).ConversionData(ctx, dysms.ConversionDataRequest{Rate: 0.53, ReportTime: time.Now()})
		return err
	},
}

// faults is the table: what goes wrong, and what the client makes of it.
var faults = []struct {
	name  string
	fault aliyuntest.Fault
	// mended says that the caller does not see a fault that strikes once.
	mended bool
	// kind, code and attempts are what the caller sees when it lasts.
	kind     aliyun.Kind
	code     string
	attempts int
}{
	{"throttled", aliyuntest.Fault{Kind: aliyuntest.Throttle}, true, aliyun.Throttled, "Throttling.User", 4},
	{"throttled with a hint", aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: 3 * time.Second}, true, aliyun.Throttled, "Throttling.User", 4},
	{"internal error", aliyuntest.Fault{Kind: aliyuntest.Status500}, true, aliyun.Unavailable, "InternalError", 4},
	{"a proxy's page", aliyuntest.Fault{Kind: aliyuntest.HTML502}, true, aliyun.Unavailable, "", 4},
	{"unavailable", aliyuntest.Fault{Kind: aliyuntest.Unavailable503}, true, aliyun.Unavailable, "ServiceUnavailable", 4},
	{"numeric code", aliyuntest.Fault{Kind: aliyuntest.NumericCode}, true, aliyun.Unavailable, "503", 4},
	{"lower-case keys", aliyuntest.Fault{Kind: aliyuntest.LowerKeys}, true, aliyun.Unavailable, "ServiceUnavailable", 4},
	{"reset before the answer", aliyuntest.Fault{Kind: aliyuntest.Reset}, true, aliyun.Unavailable, "", 4},
	{"reset within the body", aliyuntest.Fault{Kind: aliyuntest.ResetBody}, true, aliyun.Unavailable, "", 4},
	{"body shorter than its length", aliyuntest.Fault{Kind: aliyuntest.WrongLength}, true, aliyun.Unavailable, "", 4},
	{"half a body that passes for whole", aliyuntest.Fault{Kind: aliyuntest.Truncated}, true, aliyun.Unavailable, "", 4},
	{"slow header", aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute}, true, aliyun.Timeout, "", 4},
	{"slow body", aliyuntest.Fault{Kind: aliyuntest.SlowBody, Delay: time.Minute}, true, aliyun.Timeout, "", 4},
	{"repeated nonce", aliyuntest.Fault{Kind: aliyuntest.NonceUsed}, true, aliyun.Stale, "SignatureNonceUsed", 4},
	{"expired token", aliyuntest.Fault{Kind: aliyuntest.ExpiredToken}, false, aliyun.Expired, "InvalidSecurityToken.Expired", 1},
	{"redirect", aliyuntest.Fault{Kind: aliyuntest.RedirectTo}, false, aliyun.Unexpected, "", 1},
	{"ten megabytes", aliyuntest.Fault{Kind: aliyuntest.Huge}, false, aliyun.Unexpected, "", 1},
}

// bench is a client of a fake, and everything it lets people see.
type bench struct {
	api   *aliyun.Client
	cloud *aliyuntest.Server
	seen  *strings.Builder
	tried []aliyun.Attempt
}

func newBench(t *testing.T, edit func(*aliyun.Config)) *bench {
	t.Helper()
	b := &bench{seen: &strings.Builder{}, cloud: aliyuntest.New(aliyuntest.Options{
		AccessKeyID: secretKeys.AccessKeyID, AccessKeySecret: secretKeys.AccessKeySecret, SecurityToken: secretKeys.SecurityToken,
	})}
	config := aliyun.Config{
		Endpoint:    "https://cloud.example",
		Credentials: secretKeys,
		Quota:       quota.NewLocal(20),
		HTTPClient: &http.Client{
			Transport:     b.cloud.Transport(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		Observe: func(a aliyun.Attempt) { b.tried = append(b.tried, a) },
		Logger:  logging.New(b.seen, logging.Everything),
	}
	if edit != nil {
		edit(&config)
	}
	api, err := aliyun.New(config)
	if err != nil {
		t.Fatal(err)
	}
	b.api = api
	return b
}

// shows keeps what a person may see of err.
func (b *bench) shows(err error) {
	fmt.Fprintf(b.seen, "%v %+v %#v", err, err, err)
	if failure, ok := errors.AsType[*aliyun.Error](err); ok {
		fmt.Fprintf(b.seen, "%+v %v", *failure, failure.Err)
	}
}

// leaksNothing checks all of it.
func (b *bench) leaksNothing(t *testing.T) {
	t.Helper()
	secrets := []string{
		secretKeys.AccessKeyID, secretKeys.AccessKeySecret, secretKeys.SecurityToken, "Signature=", "AccessKeyId", b.cloud.ICCID(0),
	}
	for _, secret := range secrets {
		if strings.Contains(b.seen.String(), secret) {
			t.Errorf("%q can be seen in %s", secret, b.seen)
		}
	}
}

// TestFaults strikes every service with every fault, once and for good.
func TestFaults(t *testing.T) {
	t.Parallel()
	for service, call := range services {
		for _, tt := range faults {
			t.Run(service+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := newBench(t, nil)
					b.cloud.Inject(tt.fault)
					if err := call(t.Context(), b.api, b.cloud); (err == nil) != tt.mended {
						t.Errorf("one fault: %v, want it mended: %v", err, tt.mended)
					}
					b.cloud.ClearFaults()
					tt.fault.Count = -1
					b.cloud.Inject(tt.fault)
					err := call(t.Context(), b.api, b.cloud)
					failure, ok := errors.AsType[*aliyun.Error](err)
					if !ok || failure.Kind != tt.kind || failure.Code != tt.code || failure.Attempts != tt.attempts {
						t.Errorf("lasting fault: %v (%+v), want %v %q after %d attempts", err, failure, tt.kind, tt.code, tt.attempts)
					}
					b.shows(err)
					b.leaksNothing(t)
				})
			})
		}
		t.Run(service+" XML instead of JSON", func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.XMLInstead})
			if err := call(t.Context(), b.api, b.cloud); err != nil || len(b.tried) != 1 {
				t.Errorf("an XML answer = %v after %d attempts, want it read at once", err, len(b.tried))
			}
		})
		t.Run(service+" clock off", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { clockOff(t, call) })
		})
	}
}

// clockOff has the service 20 minutes ahead: the first call learns it, the next
// knows it.
func clockOff(t *testing.T, call func(context.Context, *aliyun.Client, *aliyuntest.Server) error) {
	t.Helper()
	cloud := aliyuntest.New(aliyuntest.Options{Now: func() time.Time { return time.Now().Add(20 * time.Minute) }})
	b := newBench(t, func(c *aliyun.Config) {
		c.Credentials, c.HTTPClient = keys, &http.Client{Transport: cloud.Transport()}
	})
	for i, want := range []int{2, 1} {
		b.tried = nil
		if err := call(t.Context(), b.api, cloud); err != nil || len(b.tried) != want {
			t.Errorf("call %d = %v after %d attempts, want %d", i+1, err, len(b.tried), want)
		}
	}
}

// renewed gives other credentials the second time it is asked.
type renewed struct{ asked int }

func (r *renewed) Credentials(context.Context) (credential.Credentials, error) {
	r.asked++
	if r.asked == 1 {
		return credential.Credentials{AccessKeyID: secretKeys.AccessKeyID, AccessKeySecret: "old", SecurityToken: "old"}, nil
	}
	return secretKeys, nil
}

func TestExpiredTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first := true
		b := newBench(t, func(c *aliyun.Config) {
			c.Credentials = &renewed{}
			inner := c.HTTPClient.Transport
			c.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				if first {
					first = false
					return answer(http.StatusBadRequest, `{"Code":"InvalidSecurityToken.Expired","RequestId":"1"}`), nil
				}
				return inner.RoundTrip(r)
			})}
		})
		if err := services["linkcard"](t.Context(), b.api, b.cloud); err != nil || len(b.tried) != 2 {
			t.Errorf("call with a token that was renewed = %v after %d attempts, want success after 2", err, len(b.tried))
		}
	})
}

// TestAttemptsAreObserved wants what the counters are made of.
func TestAttemptsAreObserved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute})
		if err := services["linkcard"](t.Context(), b.api, b.cloud); err != nil {
			t.Fatal(err)
		}
		slow, fine := b.tried[0], b.tried[1]
		if slow.Number != 1 || slow.Took != 7*time.Second || slow.Failure == nil || slow.Failure.Kind != aliyun.Timeout {
			t.Errorf("first attempt %+v, want a timeout after 7s", slow)
		}
		if fine.Number != 2 || fine.Failure != nil || fine.Action != "GetCardFlowInfo" {
			t.Errorf("second attempt %+v, want a success", fine)
		}
		log := b.seen.String()
		for _, want := range []string{`"level":"WARN"`, `"level":"DEBUG"`, `"attempt":2`, `"took_ms":7000`, `"iccid":"` + card.ICCID(b.cloud.ICCID(0)).Masked()} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %s:\n%s", want, log)
			}
		}
	})
}
