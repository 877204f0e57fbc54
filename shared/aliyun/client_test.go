package aliyun_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
)

var keys = credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"}

// roundTripper answers requests in process.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// leaksNothing checks texts that people may see.
func leaksNothing(t *testing.T, cloud *aliyuntest.Server, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, secret := range []string{keys.AccessKeyID, keys.AccessKeySecret, "Signature=", cloud.ICCID(0)} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is visible in %s", secret, text)
			}
		}
	}
}

// setup returns a client of a fake, in process, and what the client logs.
func setup(t *testing.T, o aliyuntest.Options, edit func(*aliyun.Config)) (*linkcard.Client, *aliyuntest.Server, *strings.Builder) {
	t.Helper()
	cloud := aliyuntest.New(o)
	var log strings.Builder
	config := aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: keys,
		Quota:       quota.NewLocal(20),
		HTTPClient: &http.Client{
			Transport:     cloud.Transport(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		Logger: logging.New(&log, nil),
	}
	if edit != nil {
		edit(&config)
	}
	api, err := aliyun.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return linkcard.New(api), cloud, &log
}

func lookup(ctx context.Context, client *linkcard.Client, cloud *aliyuntest.Server) error {
	_, err := client.GetCardFlowInfo(ctx, linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))})
	return err
}

// listener is a quota that takes note of what it hears of answers.
type listener struct {
	*quota.Local
	took []time.Duration
}

func (l *listener) Answered(_ string, took time.Duration) { l.took = append(l.took, took) }

// TestQuotaHearsHowLongAnswersTake has one call time out, and then one answered.
func TestQuotaHearsHowLongAnswersTake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		permits := &listener{Local: quota.NewLocal(20)}
		client, cloud, _ := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) { c.Quota = permits })
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute})
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 300 * time.Millisecond})
		if err := lookup(t.Context(), client, cloud); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]time.Duration{300 * time.Millisecond}, permits.took); diff != "" {
			t.Errorf("times of answers (-want +got):\n%s", diff)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*aliyun.Config)
		card string
		kind aliyun.Kind
	}{
		{"unknown card", nil, "89860300000000000000", aliyun.NotFound},
		{"wrong secret", func(c *aliyun.Config) {
			c.Credentials = credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "wrong"}
		}, "", aliyun.Denied},
		{"wrong key", func(c *aliyun.Config) {
			c.Credentials = credential.Credentials{AccessKeyID: "who", AccessKeySecret: "testsecret"}
		}, "", aliyun.Denied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, cloud, log := setup(t, aliyuntest.Options{}, tt.edit)
			id := tt.card
			if id == "" {
				id = cloud.ICCID(0)
			}
			_, err := client.GetCardFlowInfo(t.Context(), linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(id)})
			failure, ok := errors.AsType[*aliyun.Error](err)
			if !ok || failure.Kind != tt.kind || failure.Attempts != 1 || failure.RequestID == "" {
				t.Fatalf("error = %v, want %v after 1 attempt with a request id", err, tt.kind)
			}
			leaksNothing(t, cloud, err.Error(), log.String())
		})
	}
}

func TestDestroyedCardIsRefusedOnStatus200(t *testing.T) {
	t.Parallel()
	client, cloud, _ := setup(t, aliyuntest.Options{}, nil)
	cloud.SetCard(cloud.ICCID(0), func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusDestroyed })
	err := lookup(t.Context(), client, cloud)
	failure, ok := errors.AsType[*aliyun.Error](err)
	if !ok || failure.Status != http.StatusOK || failure.Kind != aliyun.NotFound {
		t.Errorf("error = %v, want not found on status 200", err)
	}
}

func TestEveryAttemptWaitsForQuotaAndIsSignedAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, cloud, _ := setup(t, aliyuntest.Options{}, nil)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Status500, Count: 3})
		if err := lookup(t.Context(), client, cloud); err != nil {
			t.Fatal(err)
		}
		calls := cloud.Calls("GetCardFlowInfo")
		nonces := make(map[string]bool)
		for i, call := range calls {
			nonces[call.Params.Get("SignatureNonce")] = true
			if i > 0 && call.At.Sub(calls[i-1].At) < time.Second/20 {
				t.Errorf("attempt %d came %v after the one before it, faster than the quota", i+1, call.At.Sub(calls[i-1].At))
			}
		}
		if len(calls) != 4 || len(nonces) != 4 {
			t.Errorf("%d attempts with %d nonces, want 4 and 4", len(calls), len(nonces))
		}
	})
}

// TestOnce tries a call once where the service fails, and again where it was
// throttled.
func TestOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, cloud, _ := setup(t, aliyuntest.Options{}, nil)
		for kind, want := range map[aliyuntest.Kind]int{aliyuntest.Status500: 1, aliyuntest.Throttle: 2} {
			before := len(cloud.Calls("GetCardFlowInfo"))
			cloud.Inject(aliyuntest.Fault{Kind: kind})
			err := lookup(aliyun.Once(t.Context()), client, cloud)
			if n := len(cloud.Calls("GetCardFlowInfo")) - before; n != want || (err == nil) != (want == 2) {
				t.Errorf("%s: %d attempts and %v, want %d", kind, n, err, want)
			}
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, cloud, _ := setup(t, aliyuntest.Options{}, nil)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: 3 * time.Second})
		start := time.Now()
		if err := lookup(t.Context(), client, cloud); err != nil || time.Since(start) < 3*time.Second {
			t.Errorf("call = %v after %v, want success after 3s", err, time.Since(start))
		}
	})
}

func TestNoAttemptPastTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, cloud, _ := setup(t, aliyuntest.Options{}, nil)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: 3 * time.Second, Count: -1})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		err := lookup(ctx, client, cloud)
		failure, ok := errors.AsType[*aliyun.Error](err)
		if !ok || failure.Kind != aliyun.Throttled || failure.RetryAfter != 3*time.Second || time.Since(start) > time.Millisecond {
			t.Errorf("call = %v after %v, want Throttled at once: the next attempt could not end in time", err, time.Since(start))
		}
	})
}

func TestDeadlineDuringAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, cloud, _ := setup(t, aliyuntest.Options{}, nil)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute, Count: -1})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		err := lookup(ctx, client, cloud)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("call = %v after %v, want DeadlineExceeded after 2s", err, time.Since(start))
		}
	})
}

func TestQuotaError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, cloud, _ := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) { c.Quota = quota.NewLocal(0.1) })
		if err := lookup(t.Context(), client, cloud); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, ok := errors.AsType[*quota.ExhaustedError](lookup(ctx, client, cloud)); !ok {
			t.Error("a call that the quota has no permit for is not an ExhaustedError")
		}
		if n := len(cloud.Calls("")); n != 1 {
			t.Errorf("%d calls were sent, want 1", n)
		}
	})
}

func TestMissingCredentials(t *testing.T) {
	t.Parallel()
	var tried []aliyun.Attempt
	client, cloud, log := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) {
		c.Credentials = credential.Invocation{}
		c.Observe = func(a aliyun.Attempt) { tried = append(tried, a) }
	})
	err := lookup(t.Context(), client, cloud)
	failure, ok := errors.AsType[*aliyun.Error](err)
	if !ok || failure.Kind != aliyun.Denied || failure.Attempts != 0 || !errors.Is(err, credential.ErrMissing) {
		t.Errorf("call without credentials = %v, want Denied for ErrMissing, after no attempt", err)
	}
	for _, todo := range []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "role"} {
		if !strings.Contains(err.Error(), todo) || !strings.Contains(log.String(), todo) {
			t.Errorf("%v, and in the log %s: want what to do: %s", err, log, todo)
		}
	}
	if len(tried) != 1 || tried[0].Made() {
		t.Errorf("attempts %+v, want one that was not made", tried)
	}
}

func TestInvocationCredentialsSign(t *testing.T) {
	t.Parallel()
	client, cloud, _ := setup(t, aliyuntest.Options{AccessKeyID: "STS.id", AccessKeySecret: "sts", SecurityToken: "token+/="},
		func(c *aliyun.Config) { c.Credentials = credential.Invocation{Fallback: keys} })
	if err := lookup(t.Context(), client, cloud); err == nil {
		t.Error("the fallback's key was accepted, want it refused")
	}
	ctx := credential.NewContext(t.Context(), credential.Credentials{AccessKeyID: "STS.id", AccessKeySecret: "sts", SecurityToken: "token+/="})
	if err := lookup(ctx, client, cloud); err != nil {
		t.Errorf("call with the invocation's credentials = %v, want nil", err)
	}
}

// TestOverTheNetwork uses the client's own transport: connections are kept, and
// the error of one that cannot be made holds no URL.
func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	server := httptest.NewServer(cloud)
	defer server.Close()
	own := func(c *aliyun.Config) { c.Endpoint, c.HTTPClient, c.MaxAttempts = server.URL, nil, 2 }
	client, _, log := setup(t, aliyuntest.Options{}, own)
	for range 3 {
		if err := lookup(t.Context(), client, cloud); err != nil {
			t.Fatal(err)
		}
	}
	cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.RedirectTo, Location: "/elsewhere"})
	err := lookup(t.Context(), client, cloud)
	if failure, ok := errors.AsType[*aliyun.Error](err); !ok || failure.Status != http.StatusFound {
		t.Errorf("redirect = %v, want it not followed", err)
	}
	server.Close()
	err = lookup(t.Context(), client, cloud)
	if failure, ok := errors.AsType[*aliyun.Error](err); !ok || failure.Kind != aliyun.Unavailable || failure.Attempts != 2 {
		t.Errorf("refused connection = %v, want unavailable after 2 attempts", err)
	}
	leaksNothing(t, cloud, err.Error(), log.String())
}

func TestNewRefusesHalfAConfig(t *testing.T) {
	t.Parallel()
	whole := aliyun.Config{Endpoint: "https://linkcard.aliyuncs.com", Credentials: keys, Quota: quota.NewLocal(1)}
	if _, err := aliyun.New(whole); err != nil {
		t.Errorf("New(%+v) = %v, want nil", whole, err)
	}
	for name, edit := range map[string]func(*aliyun.Config){
		"endpoint":    func(c *aliyun.Config) { c.Endpoint = "linkcard" },
		"credentials": func(c *aliyun.Config) { c.Credentials = nil },
		"quota":       func(c *aliyun.Config) { c.Quota = nil },
	} {
		config := whole
		edit(&config)
		if _, err := aliyun.New(config); err == nil {
			t.Errorf("New without a good %s = nil, want an error", name)
		}
	}
}
