package message

import (
	"math"
	"strconv"
	"time"

	"signalbox/functions/alerts/rule"
)

// overShare is the share of the data. One that is not crossed any more, since there is
// room between where an incident opens and where it is resolved, is not shown.
func overShare(s Style, _ time.Time, i rule.Incident) string {
	w, percent := s.words().Thresholds, i.Threshold.Value
	share := strconv.FormatFloat(percent, 'f', -1, 64) + "%"
	ratio, known := i.Details.Facts.Ratio.Value()
	switch exact := math.Round(ratio*1e6) / 1e4; {
	case percent <= 0 || known && exact < percent:
		return ""
	case known && exact == percent:
		return w.Reached(share)
	default:
		return w.Over(share)
	}
}

// underDays is how many days before the end of a package.
func underDays(s Style, now time.Time, i rule.Incident) string {
	w, left := s.words().Thresholds, i.Details.Facts.Expires.Sub(now)
	switch days := int(i.Threshold.Value); {
	case i.Details.Facts.Expires.IsZero() || !i.Threshold.Falling:
		return ""
	case left <= 0:
		return w.NoneLeft
	case days <= 0 || left > time.Duration(days)*24*time.Hour:
		return ""
	default:
		return w.Under(days)
	}
}

// overChance is how likely it is that a card runs out.
func overChance(s Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ForecastDetails)
	if !ok || i.Threshold.Value <= 0 || details.Probability < i.Threshold.Value {
		return ""
	}
	return s.words().Thresholds.Chance(wholePercent(i.Threshold.Value))
}

func idleDays(s Style, _ time.Time, i rule.Incident) string {
	if i.Threshold.Value <= 0 {
		return ""
	}
	return s.words().Thresholds.Idle(int(i.Threshold.Value))
}
