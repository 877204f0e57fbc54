//go:build long

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestStoppedInTheMiddle wants SIGTERM to end a run in order: exit code 0, the lease
// released, and what was listed kept for the next run.
func TestStoppedInTheMiddle(t *testing.T) {
	t.Parallel()
	for platform, start := range platforms {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 200)
			for i := range o.cloud.Cards() { // so that there are no lookups to wait for
				o.cloud.SetCard(o.cloud.ICCID(i), func(c *aliyuntest.Card) {
					c.Status, c.OsStatus, c.UsedBytes, c.Expires = aliyuntest.StatusInUse, "100", 0, time.Now().AddDate(1, 0, 0)
				})
			}
			// The third page never comes.
			o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Page: "3", Kind: aliyuntest.Slow, Delay: time.Minute})
			f := start(t, o)
			answered := make(chan struct{})
			var moments atomic.Int64
			moment := func() {
				if moments.Add(1) == 9 { // five pages have arrived, and four were answered
					close(answered)
				}
			}
			o.moment.Store(&moment)
			runs := make(chan run)
			go func() { runs <- f.try("") }()
			<-answered
			if code := f.stop(); code != 0 {
				t.Errorf("exit code %d, want 0\n%s", code, f.output())
			}
			first := <-runs

			f = start(t, o)
			second := f.try("")
			if second.Busy || !second.Done || second.Err != nil || second.Checked != 200 || second.Opened != 0 {
				t.Errorf("next run = %+v, want it to finish the sweep\n%s", second, f.output())
			}
			if second.Sweep != first.Sweep || first.Checked == 0 {
				t.Errorf("runs %+v and %+v, want the second to go on where the first was stopped", first, second)
			}
			pages := 0
			for _, c := range o.cloud.Calls("ListCardInfo") {
				if c.Params.Get("PageNo") == "1" {
					pages++
				}
			}
			if pages != 1 {
				t.Errorf("the first page was listed %d times, want once", pages)
			}
		})
	}
}

// TestDamagedState wants a state that cannot be read left where it is, said by
// GET /readyz and to the receivers at each run, and moved aside once asked to.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	damages := map[string]func(whole []byte) []byte{
		"empty":   func([]byte) []byte { return nil },
		"cut off": func(whole []byte) []byte { return whole[:len(whole)/2] },
		"garbage": func(whole []byte) []byte { return bytes.Repeat([]byte("garbage!"), len(whole)/8) },
		"a page": func(whole []byte) []byte {
			for i := 2 * 4096; i < len(whole); i++ {
				whole[i] ^= 0xFF
			}
			return whole
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 60)
			o.finish(t)
			o.arrived()
			whole, err := os.ReadFile(o.state)
			if err != nil {
				t.Fatal(err)
			}
			damaged := damage(whole)
			if err := os.WriteFile(o.state, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			f := o.start(t)
			for range 2 {
				if r := f.try(""); r.Err == nil {
					t.Errorf("run = %+v, want an error", r)
				}
			}
			messages := o.arrived()
			if len(messages) != 2 {
				t.Errorf("%d messages, want one for each run:\n%s", len(messages), said(messages))
			}
			id := o.unusable(t, f)
			wants(t, said(messages), id, "SIGNALBOX_STATE_RESET")
			if left, err := os.ReadFile(o.state); err != nil || !bytes.Equal(left, damaged) {
				t.Errorf("the file has %d bytes (%v), want the %d that were there", len(left), err, len(damaged))
			}
			f.stop()

			f = o.start(t, "SIGNALBOX_STATE_RESET="+id)
			if r := f.sweep(); r.Checked != 60 || r.Opened == 0 {
				t.Errorf("sweep after the reset = %+v, want a new state", r)
			}
			o.usable(t, f)
			others, err := filepath.Glob(filepath.Join(filepath.Dir(o.state), "*"+id+"*"))
			if err != nil || len(others) != 1 {
				t.Errorf("files %v (%v), want the damaged one moved aside", others, err)
			}
		})
	}
}

// unusable wants GET /readyz to answer 503, and returns the ID that it names.
func (o *outside) unusable(t *testing.T, f *function) string {
	t.Helper()
	got := request{http.MethodGet, "/readyz", ""}.send(t, f.url)
	text, err := json.Marshal(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	match := resetID.FindSubmatch(text)
	if got.Status != http.StatusServiceUnavailable || match == nil || strings.Contains(string(text), o.state) {
		t.Fatalf("GET /readyz = %d %s, want 503 with the ID, and without the path", got.Status, text)
	}
	return string(match[1])
}

func (o *outside) usable(t *testing.T, f *function) {
	t.Helper()
	if got := (request{http.MethodGet, "/readyz", ""}).send(t, f.url); got.Status != http.StatusOK {
		t.Errorf("GET /readyz = %+v, want 200", got)
	}
}

// TestTwoProcessesOnOneRedis wants one of two runs to leave, and the process that left
// to find nothing new afterwards.
func TestTwoProcessesOnOneRedis(t *testing.T) {
	t.Parallel()
	redis := miniredis.RunT(t)
	o := newOutside(t, 120, "SIGNALBOX_STATE_FILE=", "SIGNALBOX_REDIS_URL=redis://"+redis.Addr())
	a, b := o.start(t), o.start(t)
	var during run
	moment := func() {
		o.moment.Store(nil)
		during = b.try("")
	}
	o.moment.Store(&moment)
	if r := a.sweep(); r.Checked != 120 || r.Busy {
		t.Errorf("the first run = %+v, want 120 cards checked", r)
	}
	if !during.Busy || during.Err != nil {
		t.Errorf("a run during another = %+v, want it busy", during)
	}
	messages := o.arrived()
	if len(messages) != 1 {
		t.Errorf("%d messages, want one:\n%s", len(messages), said(messages))
	}
	if r := b.sweep(); r.Busy || r.Opened+r.Resolved+r.Messages != 0 {
		t.Errorf("a run after the other = %+v, want nothing new", r)
	}
}

// TestDamagedReceiverState wants damage of what is kept for a receiver said like any
// other, be there something to notify of or not, and notifications again after a reset.
func TestDamagedReceiverState(t *testing.T) {
	t.Parallel()
	for _, collection := range []string{"receivers", "outbox/slack", "announcements"} {
		for _, bot := range []bool{false, true} {
			t.Run(fmt.Sprint(collection, " bot ", bot), func(t *testing.T) {
				t.Parallel()
				redis := miniredis.RunT(t)
				o := newOutside(t, 60, "SIGNALBOX_STATE_FILE=", "SIGNALBOX_REDIS_URL=redis://"+redis.Addr())
				if bot {
					o.bot()
				}
				f := o.start(t)
				f.sweep()
				o.arrived()
				key := "signalbox:{main:alerts}:" + collection
				redis.Del(key)
				if err := redis.Set(key, "x"); err != nil {
					t.Fatal(err)
				}
				for n := range 3 {
					if r := f.try(""); r.Err == nil {
						t.Errorf("run %d = %+v, want an error", n, r)
					}
					messages := o.arrived()
					if len(messages) != 1 {
						t.Errorf("run %d: %d messages, want one", n, len(messages))
					}
					wants(t, said(messages), "the state is damaged", "SIGNALBOX_STATE_RESET="+o.unusable(t, f))
					o.use(100, o.healthy(1)...)
				}
				id := o.unusable(t, f)
				f.stop()
				f = o.start(t, "SIGNALBOX_STATE_RESET="+id)
				if r := f.sweep(); r.Checked != 60 || r.Opened == 0 || r.Messages == 0 {
					t.Errorf("sweep after the reset = %+v, want a new state", r)
				}
				o.usable(t, f)
			})
		}
	}
}
