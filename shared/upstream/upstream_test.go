package upstream_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

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
	api, err := upstream.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Status500})
	request := linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))}
	if _, err := linkcard.New(api).GetCardFlowInfo(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if got := cloud.Calls("")[0].Params.Get("RegionId"); got != "ap-southeast-1" {
		t.Errorf("RegionId = %q, want ap-southeast-1", got)
	}
	var counts strings.Builder
	s.Meter.WritePrometheus(&counts)
	for _, want := range []string{
		`signalbox_upstream_calls_total{action="GetCardFlowInfo"} 2`,
		`signalbox_upstream_retried_total{action="GetCardFlowInfo"} 1`,
		`signalbox_upstream_failed_total{action="GetCardFlowInfo"} 1`,
		`signalbox_upstream_throttled_total{action="GetCardFlowInfo"} 0`,
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
	api, err := upstream.Open(settings(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	request := linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))}
	if _, err := linkcard.New(api).GetCardFlowInfo(t.Context(), request); err == nil {
		t.Error("the configured pair was accepted, want it refused")
	}
	if _, err := linkcard.New(api).GetCardFlowInfo(credential.NewContext(t.Context(), role), request); err != nil {
		t.Errorf("call with the invocation's credentials = %v, want nil", err)
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
