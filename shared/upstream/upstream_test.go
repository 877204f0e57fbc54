package upstream_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/upstream"
)

func settings(endpoint string) upstream.Settings {
	return upstream.Settings{
		Endpoint:  config.Endpoint(endpoint),
		PerSecond: 20,
		Account:   config.Account{AccessKeyID: "testid", AccessKeySecret: "testsecret", Region: "ap-southeast-1"},
		Meter:     metric.New(),
		Logger:    slog.New(slog.DiscardHandler),
	}
}

// TestOpen wants the client signed by the configured pair, with the region, and
// each attempt counted.
func TestOpen(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	server := httptest.NewServer(cloud)
	defer server.Close()
	s := settings(server.URL)
	service, err := upstream.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Status500})
	request := linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))}
	if _, err := linkcard.New(service.Client).GetCardFlowInfo(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if got := cloud.Calls("")[0].Params.Get("RegionId"); got != "ap-southeast-1" {
		t.Errorf("RegionId = %q, want ap-southeast-1", got)
	}
	var counts strings.Builder
	s.Meter.WritePrometheus(&counts)
	for _, want := range []string{
		`signalbox_upstream_call_duration_seconds_count{action="GetCardFlowInfo",outcome="ok"} 1`,
		`signalbox_upstream_call_duration_seconds_count{action="GetCardFlowInfo",outcome="unavailable"} 1`,
		`signalbox_upstream_retries_total{action="GetCardFlowInfo"} 1`,
		`signalbox_quota_wait_seconds_count{action="GetCardFlowInfo"} 2`,
		`signalbox_quota_permits_per_second{action="GetCardFlowInfo"} 19.9`,
		`signalbox_upstream_circuit_breaker_open{action="GetCardFlowInfo"} 0`,
	} {
		if !strings.Contains(counts.String(), want+"\n") {
			t.Errorf("the meter lacks %s:\n%s", want, counts.String())
		}
	}
}

func TestOpenPrefersTheInvocationsCredentials(t *testing.T) {
	t.Parallel()
	role := credential.Credentials{AccessKeyID: "STS.id", AccessKeySecret: "sts", SecurityToken: "token"}
	cloud := aliyuntest.New(aliyuntest.Options{
		AccessKeyID: role.AccessKeyID, AccessKeySecret: role.AccessKeySecret, SecurityToken: role.SecurityToken,
	})
	server := httptest.NewServer(cloud)
	defer server.Close()
	service, err := upstream.Open(settings(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	request := linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))}
	if _, err := linkcard.New(service.Client).GetCardFlowInfo(t.Context(), request); err == nil {
		t.Error("the configured pair was accepted, want it refused")
	}
	if _, err := linkcard.New(service.Client).GetCardFlowInfo(credential.NewContext(t.Context(), role), request); err != nil {
		t.Errorf("call with the invocation's credentials = %v, want nil", err)
	}
}

// TestReadyWithoutCredentials is on Function Compute, where a role brings credentials
// and a question whether the process is well brings none.
func TestReadyWithoutCredentials(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	server := httptest.NewServer(cloud)
	defer server.Close()
	s := settings(server.URL)
	s.Account = config.Account{FunctionCompute: "signalbox-cardflow"}
	service, err := upstream.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	role := credential.NewContext(t.Context(), credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"})
	lookUp := func(ctx context.Context) error {
		_, err := linkcard.New(service.Client).GetCardFlowInfo(ctx, linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))})
		return err
	}
	ready := func(when string, ctx context.Context, want int) {
		got := service.Ready(ctx)
		if len(got) != want {
			t.Errorf("Ready %s = %+v, want %d parts", when, got, want)
		}
		if want == 1 && (got[0].Part != "credentials" || !strings.Contains(got[0].Action, "give the function a role")) {
			t.Errorf("Ready %s = %+v, want the credentials and what to do", when, got)
		}
	}
	ready("before any call", t.Context(), 0)
	if failure, ok := errors.AsType[*aliyun.Error](lookUp(t.Context())); !ok || failure.Kind != aliyun.Denied {
		t.Errorf("a call without a role = %v, want denied", failure)
	}
	ready("after a call without a role", t.Context(), 1)
	ready("in an invocation with one", role, 0)
	if err := lookUp(role); err != nil {
		t.Error(err)
	}
	ready("after a call with one", t.Context(), 0)
	var counts strings.Builder
	s.Meter.WritePrometheus(&counts)
	if want := `signalbox_upstream_call_duration_seconds_count{action="GetCardFlowInfo",outcome="ok"} 1`; !strings.Contains(counts.String(), want+"\n") {
		t.Errorf("the meter lacks %s, since one call was not made:\n%s", want, counts.String())
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	noRedis, noEndpoint := settings("https://linkcard.aliyuncs.com"), settings("")
	noRedis.Quota.RedisURL = config.RedisURL{Secret: "redis://:sealed@host:port"}
	for name, s := range map[string]upstream.Settings{"a wrong Redis": noRedis, "no endpoint": noEndpoint} {
		if _, err := upstream.Open(s); err == nil || strings.Contains(err.Error(), "sealed") {
			t.Errorf("Open with %s = %v, want an error without the password", name, err)
		}
	}
}
