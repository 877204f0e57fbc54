package alerts

import (
	"context"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// lateAfter is how many times the expected interval may pass before a sweep that
// does not end is an alert itself.
const lateAfter = 1.5

// day is what the daily summary tells of the sweeps.
type day struct {
	Since    time.Time `json:"since,omitzero"`
	Opened   int       `json:"opened"`
	Resolved int       `json:"resolved"`
	Sweeps   int       `json:"sweeps"`
	Late     int       `json:"late"`
	Failed   int       `json:"failed"` // ticks that ended with an error
}

// with adds a part of a sweep.
func (d day) with(notices []incident.Notice, p progress, late bool) day {
	for _, n := range notices {
		switch n.Kind {
		case incident.Opened:
			d.Opened++
		case incident.Resolved:
			d.Resolved++
		case incident.Escalated, incident.Reminded:
		}
	}
	if p.Report.Done {
		d.Sweeps++
		if late {
			d.Late++
		}
	}
	return d
}

// watch judges the sweeps themselves: one that is late or keeps failing is an
// incident of the fleet, which ends with the next sweep that is done in time.
func (s *sweep) watch(ctx context.Context, readErr error) error {
	now := s.config.Now()
	s.saved.Failures++
	if readErr == nil {
		s.saved.Failures = 0
	} else {
		s.saved.Day.Failed++
	}
	next, notices := s.saved.Incidents.Advance([]incident.Verdict{s.verdict(now)}, now, s.config.Repeat)
	s.saved.Incidents, s.saved.Outbox = next, append(s.saved.Outbox, notices...)
	var err error
	s.saved, err = s.save(context.WithoutCancel(ctx), s.saved)
	return err
}

// verdict says how the sweeps are doing.
func (s *sweep) verdict(now time.Time) incident.Verdict {
	v := incident.Verdict{
		Key: incident.Key{Subject: rule.Fleet, Rule: rule.Sweep}, Reason: rule.Clear,
		Facts: map[string]string{rule.FactFinished: s.lastDone().Format(time.RFC3339)},
	}
	switch {
	case s.late(now):
		v.Level, v.Reason = 1, rule.SweepLate
	case s.saved.Failures >= patience:
		v.Level, v.Reason = 1, rule.SweepFailing
	}
	return v
}

// late reports whether the last sweep that was done is too long ago.
func (s *sweep) late(now time.Time) bool {
	last := s.lastDone()
	return !last.IsZero() && now.Sub(last).Seconds() > lateAfter*s.config.Every.Seconds()
}

// lastDone is when the last sweep was done, or the first tick came.
func (s *sweep) lastDone() time.Time {
	if s.saved.Last != nil {
		return s.saved.Last.Finished
	}
	return s.saved.Begun
}
