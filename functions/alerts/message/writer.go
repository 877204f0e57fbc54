package message

import (
	"signalbox/functions/alerts/rule"
	"signalbox/shared/notify"
)

// Writer words what is notified about the fleet, as far as it was seen. It is a
// value: make one for each run.
type Writer struct {
	Style    Style
	Coverage Coverage
	Open     []rule.Incident // all that are open, for the daily summary
}

var _ notify.Writer[rule.Details] = Writer{}
