package incident_test

import (
	"slices"
	"testing"
	"time"

	"signalbox/shared/incident"
)

// TestAcknowledged has an incident go up and down while it is acknowledged: only what is
// worse than that is notified, and its end.
func TestAcknowledged(t *testing.T) {
	t.Parallel()
	key := incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: "1"}, Rule: "usage"}
	at := func(value float64) incident.Level {
		severity := incident.Warning
		if value >= 100 {
			severity = incident.Critical
		}
		return incident.Level{Severity: severity, Threshold: incident.Threshold{Value: value}}
	}
	evaluated := func(l incident.Level) incident.Evaluation[string] {
		return incident.Evaluation[string]{Key: key, Status: incident.Breached, Severity: l.Severity, Threshold: l.Threshold}
	}
	tests := []struct {
		name         string
		acknowledged incident.Level
		then         []incident.Level // one a day; the zero Level is that all is well
		want         []incident.Kind
	}{
		{"nobody has", incident.Level{}, []incident.Level{at(80), at(80)}, []incident.Kind{incident.Reminded, incident.Reminded}},
		{"it stays", at(80), []incident.Level{at(80), at(80), at(80)}, nil},
		{"it gets worse", at(80), []incident.Level{at(80), at(90)}, []incident.Kind{incident.Worsened}},
		{"it gets more severe", at(80), []incident.Level{at(100)}, []incident.Kind{incident.Worsened}},
		{"it eases and comes back", at(100), []incident.Level{at(80), at(100), at(80), at(100)}, nil},
		{"it ends", at(80), []incident.Level{{}}, []incident.Kind{incident.Resolved}},
		{"it opens anew", at(80), []incident.Level{{}, at(80)}, []incident.Kind{incident.Resolved, incident.Opened}},
	}
	for _, tt := range tests {
		now := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
		p := incident.Policy{Repeat: 20 * time.Hour}
		i, _ := incident.Advance(incident.Incident[string]{}, evaluated(at(80)), now, p)
		if tt.acknowledged.Severity == incident.Critical {
			i, _ = incident.Advance(i, evaluated(at(100)), now, p)
		}
		p.Acknowledged = tt.acknowledged
		var got []incident.Kind
		for _, level := range tt.then {
			now = now.Add(24 * time.Hour)
			e := evaluated(level)
			if level == (incident.Level{}) {
				e = incident.Evaluation[string]{Key: key, Status: incident.Clear}
			}
			var changes []incident.Change[string]
			i, changes = incident.Advance(i, e, now, p)
			for _, c := range changes {
				got = append(got, c.Kind)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: notified %v, want %v", tt.name, got, tt.want)
		}
	}
}
