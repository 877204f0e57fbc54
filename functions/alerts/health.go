package alerts

import (
	"errors"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/quota"
)

// health is what is remembered of the sweeps themselves.
type health struct {
	Begun time.Time `json:"begun"` // when the first run came
	// FailedRuns counts the runs in a row that failed without progress, and
	// FailedCause says why the last one did.
	FailedRuns  int    `json:"failedRuns,omitempty"`
	FailedCause string `json:"failedCause,omitempty"`
	Day         day    `json:"day"`
}

// day is what the next daily summary says of the time since the last one.
type day struct {
	Since    time.Time `json:"since,omitzero"`
	Opened   int       `json:"opened,omitempty"`
	Resolved int       `json:"resolved,omitempty"`
	Sweeps   int       `json:"sweeps,omitempty"` // that were finished
	Late     int       `json:"late,omitempty"`   // of them
	Failed   int       `json:"failed,omitempty"` // runs that failed without progress
}

func (d *day) count(changes []rule.Change) {
	for _, c := range changes {
		switch c.Kind {
		case incident.Opened:
			d.Opened++
		case incident.Resolved:
			d.Resolved++
		case incident.Worsened, incident.Reminded, incident.Flapping:
		}
	}
}
