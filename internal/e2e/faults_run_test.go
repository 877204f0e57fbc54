package e2e_test

import (
	"bytes"
	"os"
	"regexp"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
)

// runsThatGetFurther has a sweep take many runs, each of which does some of it.
func runsThatGetFurther(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 4000, "SIGNALBOX_LINKCARD_QPS=20")
	for i := range o.cloud.Cards() { // so that there is nothing else to say
		o.cloud.SetCard(o.cloud.ICCID(i), func(c *aliyuntest.Card) {
			c.Status, c.OsStatus, c.UsedBytes, c.Expires = aliyuntest.StatusInUse, "100", 0, time.Now().AddDate(1, 0, 0)
		})
	}
	f := servetest.StartFC(t, alerts(t), o.env...)
	for range 5 {
		f.Do(t.Context(), servetest.Invocation{Event: timer(""), Deadline: time.Now().Add(1500 * time.Millisecond)})
	}
	if text := said(o.arrived()); text != "" {
		t.Errorf("runs that are in time say\n%s\nwant nothing", text)
	}
}

func causeOfFailingSweeps(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.NoPermission, Count: -1})
	wants(t, o.start(t).sweeps(o, 4), "ListCardInfo")
}

func packageThatBeginsLater(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	card := o.healthy(1)[0]
	now := time.Now()
	o.cloud.SetCard(o.cloud.ICCID(card), func(c *aliyuntest.Card) {
		c.Expires = now.AddDate(0, 0, 2)
		c.Packages = []aliyuntest.Package{
			{Name: "now", Effective: now.AddDate(0, -1, 0), Expires: c.Expires},
			{Name: "later", Effective: now.AddDate(0, 2, 0), Expires: now.AddDate(1, 0, 0)},
		}
	})
	wants(t, o.start(t).sweeps(o, 1), o.cloud.ICCID(card))
}

func basePlan(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	card := o.healthy(1)[0]
	now := time.Now()
	o.cloud.SetCard(o.cloud.ICCID(card), func(c *aliyuntest.Card) {
		c.Expires = now.AddDate(0, 0, 2)
		c.Packages = []aliyuntest.Package{
			{Name: "base", Effective: now.AddDate(-5, 0, 0), Expires: time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)},
			{Name: "now", Effective: now.AddDate(0, -1, 0), Expires: c.Expires},
		}
	})
	wants(t, o.start(t).sweeps(o, 1), o.cloud.ICCID(card))
}

func sigtermOnFC(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 200)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Page: "3", Kind: aliyuntest.Slow, Delay: time.Minute})
	f := platforms["fc"](t, o)
	arrived := make(chan struct{})
	moment := func() {
		if o.pages()["3"] > 0 {
			o.moment.Store(nil)
			close(arrived)
		}
	}
	o.moment.Store(&moment)
	sent := make(chan error)
	go func() { sent <- f.send(t.Context(), timer("")) }()
	<-arrived
	if code := f.stop(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	<-sent
	wants(t, o.start(t).sweeps(o, 1), o.cloud.ICCID(1), o.cloud.ICCID(2)) // the lease was released
}

func damagedState(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	garbage := bytes.Repeat([]byte("garbage!"), 4096)
	if err := os.WriteFile(o.state, garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	f := o.start(t)
	id := resetID.FindStringSubmatch(f.sweeps(o, 1))
	if left, err := os.ReadFile(o.state); err != nil || !bytes.Equal(left, garbage) {
		t.Errorf("the file has %d bytes (%v), want it left as it was", len(left), err)
	}
	if id == nil {
		t.Fatal("no message, want one that says how to begin anew")
	}
	f.stop()
	wants(t, o.start(t, id[0]).sweeps(o, 1), o.cloud.ICCID(1), o.cloud.ICCID(2))
}

var resetID = regexp.MustCompile(`SIGNALBOX_STATE_RESET=([0-9a-f]+)`)
