package e2e_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// restarted has the function swept once, and started again with other variables.
func (o *outside) restarted(t *testing.T, before, after string) *function {
	t.Helper()
	f := o.start(t, before)
	f.sweeps(o, 1)
	f.stop()
	return o.start(t, after)
}

func sameByValue(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	f := o.restarted(t, "SIGNALBOX_ALERT_USAGE=80,90,100", "SIGNALBOX_ALERT_USAGE=50,80,90,100")
	lacks(t, f.sweeps(o, 1), o.cloud.ICCID(2)) // 92 %, as before
}

func worseByValue(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	f := o.restarted(t, "SIGNALBOX_ALERT_USAGE=50,60,70,80,90", "SIGNALBOX_ALERT_USAGE=80,98")
	o.use(99, 2)
	wants(t, f.sweeps(o, 1), o.cloud.ICCID(2)) // 92 % before
}

func ruleSwitchedOff(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	off := fmt.Sprintf("rules:\n- match: {iccid: %q}\n  expiry: off\n", o.cloud.ICCID(1))
	f := o.restarted(t, "", rules(t, off))
	text := f.sweeps(o, 1)
	wants(t, text, o.cloud.ICCID(1))
	lacks(t, text, "renewed")
}

func flappingCard(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	f := o.start(t)
	f.sweeps(o, 1)
	card := o.healthy(1)[0]
	for i := range 12 {
		o.cloud.SetCard(o.cloud.ICCID(card), func(c *aliyuntest.Card) {
			c.Status, c.OsStatus = aliyuntest.StatusStopped, "200"
			if i%2 == 1 {
				c.Status, c.OsStatus = aliyuntest.StatusInUse, "100"
			}
		})
		_ = f.send(t.Context(), timer("")) // what counts is what arrives
	}
	if messages := len(o.arrived()); messages < 2 || messages > 3 {
		t.Errorf("%d messages of 12 changes, want its opening, its end and at most one more in this hour", messages)
	}
}

func oneAnswerWithoutPackages(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	now := time.Now()
	o.cloud.SetCard(o.cloud.ICCID(1), func(c *aliyuntest.Card) {
		c.Packages = []aliyuntest.Package{{Name: "base", Effective: now.AddDate(0, -1, 0), Expires: now.AddDate(0, 0, 6)}}
	})
	f := o.start(t)
	f.sweeps(o, 1)
	o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.NoPackages, Count: -1})
	o.use(31, 1) // so that it is looked up again
	before, _ := o.lookedUp()
	text := f.sweeps(o, 1)
	if after, _ := o.lookedUp(); after == before {
		t.Fatal("no lookups, want some without packages")
	}
	o.cloud.ClearFaults()
	o.use(32, 1)
	lacks(t, text+f.sweeps(o, 1), o.cloud.ICCID(1))
}

func silencedInstance(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	until := time.Now().Add(time.Hour).Format(time.RFC3339)
	silence := fmt.Sprintf("silences:\n- match: {iccid: %q}\n  until: %s\n", o.cloud.ICCID(1), until)
	f := o.restarted(t, "", rules(t, silence))
	o.cloud.SetCard(o.cloud.ICCID(1), func(c *aliyuntest.Card) {
		c.Effective, c.Expires = c.Expires, c.Expires.AddDate(0, 0, 3) // another package, which ends soon as well
	})
	lacks(t, f.sweeps(o, 1), o.cloud.ICCID(1))
}

func oneSummary(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	f := o.start(t)
	f.sweeps(o, 1)
	for range 3 {
		_ = f.send(t.Context(), timer("summary")) // what counts is what arrives
	}
	if messages := o.arrived(); len(messages) != 1 {
		t.Errorf("%d messages, want one summary:\n%s", len(messages), said(messages))
	}
}

func silentDay(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	f := o.start(t)
	_ = f.send(t.Context(), timer("summary")) // what counts is what arrives
	title, _, _ := strings.Cut(said(o.arrived()), "\n")
	wants(t, title, "no sweep was finished")
}

// summaryBetweenFailures wants the sweeps that failed before a summary to count
// after it.
func summaryBetweenFailures(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.NoPermission, Count: -1})
	f := o.start(t)
	f.sweeps(o, 2)
	_ = f.send(t.Context(), timer("summary")) // what counts is what comes next
	o.arrived()
	if text := f.sweeps(o, 2); text == "" {
		t.Error("no message of four sweeps that failed, want one")
	}
}

func conditionOfForecasts(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	f := o.start(t)
	f.sweeps(o, 1)
	_ = f.send(t.Context(), timer("summary")) // what counts is what arrives
	wants(t, said(o.arrived()), "if use goes on like this")
}

// listOfCards wants only the cards of the list looked up, what is wrong with them
// notified, and one that the account does not have named.
func listOfCards(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	const unknown = "89860300000000000007"
	f := o.restarted(t, "", "SIGNALBOX_ICCIDS="+o.cloud.ICCID(2)+","+unknown)
	_, before := o.lookedUp()
	wants(t, f.sweeps(o, 1), o.cloud.ICCID(2), unknown)
	_, after := o.lookedUp()
	if after[o.cloud.ICCID(1)] != before[o.cloud.ICCID(1)] {
		t.Error("a card that is not on the list was looked up")
	}
}

func stockCards(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	stock := o.healthy(50)
	for _, i := range stock {
		o.cloud.SetCard(o.cloud.ICCID(i), func(c *aliyuntest.Card) {
			*c = aliyuntest.Card{Status: aliyuntest.StatusUnused, OsStatus: c.OsStatus, Vendor: c.Vendor}
		})
	}
	text := strings.ReplaceAll(o.start(t).sweeps(o, 1), "100 %", "100%") // as the first function writes it
	wants(t, text, "100% of 120 cards checked")
	n, cards := o.lookedUp()
	for _, i := range stock {
		if cards[o.cloud.ICCID(i)] > 0 {
			t.Errorf("of %d lookups one was of a card in stock, want none", n)
			break
		}
	}
	if n == 0 {
		t.Error("no lookups at all, want those of the others")
	}
}

// toppedUpCard wants the status message to show a card that was topped up with
// the numbers and the severity of today.
func toppedUpCard(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60).bot()
	card := o.healthy(1)
	o.use(critical, card...)
	f := o.start(t)
	f.sweep()
	o.use(warning, card...)
	f.sweep()
	row := regexp.MustCompile(o.cloud.ICCID(card[0]) + `.*\((\d+)%\)`)
	for _, m := range o.slack.Inbox() {
		match := row.FindStringSubmatch(m.Plain())
		if m.ThreadTS == "" && match != nil && match[1] != strconv.Itoa(warning) {
			t.Errorf("a status message shows %s %% for a card at %d %%:\n%s", match[1], warning, m.Plain())
		}
		title := m.Plain()
		if m.ThreadTS == "" && match != nil {
			wants(t, title, "high usage")
			lacks(t, title, "used up")
		}
	}
}
