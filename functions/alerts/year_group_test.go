//go:build long

package alerts_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// outage is something that many cards have in common for some days: they are stopped, or
// their usage is not counted.
type outage struct {
	from, to time.Time
	stale    bool
}

func (o outage) apply(info *linkcard.CardInfo, now time.Time) {
	switch {
	case now.Before(o.from) || !now.Before(o.to):
	case o.stale:
		info.FlowLatestModifiedTime = aliyun.Text(o.from.Format(card.VendorTime))
	default:
		info.Status, info.OsStatus = "35", "600"
	}
}

// outageCards is the size of the fleet that has outages.
const outageCards = 300

// plant has a carrier stop its cards for five days in June, and counts nothing of one site
// in September.
func plant(w *world, year int) {
	day := func(month time.Month, day int) time.Time { return time.Date(year, month, day, 0, 0, 0, 0, w.zone) }
	for i, c := range w.cards {
		c.tag = "site-" + strconv.Itoa(i%10)
		if c.carrier == "CUCC" {
			c.outages = append(c.outages, outage{from: day(6, 10), to: day(6, 15)})
		}
		if i%10 == 7 {
			c.outages = append(c.outages, outage{from: day(9, 1), to: day(9, 10), stale: true})
		}
	}
}

// TestYearOfOutages plants two causes into a year, and lets the same fleet live through it
// with and without groups. In the months without a cause both notify of the same.
func TestYearOfOutages(t *testing.T) {
	t.Parallel()
	with, without := outageYear(t, rule.DefaultGroups()), outageYear(t, rule.Groups{})
	t.Log("changes of stopped and stale, notified by month:      groups   single cards")
	for month := time.January; month <= time.December; month++ {
		t.Logf("%-10s with groups %4d changes of groups, %4d of cards; without %4d of cards",
			month, with[month].groups, with[month].cards, without[month].cards)
		switch month {
		case time.June, time.September:
			if got := with[month]; got.groups != 2 || got.cards*3 > without[month].cards || without[month].cards < 20 {
				t.Errorf("%s has %+v, without groups %+v; want a group that opens and ends, and a third of the changes at most",
					month, got, without[month])
			}
		default:
			if with[month] != without[month] || with[month].groups != 0 {
				t.Errorf("%s has %+v, without groups %+v; want the same", month, with[month], without[month])
			}
		}
	}
}

// tally is what was notified of in a month.
type tally struct{ groups, cards int }

func outageYear(t *testing.T, groups rule.Groups) (months map[time.Month]tally) {
	t.Helper()
	months = make(map[time.Month]tally)
	synctest.Test(t, func(t *testing.T) {
		zone := time.FixedZone("CET", 60*60)
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
		w := newWorldOf(t, outageCards, zone, start, groups)
		plant(w, start.Year())
		for day := range 365 {
			time.Sleep(time.Until(start.AddDate(0, 0, day)))
			w.midnight(time.Now().In(zone))
			time.Sleep(30 * time.Minute)
			if report, err := w.Sweep(t.Context()); err != nil || !report.Done || report.Checked != len(w.listed) {
				t.Fatalf("sweep at %v = %+v, %v", time.Now(), report, err)
			}
			w.checkCovered(t)
		}
		for _, c := range w.notified.changes {
			month := months[c.At.In(zone).Month()]
			switch {
			case c.Incident.Key.Subject.Kind == incident.Group:
				month.groups++
			case rule.FormsGroups(c.Incident.Key.Rule):
				month.cards++
			}
			months[c.At.In(zone).Month()] = month
		}
	})
	return months
}

// checkCovered finds that receivers know of each card that is stopped now, by itself or by an
// open group, and of no other.
func (w *world) checkCovered(t *testing.T) {
	t.Helper()
	checkInhibited(t, w.store)
	stored := w.store.incidents(t)
	for _, c := range w.listed {
		i := stored[keyOf(string(c.id), rule.StoppedName)]
		isStopped := c.info(time.Now()).Status == "35"
		if known := i.IsOpen() || rule.ByGroup(i.Suppressed); known != isStopped {
			t.Errorf("%v: card %s is stopped: %v, and known to be: %v", time.Now(), c.id, isStopped, known)
		}
	}
}
