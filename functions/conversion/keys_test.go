package conversion_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

const (
	rate53 = `{"conversionRate":0.53}`
	rate54 = `{"conversionRate":0.54}`
	list53 = `[{"conversionRate":0.53}, {"conversionRate":53}]`
)

// TestIdempotencyKey sends the same again: it is forwarded once, and answered the same,
// byte for byte.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	cloudEvent := []string{"Ce-Id", "1", "Ce-Source", "/otp", "Ce-Type", "t", "Ce-Specversion", "1.0"}
	tests := []struct {
		name, body, other string
		header            []string
	}{
		{"one", rate53, rate54, []string{"Idempotency-Key", "k"}},
		{"a list", list53, rate54, []string{"Idempotency-Key", "k"}},
		{"a CloudEvent", rate53, rate54, cloudEvent},
		{"respond-async", rate53, rate54, []string{"Idempotency-Key", "k", "Prefer", "respond-async"}},
		{"a list, respond-async", list53, rate53, []string{"Idempotency-Key", "k", "Prefer", "respond-async"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachStore(t, func(t *testing.T, w *world) {
				t.Helper()
				first := ask(t, w, "POST", "/conversions", tt.body, tt.header...)
				again := ask(t, w, "POST", "/conversions", tt.body, tt.header...)
				if first.Code/100 != 2 || first.Code != again.Code {
					t.Errorf("answers = %d, %d; want both the same", first.Code, again.Code)
				}
				if diff := cmp.Diff(first.Body.String(), again.Body.String()); diff != "" {
					t.Errorf("second answer (-first +second):\n%s", diff)
				}
				if got := ask(t, w, "POST", "/conversions", tt.other, tt.header...); got.Code != http.StatusUnprocessableEntity ||
					!strings.HasSuffix(readProblem(t, got).Type, ":key-used") {
					t.Errorf("another body under the key = %d, %s; want 422 key-used", got.Code, got.Body)
				}
				run(t, w.Function)
				if got := rates(w.cloud); !cmp.Equal(got, []string{"0.53"}) {
					t.Errorf("at the fake %v, want 0.53 once", got)
				}
			})
		})
	}
}

// TestKeyInFlight sends the same while it is being forwarded.
func TestKeyInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 3 * time.Second, Count: 1})
		var wg sync.WaitGroup
		wg.Go(func() {
			if got := ask(t, w, "POST", "/conversions", rate53, "Idempotency-Key", "k"); got.Code != http.StatusOK {
				t.Errorf("first = %d, %s", got.Code, got.Body)
			}
		})
		time.Sleep(time.Second)
		got := ask(t, w, "POST", "/conversions", rate53, "Idempotency-Key", "k")
		if got.Code != http.StatusConflict || got.Header().Get("Retry-After") != "29" {
			t.Errorf("second = %d, %v; want 409 with Retry-After 29", got.Code, got.Header())
		}
		wg.Wait()
	})
}

// TestKeyIsFreeAfterAFailure has Alibaba fail, and then not.
func TestKeyIsFreeAfterAFailure(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"one": rate53, "list": list53} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachStore(t, func(t *testing.T, w *world) {
				t.Helper()
				w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.NoPermission, Count: 1})
				first := ask(t, w, "POST", "/conversions", body, "Idempotency-Key", "k")
				second := ask(t, w, "POST", "/conversions", body, "Idempotency-Key", "k")
				if second.Code != http.StatusOK || first.Body.String() == second.Body.String() || len(rates(w.cloud)) != 1 {
					t.Errorf("answers = %d, %d %s with %v at the fake; want it forwarded the second time",
						first.Code, second.Code, second.Body, rates(w.cloud))
				}
			})
		})
	}
}

func TestWithoutStore(t *testing.T) {
	t.Parallel()
	f, cloud, _ := setup(t)
	tests := []struct {
		method, path string
		header       []string
	}{
		{"POST", "/conversions", []string{"Idempotency-Key", "k"}},
		{"POST", "/conversions", []string{"Prefer", "wait=10, Respond-Async; a=b"}},
		{"GET", "/conversions/k", nil},
		{"GET", "/otp-windows", nil},
		{"GET", "/dead-letters", nil},
		{"POST", "/dead-letters/1/retry", nil},
	}
	for _, tt := range tests {
		got := ask(t, f, tt.method, tt.path, rate53, tt.header...)
		if p := readProblem(t, got); got.Code != http.StatusNotImplemented || !strings.Contains(p.Detail, "SIGNALBOX_REDIS_URL") {
			t.Errorf("%s %s with %v = %d, %+v; want 501 and the variable", tt.method, tt.path, tt.header, got.Code, p)
		}
	}
	if got := ask(t, f, "POST", "/conversions", list53); got.Code != http.StatusOK || len(rates(cloud)) != 1 {
		t.Errorf("a list without a store = %d, %s; want 200", got.Code, got.Body)
	}
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
	for _, key := range []string{"", "a b", "é", strings.Repeat("k", 256), "\x01"} {
		got := ask(t, w, "POST", "/conversions", rate53, "Idempotency-Key", key)
		if p := readProblem(t, got); got.Code != http.StatusBadRequest || p.Field != "Idempotency-Key" {
			t.Errorf("Idempotency-Key %q = %d, %+v; want 400", key, got.Code, p)
		}
	}
}

// TestStoreDown has a store that cannot be used: what needs it is refused, and the
// rest goes on.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
	w.store.set(true)
	for _, header := range [][]string{{"Idempotency-Key", "k"}, {"Prefer", "respond-async"}} {
		got := ask(t, w, "POST", "/conversions", rate53, header...)
		if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
			t.Errorf("with %v = %d, %v; want 503 with Retry-After", header, got.Code, got.Header())
		}
	}
	if got := ask(t, w, "POST", "/conversions", rate53); got.Code != http.StatusOK {
		t.Errorf("without a key = %d, %s; want 200", got.Code, got.Body)
	}
	if _, err := tryRun(t, w.Function); err == nil {
		t.Error("a run without its store succeeded")
	}
}
