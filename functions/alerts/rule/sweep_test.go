package rule_test

import (
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// ago is an observation of sweeps that are to be done every ten minutes.
func ago(finished, took time.Duration) rule.FleetObservation {
	return rule.FleetObservation{
		Begun: now.Add(-100 * day), LastFinished: now.Add(-finished), LastTook: took, Every: 10 * time.Minute,
	}
}

func TestSweepIsLate(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	daily, lateDay, never := ago(30*time.Hour, 2*time.Hour), ago(40*time.Hour, 2*time.Hour), ago(day, 0)
	daily.Every, lateDay.Every, never.Every = day, day, 0
	first := rule.FleetObservation{Begun: now.Add(-24 * time.Hour), Every: 10 * minute}
	lateFirst := rule.FleetObservation{Begun: now.Add(-25 * time.Hour), Every: 10 * minute}
	tests := []struct {
		name string
		o    rule.FleetObservation
		want found
	}{
		{"in time", ago(5*minute, minute), allClear},
		{"at the limit", ago(16*minute+30*time.Second, minute), hysteresis},
		{"late", ago(16*minute+31*time.Second, minute), warning(0)},
		{"long sweeps take long", ago(100*minute, 80*minute), hysteresis},
		{"but not so long", ago(136*minute, 80*minute), warning(0)},
		{"a sweep a day", daily, hysteresis},
		{"a day late", lateDay, warning(0)},
		{"the first may take a day", first, hysteresis},
		{"and no longer", lateFirst, warning(0)},
		{"the clock was set back", ago(-time.Hour, minute), allClear},
		{"nothing known", rule.FleetObservation{Every: minute}, nothing},
		{"none expected", never, nothing},
	}
	for _, tt := range tests {
		checkFound(t, tt.name, fleetEvaluated(policy, tt.o, rule.SweepName), tt.want)
	}
}

// Sweeps that always come late are one incident, which ends with one in time.
func TestLateSweepsDoNotFlap(t *testing.T) {
	t.Parallel()
	breached, cleared := 0, 0
	for since := time.Duration(0); since <= 30*time.Minute; since += time.Minute {
		o := ago(since, time.Minute)
		o.LastGap = 30 * time.Minute
		switch fleetEvaluated(policy, o, rule.SweepName).Status {
		case incident.Breached:
			breached++
		case incident.Clear:
			cleared++
		default:
		}
	}
	if breached == 0 || cleared != 0 {
		t.Errorf("of sweeps every 30 minutes, %d evaluations are breached and %d allClear, want some and none", breached, cleared)
	}
	inTime := ago(time.Minute, time.Minute)
	inTime.LastGap = 11 * time.Minute
	checkFound(t, "in time again", fleetEvaluated(policy, inTime, rule.SweepName), allClear)
	slow := ago(time.Minute, 4*time.Hour)
	slow.LastGap = 4 * time.Hour
	checkFound(t, "slow, but done", fleetEvaluated(policy, slow, rule.SweepName), allClear)
}

func TestSweepIsFailing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		runs int
		o    rule.FleetObservation
		want found
	}{
		{"none", 0, ago(time.Minute, time.Minute), allClear},
		{"one", 1, ago(time.Minute, time.Minute), hysteresis},
		{"three", 3, ago(time.Minute, time.Minute), critical(0)},
		{"the first ever", 3, rule.FleetObservation{}, critical(0)},
		{"late, too", 2, ago(day, time.Minute), warning(0)},
		{"late and failing", 4, ago(day, time.Minute), critical(0)},
	}
	for _, tt := range tests {
		want := rule.SweepDetails{Finished: tt.o.LastFinished, FailedRuns: tt.runs}
		tt.o.FailedRuns, tt.o.FailedCause = tt.runs, "list the fleet: page 3: denied"
		if tt.runs > 0 {
			want.FailedCause = tt.o.FailedCause
		}
		e := fleetEvaluated(policy, tt.o, rule.SweepName)
		checkFound(t, tt.name, e, tt.want)
		checkDetails(t, tt.name, e, want)
	}
}
