package incident_test

import (
	"testing"
	"time"

	"signalbox/shared/incident"
)

// FuzzAdvance feeds any sequence of evaluations. In the end receivers know the
// newest state, nothing is remembered, and no two changes have one id.
func FuzzAdvance(f *testing.F) {
	f.Add([]byte{2, 0, 2, 0, 2, 0, 1, 3, 4, 4, 2})
	f.Add([]byte{10, 18, 26, 2, 66, 130, 4, 4, 4})
	f.Fuzz(func(t *testing.T, script []byte) {
		var i record
		var believed bool
		ids := make(map[string]bool)
		now := start
		apply := func(e evaluation) {
			e.Key = key
			next, changes := incident.Advance(i, e, now, incident.Policy{})
			for _, c := range changes {
				if ids[c.ID] {
					t.Fatalf("the id %s comes twice", c.ID)
				}
				ids[c.ID] = true
				believed = c.Incident.Phase == incident.PhaseOpen
			}
			i, now = next, now.Add(10*time.Minute)
		}
		for _, b := range script {
			apply(scripted(b))
		}
		for range 16 { // calm, and nothing is suppressed
			apply(evaluation{Status: incident.Clear})
		}
		if believed || !i.IsZero() {
			t.Errorf("after 160 minutes of calm receivers believe open: %v, remembered %+v", believed, i)
		}
	})
}

// scripted is the evaluation that a byte stands for.
func scripted(b byte) evaluation {
	statuses := []incident.Status{incident.Clear, incident.Hysteresis, incident.Breached, incident.Off, incident.Absent, "", incident.Breached, incident.Breached}
	e := evaluation{Status: statuses[b%8], Severity: incident.Warning, Threshold: incident.Threshold{Value: 80}}
	if b&8 != 0 {
		e.Severity, e.Threshold.Value = incident.Critical, 100
	}
	if b&16 != 0 {
		e.Instance = "another"
	}
	if b&32 != 0 {
		e.Suppressed = incident.Suppression{By: incident.BySilence}
	}
	e.Partial = b&64 != 0
	if b&128 != 0 {
		e.For = 2
	}
	return e
}
