package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// always is what to do whatever the incident says.
func always(action string) func(Style, time.Time, rule.Incident) string {
	return func(Style, time.Time, rule.Incident) string { return action }
}

func topUp(s Style, _ time.Time, i rule.Incident) string {
	if i.Severity == incident.Critical {
		return s.words().Actions.TopUp
	}
	return s.words().Actions.TopUpSoon
}

// unstop is what to do about a card that is stopped, by the cause.
func unstop(s Style, _ time.Time, i rule.Incident) string {
	details, _ := i.Details.Value.(rule.StoppedDetails)
	w := s.words().Actions
	switch details.Cause {
	case rule.UserStop:
		return w.AskOwner
	case rule.QuotaStop:
		return w.TopUp
	case rule.CreditStop:
		return w.Pay
	case rule.RebindStop:
		return w.CheckDevice
	case rule.RealNameStop:
		return w.Verify
	case rule.AbnormalStop:
		return w.CheckUse
	case rule.OtherStop, rule.Suspended:
		return w.Console
	default:
		return w.Console
	}
}

func mendLookups(s Style, _ time.Time, i rule.Incident) string {
	if details, ok := i.Details.Value.(rule.LookupsDetails); ok && details.Denied {
		return s.words().Actions.Allow
	}
	return s.words().Actions.Log
}
