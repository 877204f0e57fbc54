package e2e_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/aliyun/aliyuntest"
)

func standingIncidents(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 200)
	o.use(critical, o.healthy(60)...)
	f := o.start(t)
	f.sweeps(o, 1)
	before, _ := o.lookedUp()
	f.sweeps(o, 1)
	if after, _ := o.lookedUp(); after != before {
		t.Errorf("%d lookups of a fleet that has not changed, want none", after-before)
	}
}

func bytesOfAnUnchangedSweep(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 2000)
	o.use(critical, o.healthy(1500)...)
	f := o.start(t)
	f.sweeps(o, 1)
	before := bytesWritten(t, f.pid)
	f.sweeps(o, 1)
	if got := bytesWritten(t, f.pid) - before; got > 1<<20 {
		t.Errorf("a sweep of 2000 unchanged cards, of which 1500 fire, wrote %d bytes, want at most 1 MiB", got)
	}
}

// quotasOverlap has as many pages as lookups, at 20 calls a second of each.
func quotasOverlap(t *testing.T) {
	t.Parallel()
	const pages = 60
	o := newOutside(t, pages*40, "SIGNALBOX_LINKCARD_QPS=20")
	for i := range o.cloud.Cards() {
		o.cloud.SetCard(o.cloud.ICCID(i), func(c *aliyuntest.Card) {
			c.Status, c.OsStatus, c.UsedBytes, c.Expires = aliyuntest.StatusInUse, "100", 0, time.Now().AddDate(1, 0, 0)
			if i%40 == 0 {
				c.UsedBytes = c.PackageBytes
			}
		})
	}
	o.start(t).sweeps(o, 1)
	calls := o.cloud.Calls("")
	if n, _ := o.lookedUp(); n != pages || len(calls) != 2*pages {
		t.Fatalf("%d lookups of %d calls, want one for each of %d pages", n, len(calls), pages)
	}
	most := 0 // in a second; a busy machine makes no second out of two
	for i := range calls {
		first := slices.IndexFunc(calls, func(c aliyuntest.Call) bool { return calls[i].At.Sub(c.At) < time.Second })
		most = max(most, i-first+1)
	}
	if most < 30 {
		t.Errorf("at most %d calls were made in a second, want 20 of each of two quotas", most)
	}
}

// heartbeat has a run take longer than its lease, and others asked for meanwhile.
func heartbeat(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60, "SIGNALBOX_SWEEP_LEASE=2s", "SIGNALBOX_STATE_FILE=",
		"SIGNALBOX_REDIS_URL=redis://"+miniredis.RunT(t).Addr())
	a, b := o.start(t), o.start(t)
	moment := func() {
		o.moment.Store(nil)
		ticker := time.NewTicker(500 * time.Millisecond)
		defer ticker.Stop()
		for began := time.Now(); time.Since(began) < 3*time.Second; { // much less than the client waits for an answer
			<-ticker.C
			_ = b.send(t.Context(), timer("")) // nothing to do, or all of it
		}
	}
	o.moment.Store(&moment)
	a.sweeps(o, 1)
	if got := o.pages()["1"]; got != 1 {
		t.Errorf("the first page was listed %d times while one run had the lease, want once", got)
	}
}

// leaseFarAhead kills a run whose lease would last a day.
func leaseFarAhead(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60, "SIGNALBOX_SWEEP_LEASE=24h")
	o.crash(t, time.Minute, 1)
	wants(t, o.start(t, "SIGNALBOX_SWEEP_LEASE=1m").sweeps(o, 1), o.cloud.ICCID(1), o.cloud.ICCID(2))
}

// bytesWritten returns how much a process has written to files and connections.
func bytesWritten(t *testing.T, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		t.Fatal(err)
	}
	match := written.FindSubmatch(text)
	if match == nil {
		t.Fatalf("no wchar in\n%s", text)
	}
	n, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var written = regexp.MustCompile(`(?m)^wchar: (\d+)$`)
