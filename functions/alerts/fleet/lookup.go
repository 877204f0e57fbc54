package fleet

import (
	"strconv"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// Lookup is what a lookup has added to the listing. It is kept so that a card is
// looked up again only when its data can have changed.
type Lookup struct {
	// Print stands for all that the listing said of the card's data then, but for
	// Refreshed, which is when that was counted.
	Print     string    `json:"print"`
	Refreshed time.Time `json:"refreshed,omitzero"`
	// At is when the card was looked up, Until when it is to be looked up again even
	// where nothing has changed.
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`

	Package  string            `json:"package,omitempty"`
	Expires  time.Time         `json:"expires,omitzero"`
	Used     card.DataSize     `json:"used,omitzero"`
	Ratio    card.Ratio        `json:"ratio,omitzero"`
	Forecast forecast.Forecast `json:"forecast,omitzero"`
	LastUse  card.Day          `json:"lastUse,omitzero"`
}

const (
	// keepLookup is how long a lookup counts at most while nothing changes.
	keepLookup = 7 * 24 * time.Hour
	// idleLookup is how long one counts of a card that uses no data.
	idleLookup = 24 * time.Hour
)

// printOf returns the fingerprint of what a listing says of a card's data.
func printOf(info linkcard.CardInfo, o rule.Observation) string {
	return strconv.FormatUint(hash(
		string(info.ExpireTime), string(info.PeriodAddFlow), string(info.PeriodRestFlow), string(info.DataLevel),
		string(info.Status), string(info.OsStatus), string(info.Period), o.Pool, o.PeriodStart.UTC().Format(time.DateTime),
	), 36)
}

// isCurrent reports whether nothing can have changed since the lookup. Where it is
// unknown when usage was last counted, or it was counted since, something can have,
// unless the card uses no data: then a lookup a day is enough.
func (l Lookup) isCurrent(fingerprint string, o rule.Observation, now time.Time) bool {
	if l.Print != fingerprint || now.Before(l.At) || !now.Before(l.Until) {
		return false
	}
	if !o.Refreshed.IsZero() && o.Refreshed.Equal(l.Refreshed) {
		return true
	}
	used, known := o.Used.Bytes()
	return known && used == 0 && now.Sub(l.At) < idleLookup
}

// lookupOf reads the answer of a lookup of a card that is listed as o.
func (s *Scanner) lookupOf(answer linkcard.GetCardFlowInfoResponse, fingerprint string, o rule.Observation) Lookup {
	now, usage := s.config.Now(), answer.Usage(s.config.Zone)
	l := Lookup{Print: fingerprint, Refreshed: o.Refreshed, At: now, LastUse: lastUse(usage)}
	l.Until = now.Add(keepLookup - spread(o))
	own := card.BalanceOf(usage, o.Pool != "", now)
	l.Package, l.Expires, l.Used, l.Ratio = own.Package, own.Expires, own.Used, own.Ratio
	for _, p := range usage.Packages {
		for _, edge := range []time.Time{p.Effective, p.Expires} {
			if edge.After(now) {
				l.Until = earlier(l.Until, edge)
			}
		}
	}
	l.Forecast = forecast.OfCard(balanceOf(l.confirm(o)), usage, now.In(s.config.Zone))
	return l
}

// spread keeps the cards that were looked up in one sweep from being due in one.
func spread(o rule.Observation) time.Duration {
	return time.Duration(markOf(o.Subject)%(24*60)) * time.Minute
}

// confirm returns what is known of a card, with what its lookup says in place of what
// the listing says, as far as the lookup says it.
func (l Lookup) confirm(o rule.Observation) rule.Observation {
	own := card.Balance{Used: l.Used, Ratio: l.Ratio, Package: l.Package, Expires: l.Expires}
	o = withBalance(o, balanceOf(o).Confirmed(own))
	o.Lookup = rule.WithoutPackages
	if !l.Expires.IsZero() {
		o.Lookup = rule.LookedUp
	}
	o.Forecast, o.LastUse, o.LookedUpAt = l.Forecast, l.LastUse, l.At
	return o
}

// lastUse returns the last day on which the card used data.
func lastUse(usage card.Usage) card.Day {
	var last card.Day
	for _, m := range usage.Months {
		for _, d := range m.Days {
			if bytes, _ := d.Flow.Bytes(); bytes > 0 && (last == card.Day{} || d.Day.String() > last.String()) {
				last = d.Day
			}
		}
	}
	return last
}
