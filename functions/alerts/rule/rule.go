// Package rule judges a card: a reading goes in, verdicts with named reasons
// come out. It is pure.
//
// There are five rules. Each has its thresholds in [Settings], and judges only
// what a [Reading] tells. A [Policy] chooses the settings for a card and keeps
// quiet what nobody is to be told now.
package rule

import (
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// The names of the rules.
const (
	Expiry   = "expiry"   // the card's last package is about to end
	Usage    = "usage"    // the package's data is about to be used up
	Stopped  = "stopped"  // the card was stopped or suspended
	Stale    = "stale"    // the card's usage was not counted for long
	Forecast = "forecast" // the data will be used up before it renews
)

// Names are all the rules.
var Names = []string{Expiry, Usage, Stopped, Stale, Forecast}

// The reasons of verdicts.
const (
	Clear = "clear"
	Near  = "near" // not bad enough to open an incident, not good enough to end one
	Off   = "off"  // the settings leave the rule out
	Gone  = "gone" // the card no longer exists

	ExpiresSoon = "expires-soon"
	Expired     = "expired"
	HighUsage   = "high-usage"
	UsedUp      = "used-up"
	NotCounted  = "not-counted"
	WillRunOut  = "will-run-out"
)

// The reasons of the rule Stopped, as Alibaba names them.
const (
	UserStop     = "user-stop"
	QuotaStop    = "quota-stop"
	CreditStop   = "credit-stop"
	RebindStop   = "rebind-stop"
	RealNameStop = "real-name-stop"
	AbnormalStop = "abnormal-stop"
	OtherStop    = "stopped" // for no reason that is known
	Suspended    = "suspended"
)

// CardGone returns verdicts that clear every rule of a card that no longer
// exists.
func CardGone(id card.ICCID) []incident.Verdict {
	verdicts := make([]incident.Verdict, len(Names))
	for i, name := range Names {
		verdicts[i] = incident.Verdict{Key: incident.Key{Subject: string(id), Rule: name}, Reason: Gone}
	}
	return verdicts
}

// critical reports whether a reason is told at night, too: the card is offline,
// or about to be.
func critical(reason string) bool {
	switch reason {
	case Expired, UsedUp, QuotaStop, CreditStop:
		return true
	default:
		return false
	}
}
