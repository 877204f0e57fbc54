//go:build long

package e2e_test

import (
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

func invokeToken(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "alerts")
	if got := within(t, patient, "POST", p.URL+"/invoke", "", "Authorization: "); got.Status != 401 || len(o.cloud.Calls("")) > 0 {
		t.Errorf("POST /invoke without a token = %d, %s and %d calls; want 401 and none", got.Status, got.Body, len(o.cloud.Calls("")))
	}
}

// invokeThroughATrigger is on Function Compute's custom runtime, where anybody can ask
// an HTTP trigger for the path.
func invokeThroughATrigger(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "alerts", "FC_FUNCTION_NAME=alerts")
	for _, tt := range []struct {
		name string
		line string
		want int
	}{{"without a token", "Authorization: ", 401}, {"with a token", "X-Nothing: more", 200}} {
		got := within(t, patient, "POST", p.URL+"/invoke", "", "X-Fc-Control-Path: /http-invoke", tt.line)
		if got.Status != tt.want {
			t.Errorf("POST /invoke through an HTTP trigger %s = %d, %s; want %d", tt.name, got.Status, got.Body, tt.want)
		}
	}
}

func invokeBody(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "alerts")
	for _, body := range []string{"", string(timer("")), `{"payload":"summary"}`} {
		if got := within(t, patient, "POST", p.URL+"/invoke", body); got.Status != 200 {
			t.Errorf("POST /invoke of %q = %d, %s; want 200", body, got.Status, got.Body)
		}
	}
}

func failedRun(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.NoPermission, Count: -1})
	got := within(t, patient, "POST", o.serve(t, "alerts").URL+"/invoke", "")
	if got.Status != 500 || got.Header.Get("X-Fc-Status") != "" || got.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a failed run = %d, %v, %s; want 500 and a problem, and nothing of Function Compute's", got.Status, got.Header, got.Body)
	}
}

func overlappingRun(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.Slow, Delay: 3 * time.Second, Count: -1})
	p := o.serve(t, "alerts")
	go within(t, patient, "POST", p.URL+"/invoke", "")
	eventually(t, func() error { return atLeast(len(o.cloud.Calls("ListCardInfo")), 1) })
	got := within(t, patient, "POST", p.URL+"/invoke", "")
	if got.Status != 409 || got.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a run beside another = %d, %s; want 409 and a problem", got.Status, got.Body)
	}
}
