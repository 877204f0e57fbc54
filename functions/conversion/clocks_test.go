package conversion_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/store"
)

// clocks are three instances that share a Redis, of which one's clock is 3 minutes
// ahead and one's 3 minutes behind.
type clocks struct {
	*world

	start     time.Time
	offset    atomic.Int64
	redis     *miniredis.Miniredis
	instances []*conversion.Function
	random    *rand.Rand
	// want is what was requested and verified, by the start of its window.
	want map[int64][2]int
}

var off = []time.Duration{0, 3 * time.Minute, -3 * time.Minute}

func (c *clocks) now() time.Time { return c.start.Add(time.Duration(c.offset.Load())) }

func newClocks(t *testing.T) *clocks {
	t.Helper()
	c := &clocks{
		start: time.Now().Truncate(5 * time.Minute), redis: miniredis.RunT(t), random: rand.New(rand.NewPCG(1, 1)), want: make(map[int64][2]int),
	}
	c.redis.SetTime(c.now())
	config := store.Config{RedisURL: "redis://" + c.redis.Addr(), Account: "main", Namespace: "conversion"}
	c.world = newWorld(t, config, aliyuntest.Options{Now: c.now, QPS: map[string]int{"ConversionData": 1000}}, c.now)
	for _, d := range off {
		c.instances = append(c.instances, c.instance(t, func() time.Time { return c.now().Add(d) }, 1000, c.logs))
	}
	return c
}

// set has time go on.
func (c *clocks) set(minute int) {
	c.offset.Store(int64(minute) * int64(time.Minute))
	c.redis.SetTime(c.now())
}

// send sends events to an instance, and wants them accepted, or all duplicates, but for
// the two that are of another day.
func (c *clocks) send(t *testing.T, instance int, again bool, events ...string) {
	t.Helper()
	ahead := fmt.Sprintf(`{"type":"requested","id":"ahead","time":%d}`, c.now().Add(24*time.Hour).UnixMilli())
	text := strings.Join(slices.Concat([]string{ahead}, events, []string{`{"type":"requested","id":"of 1970","time":1}`}), "\n")
	got := readAnswer(t, send(t, c.instances[instance], "application/x-ndjson", text))
	want := answer{Accepted: len(events), Refused: 2}
	if again {
		want = answer{Duplicate: len(events), Refused: 2}
	}
	got.Problems = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("at %v, answer of the instance that is %v off (-want +got):\n%s", c.now(), off[instance], diff)
	}
}

// otp returns the events of an OTP. One without a time is of its instance's clock.
func (c *clocks) otp(id string, at time.Time, own bool) (request, verification string) {
	when := ""
	if own {
		when = fmt.Sprintf(`,"time":%d`, at.UnixMilli())
	}
	start := at.Truncate(5 * time.Minute).Unix()
	counts := c.want[start]
	counts[0]++
	if c.random.IntN(2) == 0 {
		counts[1]++
		verification = fmt.Sprintf(`{"type":"verified","id":%q%s}`, id, when)
	}
	c.want[start] = counts
	return fmt.Sprintf(`{"type":"requested","id":%q%s}`, id, when), verification
}

// live sends the OTPs of a minute to one instance, their verifications to another, and
// one of the two requests again.
func (c *clocks) live(t *testing.T, minute int) {
	t.Helper()
	first, second := minute%3, (minute+1)%3
	var requests, verifications []string
	for i := range 6 {
		own, at := i%2 == 0, c.now()
		if !own {
			at = at.Add(off[first])
		}
		request, verification := c.otp(fmt.Sprint("live-", minute, "-", i), at, own)
		requests = append(requests, request)
		if verification != "" {
			verifications = append(verifications, verification)
		}
	}
	c.send(t, first, false, requests...)
	c.send(t, second, false, verifications...)
	c.send(t, second, true, requests...)
}

// backlog returns OTPs of two hours, one each ten seconds.
func (c *clocks) backlog() (events []string) {
	for i := range 720 {
		request, verification := c.otp(fmt.Sprint("backlog-", i), c.now().Add(-time.Duration(720-i)*10*time.Second), true)
		if events = append(events, request); verification != "" {
			events = append(events, verification)
		}
	}
	return events
}

// TestWrongClocks has events of a day ahead and of 1970 come with all others, two of
// three instances be 3 minutes off, and a queue be stuck for two hours and then deliver
// all at once, and once more to another instance. No other event is late, and none
// counts twice.
func TestWrongClocks(t *testing.T) {
	t.Parallel()
	c := newClocks(t)
	for minute := range 240 {
		c.set(minute)
		if minute == 180 {
			events := c.backlog()
			c.send(t, 0, false, events[:400]...)
			c.live(t, minute)
			c.send(t, 1, false, events[400:]...)
			c.send(t, 2, true, events...)
		} else if minute < 50 || minute > 180 {
			c.live(t, minute)
		}
		for _, f := range c.instances {
			run(t, f)
		}
	}
	for minute := 240; minute < 280; minute++ {
		c.set(minute)
		run(t, c.instances[minute%3])
	}
	want := make(map[string]int)
	for start, counts := range c.want {
		want[fmt.Sprint((start+300)*1000, " ", dysms.FormatRate(float64(counts[1])/float64(counts[0])))] = 1
	}
	got := make(map[string]int)
	for _, sent := range c.cloud.Conversions() {
		got[fmt.Sprint(sent.ReportTime, " ", sent.Rate)]++
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 40 {
		t.Errorf("%d windows at the fake (-want +got):\n%s", len(want), diff)
	}
	for _, w := range decoded[windowsAnswer](t, ask(t, c.instances[0], "GET", "/otp-windows?from="+c.start.Add(-time.Hour).UTC().Format(time.RFC3339), ""), http.StatusOK).Windows {
		if counts := c.want[w.Start.Unix()]; w.Late != 0 || w.Requested != counts[0] || w.Verified != counts[1] || w.Status != "reported" {
			t.Errorf("window %+v, want %v requested and verified, none late", w, counts)
		}
	}
}
