package aliyuntest_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestQuota fills a sliding second: the quota comes back as the calls leave it,
// refused calls take none of it, and a wrong signature is refused first.
func TestQuota(t *testing.T) {
	t.Parallel()
	now := noon
	s, c := setup(t, aliyuntest.Options{Now: func() time.Time { return now }, QPS: map[string]int{"GetCardFlowInfo": 3}})
	var got []string
	for _, ms := range []int64{0, 400, 800, 999, 1000, 1399, 1400, 1400} {
		now = time.UnixMilli(noon.UnixMilli() + ms)
		got = append(got, c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(0)).code(t))
	}
	const no = "Throttling.User"
	if diff := cmp.Diff([]string{"200", "200", "200", no, "200", no, "200", no}, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if most := s.MaxPerSecond("GetCardFlowInfo"); most != 6 {
		t.Errorf("MaxPerSecond = %d, want 6: from 800 ms, and before 1800 ms", most)
	}
	unsigned := c.params("GetCardFlowInfo", "Iccid", "1", "Signature", "wrong")
	if code := c.send(t, c.request(t, http.MethodGet, "?"+unsigned.Encode(), "")).code(t); code != "SignatureDoesNotMatch" {
		t.Errorf("wrong signature over the quota = %s", code)
	}
	if code := c.get(t, "ListCardInfo", "PageNo", "1", "PageSize", "10").code(t); code != "200" {
		t.Errorf("another action = %s, want its own quota", code)
	}
	s.SetQPS("GetCardFlowInfo", 100)
	if code := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(0)).code(t); code != "200" {
		t.Errorf("after SetQPS = %s", code)
	}
}

func TestDocumentedQuotas(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]int{"GetCardFlowInfo": 20, "ListCardInfo": 20, "ConversionData": 10} {
		s, c := setup(t, aliyuntest.Options{})
		for range 30 {
			c.get(t, action)
		}
		passed := 0
		for _, call := range s.Calls(action) {
			if call.Code != "Throttling.User" {
				passed++
			}
		}
		if passed != want || s.MaxPerSecond(action) != 30 || s.MaxPerSecond("") != 30 {
			t.Errorf("%s: %d of %d calls passed, want %d", action, passed, s.MaxPerSecond(action), want)
		}
	}
}

// TestBubble runs many callers in a bubble, where a second costs nothing: at the
// quota's pace none is refused, in any second.
func TestBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := setup(t, aliyuntest.Options{Now: time.Now})
		c.client.Timeout = 5 * time.Second
		s.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 3 * time.Second, Count: 10})
		var group sync.WaitGroup
		start := time.Now()
		for i := range 100 {
			group.Go(func() {
				<-time.After(time.Duration(i) * 50 * time.Millisecond)
				if got := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(i)); got.code(t) != "200" {
					t.Errorf("call %d = %s", i, got.body)
				}
			})
		}
		group.Wait()
		if took := time.Since(start); took != 99*50*time.Millisecond {
			t.Errorf("100 calls took %v", took)
		}
		if most := s.MaxPerSecond("GetCardFlowInfo"); most != 20 {
			t.Errorf("MaxPerSecond = %d, want 20", most)
		}
	})
}
