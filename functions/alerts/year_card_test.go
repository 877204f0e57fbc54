//go:build long

package alerts_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// allowance is a month's data in units of 100 KB, so that the thresholds of the
// rules are met exactly.
const allowance = 1000

// dayFlow is what a simulated card used on one day.
type dayFlow struct {
	month string // yyyyMM
	flow  linkcard.DayFlow
}

// simCard is a card that lives through the year. All of it changes at midnight,
// but for the recounts.
type simCard struct {
	id      card.ICCID
	chance  *rand.Rand
	habit   func(day int) float64 // share of the scale used on a day
	scale   float64               // units a day
	flaps   bool                  // its usage is counted anew all the time
	tops    bool                  // somebody buys more data when it is short
	renewal time.Time             // when its package is renewed; zero: never
	stop    [2]time.Time          // stopped for an unpaid bill from, to
	leaves  time.Time             // when it leaves the account; zero: never
	missed  int                   // by how many sweeps it was, since then
	tag     string                // of twenty cards in a thousand
	carrier string                // one in five has the second one
	outages []outage

	used, total int
	lapsed      bool // its package has ended at least once, which hides its usage
	expires     time.Time
	counted     time.Time // the midnight up to which its usage is known
	days        []dayFlow
	months      map[string]*simMonth // by yyyyMM
}

// simMonth is what became of a card's data in one month.
type simMonth struct {
	exhausted time.Time // zero: it lasted
	disturbed bool      // topped up, stopped or at its end: nothing to foretell
}

// newSimCard deals the fates of card i for a year that begins at start.
func newSimCard(i int, start time.Time) *simCard {
	chance := rand.New(rand.NewPCG(2026, uint64(i)))
	c := &simCard{
		id: card.ICCID(fmt.Sprintf("8986032100000%07d", i)), chance: chance, total: allowance,
		scale:   0.4 * math.Exp(0.5*chance.NormFloat64()) * allowance / 30.4,
		habit:   simHabits[i%len(simHabits)](chance),
		flaps:   i < yearFlapping,
		tops:    i%4 == 1,
		expires: start.AddDate(0, 0, chance.IntN(600)-5).Add(-time.Second),
		months:  make(map[string]*simMonth),
		tag:     "site-" + strconv.Itoa(i%50), carrier: "CMCC",
	}
	if i%5 == 3 {
		c.carrier = "CUCC"
	}
	c.renewal = c.expires.Add(time.Second).AddDate(0, 0, -1-chance.IntN(25))
	if i%10 == 5 {
		c.renewal = c.expires.Add(time.Second).AddDate(0, 0, 1+chance.IntN(20))
	}
	if i%200 == 5 {
		c.renewal = time.Time{}
	}
	if i%25 == 13 {
		c.stop[0] = start.AddDate(0, 0, 20+chance.IntN(335))
		c.stop[1] = c.stop[0].AddDate(0, 0, 5+chance.IntN(35))
	}
	if i%100 == 37 {
		c.leaves = start.AddDate(0, 0, 100+chance.IntN(200))
	}
	if c.flaps {
		c.used, c.expires, c.renewal = 790, start.AddDate(2, 0, 0), time.Time{}
	}
	return c
}

func (c *simCard) left(now time.Time) bool { return !c.leaves.IsZero() && !now.Before(c.leaves) }

func (c *simCard) stopped(now time.Time) bool {
	return !now.Before(c.stop[0]) && now.Before(c.stop[1])
}

// midnight brings the card to the day that begins at now: the carrier counts
// what was used yesterday, the first of the month begins anew, and people do
// what they do.
func (c *simCard) midnight(now time.Time) {
	c.count(now)
	if now.Day() == 1 && !c.flaps {
		c.used, c.total = 0, allowance
	}
	month := c.month(now)
	if c.tops && c.used*10 >= 9*c.total && c.chance.IntN(3) == 0 {
		c.total, month.disturbed = c.total+allowance/2, true
	}
	if !c.renewal.IsZero() && !now.Before(c.renewal) {
		c.expires, c.renewal = c.expires.AddDate(1, 0, 0), time.Time{}
		month.disturbed = true
	}
	c.lapsed = c.lapsed || now.After(c.expires)
	month.disturbed = month.disturbed || c.stopped(now) || now.After(c.expires) ||
		c.left(now) || c.expires.Before(now.AddDate(0, 1, 1-now.Day()))
}

// count adds the day that ends at now.
func (c *simCard) count(now time.Time) {
	yesterday := now.AddDate(0, 0, -1)
	amount := 0
	if !c.flaps && !c.stopped(yesterday) && !yesterday.After(c.expires) {
		amount = int(c.scale * c.habit(len(c.days)))
	}
	c.used, c.counted = c.used+amount, now
	c.days = append(c.days, dayFlow{card.MonthOf(yesterday).Vendor(), linkcard.DayFlow{
		Day: aliyun.Text(yesterday.Format("20060102")), Flow: units(amount),
	}})
	if month := c.month(yesterday); c.used >= c.total && month.exhausted.IsZero() {
		month.exhausted = now
	}
}

func (c *simCard) month(of time.Time) *simMonth {
	key := card.MonthOf(of).Vendor()
	if c.months[key] == nil {
		c.months[key] = new(simMonth)
	}
	return c.months[key]
}

// recount is the carrier correcting itself by one percent of the package.
func (c *simCard) recount() {
	if c.flaps {
		c.used = 790 + 800 - c.used
	}
}

func units(n int) aliyun.Text { return aliyun.Text(strconv.Itoa(n*100) + "KB") }

// info is the card as the listing shows it.
func (c *simCard) info(now time.Time) linkcard.CardInfo {
	info := linkcard.CardInfo{
		Iccid: aliyun.Text(c.id), Status: "30", OsStatus: "100", Period: "1101",
		PeriodAddFlow: units(c.used), PeriodRestFlow: units(max(0, c.total-c.used)),
		ExpireTime:             aliyun.Text(c.expires.Format(card.VendorTime)),
		FlowLatestModifiedTime: aliyun.Text(c.counted.Format(card.VendorTime)),
	}
	if c.flaps {
		info.Period = "1112"
	}
	info.Vendor, info.TagList = aliyun.Text(c.carrier), []linkcard.Tag{{TagName: aliyun.Text(c.tag)}}
	if c.stopped(now) {
		info.Status, info.OsStatus = "35", "400"
	}
	for _, o := range c.outages {
		o.apply(&info, now)
	}
	return info
}

// flow is the card as it is looked up: the days of the last two months.
func (c *simCard) flow() linkcard.CardFlow {
	ratio := strconv.FormatFloat(float64(c.used*100)/float64(c.total), 'f', -1, 64) + "%"
	flow := linkcard.CardFlow{
		ListVendorDetail: []linkcard.VendorDetail{{Vendor: "CMCC", UsedFlow: units(c.used), Ratio: aliyun.Text(ratio)}},
		ListPackageDTO: []linkcard.PackageDTO{{
			PackageName: "移动-单卡通用流量-月包-100M", ExpireTime: aliyun.Text(c.expires.Format(card.VendorTime)),
		}},
	}
	for _, month := range []time.Time{c.counted, c.counted.AddDate(0, 0, -c.counted.Day())} {
		flow.ListCardMonthFlow = append(flow.ListCardMonthFlow, c.monthFlow(card.MonthOf(month).Vendor()))
	}
	return flow
}

func (c *simCard) monthFlow(month string) linkcard.CardMonthFlow {
	flow := linkcard.CardMonthFlow{Month: aliyun.Text(month)}
	for _, day := range slices.Backward(c.days) {
		if day.month == month {
			flow.ListDayFlow = append(flow.ListDayFlow, day.flow)
		} else if len(flow.ListDayFlow) > 0 {
			break
		}
	}
	return flow
}

// plights are what is wrong with the card, by the name of the rule that should
// say so. A card that left is known to have done so by the second sweep.
func (c *simCard) plights(now time.Time) map[string]plight {
	if c.left(now) {
		if c.missed++; c.missed < 2 {
			return nil
		}
		return map[string]plight{rule.ExpiryName: {}, rule.UsageName: {}, rule.StoppedName: {}}
	}
	stopped := plight{}
	if c.stopped(now) {
		stopped.severity = incident.Critical
	}
	return map[string]plight{rule.ExpiryName: c.expiry(now), rule.UsageName: c.usage(), rule.StoppedName: stopped}
}

func (c *simCard) usage() plight {
	p := plight{instance: c.end(), between: c.used*100 > 76*c.total && c.used*100 < 80*c.total}
	for _, percent := range usageThresholds {
		if c.used*100 >= percent*c.total {
			p.severity, p.threshold.Value = incident.Warning, float64(percent)
		}
	}
	if c.used >= c.total {
		p.severity = incident.Critical
	}
	return p
}

func (c *simCard) expiry(now time.Time) plight {
	p := plight{instance: c.end()}
	for _, days := range expiryThresholds {
		if !now.Add(time.Duration(days) * 24 * time.Hour).Before(c.expires) {
			p.severity, p.threshold = incident.Warning, incident.Threshold{Value: float64(days), Falling: true}
		}
	}
	if !now.Before(c.expires) {
		p.severity, p.threshold = incident.Critical, incident.Threshold{Falling: true}
	}
	return p
}

func (c *simCard) end() string { return c.expires.UTC().Format(time.RFC3339) }
