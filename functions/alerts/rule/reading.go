package rule

import (
	"math"
	"strconv"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// Reading is what is known of one card at one time. What is unknown is zero, and
// judged by no rule.
type Reading struct {
	ICCID   card.ICCID
	Tags    []string
	Package string        // name of the package that ends last
	Expires time.Time     // when it ends
	Used    card.DataSize // in this period
	Rest    card.DataSize // left in this period
	Ratio   card.Ratio    // used share of the period's data

	// Pool is the credential of the plan that the card shares with others. A
	// card's own Used, Rest and Ratio are then unknown; the pool has a reading
	// of its own.
	Pool string
	// Status and OsStatus are the state of the card and the cause of it, in
	// Alibaba's numbers.
	Status, OsStatus string
	// Refreshed is when the usage was last counted.
	Refreshed time.Time
	// PeriodStart and Renews are the ends of the period in which Used was used
	// and for which Rest is left.
	PeriodStart, Renews time.Time
	// Forecast is for the period, too. The zero value was not asked for.
	Forecast forecast.Forecast
}

// The facts of verdicts, by name. A fact that is unknown is left out.
const (
	FactPackage     = "package"     // the vendor's name of it
	FactExpires     = "expires"     // RFC 3339
	FactUsed        = "used"        // the vendor's text, such as 92.00MB
	FactRest        = "rest"        // likewise
	FactRatio       = "ratio"       // such as 92%
	FactPool        = "pool"        // the vendor's name of it
	FactRefreshed   = "refreshed"   // RFC 3339
	FactRenews      = "renews"      // RFC 3339
	FactExpected    = "expected"    // day on which the data is used up, such as 2026-12-01
	FactEarliest    = "earliest"    // first day of its 80 % range
	FactLatest      = "latest"      // last day of it
	FactProbability = "probability" // that this comes before the renewal, such as 83%
)

// facts are shared by the verdicts on r.
func (r Reading) facts() map[string]string {
	facts := map[string]string{
		FactPackage:   r.Package,
		FactExpires:   timeText(r.Expires),
		FactUsed:      r.Used.Text(),
		FactRest:      r.Rest.Text(),
		FactRatio:     r.Ratio.Text(),
		FactPool:      r.Pool,
		FactRefreshed: timeText(r.Refreshed),
		FactRenews:    timeText(r.Renews),
	}
	if r.Forecast.Known {
		facts[FactExpected] = dayText(r.Forecast.Expected)
		facts[FactEarliest] = dayText(r.Forecast.Earliest)
		facts[FactLatest] = dayText(r.Forecast.Latest)
		facts[FactProbability] = percentText(r.Forecast.Probability)
	}
	for name, text := range facts {
		if text == "" {
			delete(facts, name)
		}
	}
	return facts
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func dayText(d card.Day) string {
	if d == (card.Day{}) {
		return ""
	}
	return d.String()
}

// percentText rounds down: nothing is certain that is not.
func percentText(share float64) string {
	return strconv.Itoa(int(math.Floor(share*100))) + "%"
}

// instance names the occasion on which a rule may fire: a new package has a new
// end, a new period a new renewal. To be stopped is none of theirs.
func (r Reading) instance(rule string) string {
	switch rule {
	case Expiry, Usage:
		return utcText(r.Expires)
	case Forecast:
		return utcText(r.Renews)
	default:
		return ""
	}
}

func utcText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
