//go:build long

package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestChangedThresholds wants what is worse by its value notified, and what is the
// same not, whichever way the thresholds change.
func TestChangedThresholds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, before, after string
		worse               bool // of card 2, which has used 92 %
	}{
		{"one below", "80,90,100", "50,80,90,100", false},
		{"the worst crossed is lower", "80,90,100", "80,100", false},
		{"the worst crossed is higher", "80,100", "80,91,100", true},
		{"others above", "90,100", "90,95,98,100", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 60)
			f := o.start(t, "SIGNALBOX_ALERT_USAGE="+tt.before)
			f.sweep()
			f.stop()
			o.arrived()
			f = o.start(t, "SIGNALBOX_ALERT_USAGE="+tt.after)
			r := f.sweep()
			text := said(o.arrived())
			if tt.worse {
				wants(t, text, "worse", o.cloud.ICCID(2))
			} else {
				lacks(t, text, o.cloud.ICCID(2))
			}
			if r.Resolved != 0 {
				t.Errorf("sweep = %+v, want nothing resolved\n%s", r, text)
			}
		})
	}
}

// TestRuleSwitchedOff wants the end of an incident to say that its rule was
// switched off, and not that the package was renewed.
func TestRuleSwitchedOff(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	f := o.start(t)
	f.sweep()
	f.stop()
	o.arrived()
	f = o.start(t, rules(t, fmt.Sprintf("rules:\n- match: {iccid: %q}\n  expiry: off\n", o.cloud.ICCID(1))))
	f.sweep()
	text := said(o.arrived())
	wants(t, text, "Rule expiry is switched off", o.cloud.ICCID(1))
	lacks(t, text, "renewed", "no longer ends soon", o.cloud.ICCID(2))
}

// TestAnswerWithoutPackages wants one answer without packages to change nothing.
func TestAnswerWithoutPackages(t *testing.T) {
	t.Parallel()
	for _, kind := range []aliyuntest.Kind{aliyuntest.NoPackages, aliyuntest.NoVendors, aliyuntest.NoMonths, aliyuntest.NoData} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 60)
			f := o.start(t)
			open := f.sweep().Open
			o.arrived()
			o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: kind, Count: -1})
			o.use(93, 2) // so that they are looked up again
			o.use(31, 1)
			for i := range 2 {
				if r := f.sweep(); i == 0 && r.FlowCalls == 0 || r.Opened+r.Worsened+r.Resolved != 0 || r.Open != open {
					t.Errorf("sweep = %+v, want lookups, %d open and nothing changed\n%s", r, open, said(o.arrived()))
				}
			}
			o.cloud.ClearFaults()
			if r := f.sweep(); r.Opened+r.Worsened+r.Resolved != 0 || r.Open != open {
				t.Errorf("sweep afterwards = %+v, want %d open and nothing changed\n%s", r, open, said(o.arrived()))
			}
		})
	}
}

// TestSilencedRenewal wants a silenced card that is renewed, and then ends soon
// again, to stay silent.
func TestSilencedRenewal(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	until := time.Now().Add(time.Hour).Format(time.RFC3339)
	silenced := rules(t, fmt.Sprintf("silences:\n- match: {iccid: %q}\n  until: %s\n", o.cloud.ICCID(1), until))
	f := o.start(t, silenced)
	f.sweep()
	lacks(t, said(o.arrived()), o.cloud.ICCID(1))
	for _, days := range []int{10, 400, 2} {
		o.cloud.SetCard(o.cloud.ICCID(1), func(c *aliyuntest.Card) {
			c.Effective, c.Expires = c.Expires, time.Now().AddDate(0, 0, days)
		})
		if r := f.sweep(); r.Messages != 0 {
			t.Errorf("sweep with %d days left = %+v, want no message\n%s", days, r, said(o.arrived()))
		}
	}
}

// TestListOfCards wants SIGNALBOX_ICCIDS to leave the account's own sweep and
// incidents alone, and a card that is not in the account to be named.
func TestListOfCards(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	const unknown = "89860300000000000007"
	f := o.start(t)
	whole := f.sweep()
	f.stop()
	o.arrived()

	f = o.start(t, "SIGNALBOX_ICCIDS="+o.cloud.ICCID(2)+","+unknown)
	if r := f.sweep(); r.Checked != 1 || r.Failed != 1 {
		t.Errorf("sweep of two cards = %+v, want one checked and one failed", r)
	}
	wants(t, said(o.arrived()), o.cloud.ICCID(2), unknown, "the account has no card with this ICCID")
	if r := f.sweep(); r.Messages != 0 || r.Failed != 1 {
		t.Errorf("second sweep of two cards = %+v, want no message", r)
	}
	f.stop()

	f = o.start(t)
	if r := f.sweep(); r.Open != whole.Open || r.Opened+r.Resolved+r.Messages != 0 || r.Checked != 60 {
		t.Errorf("sweep of the account = %+v, want it as before: %+v\n%s", r, whole, said(o.arrived()))
	}
}

// TestUnchangedFleet wants the sweep of a fleet that has not changed to cost the
// listing alone, and to write next to nothing.
func TestUnchangedFleet(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 200)
	o.use(critical, o.healthy(60)...)
	f := o.start(t)
	if r := f.sweep(); r.ListCalls != 5 || r.FlowCalls == 0 {
		t.Errorf("first sweep = %+v, want 5 calls of the listing, and lookups", r)
	}
	before := bytesWritten(t, f.pid)
	if r := f.sweep(); r.ListCalls != 5 || r.FlowCalls != 0 || r.Messages != 0 {
		t.Errorf("second sweep = %+v, want 5 calls of the listing alone", r)
	}
	if got := bytesWritten(t, f.pid) - before; got > 1<<20 {
		t.Errorf("the second sweep wrote %d bytes, want at most 1 MiB", got)
	}
}
