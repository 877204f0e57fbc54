// Package rule judges a card: a reading goes in, verdicts with named reasons
// come out. It is pure.
package rule

import (
	"slices"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// The names of the rules.
const (
	Expiry = "expiry" // the card's last package is about to end
	Usage  = "usage"  // the package's data is about to be used up
)

// The reasons of verdicts.
const (
	Clear       = "clear"
	ExpiresSoon = "expires-soon"
	Expired     = "expired"
	HighUsage   = "high-usage"
	UsedUp      = "used-up"
	Gone        = "gone" // the card no longer exists
)

// The facts of verdicts, by name. A fact that is unknown is left out.
const (
	FactPackage = "package" // the vendor's name of it
	FactExpires = "expires" // RFC 3339
	FactUsed    = "used"    // the vendor's text, such as 92.00MB
	FactRest    = "rest"    // likewise
	FactRatio   = "ratio"   // such as 92%
)

// Reading is what is known of one card at one time. What is unknown is judged
// by no rule.
type Reading struct {
	ICCID   card.ICCID
	Package string        // name of the package that ends last
	Expires time.Time     // when it ends
	Used    card.DataSize // in this period
	Rest    card.DataSize // left in this period
	Ratio   card.Ratio    // used share of the period's data
}

// Thresholds say when a rule fires. The zero value never does.
type Thresholds struct {
	usagePercent []int // ascending
	expiryDays   []int // descending
}

// NewThresholds returns ladders of percentages of the package used and of days
// before its end; the order of the steps does not matter.
func NewThresholds(usagePercent, expiryDays []int) Thresholds {
	days := slices.Sorted(slices.Values(expiryDays))
	slices.Reverse(days)
	return Thresholds{usagePercent: slices.Sorted(slices.Values(usagePercent)), expiryDays: days}
}

// Judge returns a verdict for each rule that r tells enough for.
func (t Thresholds) Judge(r Reading, now time.Time) []incident.Verdict {
	var verdicts []incident.Verdict
	if !r.Expires.IsZero() {
		level, reason := t.judgeExpiry(r.Expires.Sub(now))
		verdicts = append(verdicts, r.verdict(Expiry, level, reason))
	}
	if ratio, ok := r.Ratio.Value(); ok {
		level, reason := t.judgeUsage(ratio)
		verdicts = append(verdicts, r.verdict(Usage, level, reason))
	}
	return verdicts
}

// MayFire reports whether r needs a closer look: a rule fires on it, or does
// not know.
func (t Thresholds) MayFire(r Reading, now time.Time) bool {
	verdicts := t.Judge(r, now)
	fires := slices.ContainsFunc(verdicts, func(v incident.Verdict) bool { return v.Level > 0 })
	return fires || len(verdicts) < len(Names)
}

// Names are all the rules.
var Names = []string{Expiry, Usage}

// CardGone returns verdicts that clear every rule of a card that no longer
// exists.
func CardGone(id card.ICCID) []incident.Verdict {
	verdicts := make([]incident.Verdict, len(Names))
	for i, name := range Names {
		verdicts[i] = Reading{ICCID: id}.verdict(name, 0, Gone)
	}
	return verdicts
}

// judgeExpiry climbs one rung for each threshold of days that left is within,
// and a last one when nothing is left.
func (t Thresholds) judgeExpiry(left time.Duration) (level int, reason string) {
	if left <= 0 && len(t.expiryDays) > 0 {
		return len(t.expiryDays) + 1, Expired
	}
	for _, days := range t.expiryDays {
		if left > time.Duration(days)*24*time.Hour {
			break
		}
		level++
	}
	if level == 0 {
		return 0, Clear
	}
	return level, ExpiresSoon
}

// judgeUsage climbs one rung for each threshold that ratio has reached.
func (t Thresholds) judgeUsage(ratio float64) (level int, reason string) {
	for _, percent := range t.usagePercent {
		if ratio < float64(percent)/100 {
			break
		}
		level++
	}
	switch {
	case level == 0:
		return 0, Clear
	case ratio >= 1:
		return level, UsedUp
	default:
		return level, HighUsage
	}
}

func (r Reading) verdict(name string, level int, reason string) incident.Verdict {
	return incident.Verdict{
		Key:      incident.Key{Subject: string(r.ICCID), Rule: name},
		Instance: r.instance(),
		Level:    level,
		Reason:   reason,
		Facts:    r.facts(),
	}
}

// instance names the package: a new one has a new end.
func (r Reading) instance() string {
	if r.Expires.IsZero() {
		return ""
	}
	return r.Expires.UTC().Format(time.RFC3339)
}

func (r Reading) facts() map[string]string {
	facts := map[string]string{
		FactPackage: r.Package,
		FactUsed:    r.Used.Text(),
		FactRest:    r.Rest.Text(),
		FactRatio:   r.Ratio.Text(),
	}
	if !r.Expires.IsZero() {
		facts[FactExpires] = r.Expires.Format(time.RFC3339)
	}
	for name, text := range facts {
		if text == "" {
			delete(facts, name)
		}
	}
	return facts
}
