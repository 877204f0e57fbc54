package rule_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// FuzzDetails holds that what can be decoded is encoded so that it can be decoded
// again, and to the same.
func FuzzDetails(f *testing.F) {
	fleet := rule.FleetObservation{Complete: true, Every: day, Begun: now, Receivers: []rule.ReceiverObservation{{}}}
	for _, e := range slices.Concat(policy.Evaluate(bad(), now), policy.EvaluateFleet(fleet, now)) {
		data, err := json.Marshal(e.Details)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second rule.Details
		if json.Unmarshal(data, &first) != nil {
			return
		}
		encoded, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("encode what %q says: %v", data, err)
		}
		if err := json.Unmarshal(encoded, &second); err != nil {
			t.Fatalf("decode %s: %v", encoded, err)
		}
		again, err := json.Marshal(second)
		if err != nil || !bytes.Equal(encoded, again) {
			t.Errorf("%s is encoded again as %s, %v", encoded, again, err)
		}
	})
}

// FuzzEvaluate holds that whatever is observed, evaluations are well formed and can
// be stored.
func FuzzEvaluate(f *testing.F) {
	add := func(o any, seconds int64) {
		data, err := json.Marshal(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, seconds)
	}
	missing, unreadable := bad(), idle()
	missing.Missing, unreadable.Unreadable = true, "why"
	for _, o := range []any{rule.Observation{}, bad(), idle(), usedUp, missing, unreadable, rule.FleetObservation{}, ago(day, day)} {
		add(o, now.Unix())
		add(o, -1)
	}
	p := policy
	p.Default = settings.With(rule.Inactive{Days: 3})
	p.Overrides = []rule.Override{{Match: rule.Match{Package: "[a"}}, {Match: rule.Match{Package: "a"}}}
	p.Silences = []rule.Silence{{Match: rule.Match{Tag: "a*"}, Until: now.Add(day)}, {Rule: rule.SweepName, Until: now.Add(day)}}
	p.MuteTimes = []rule.MuteTime{{From: 60, To: 30}}
	f.Fuzz(func(t *testing.T, data []byte, seconds int64) {
		at := time.Unix(seconds%(1<<36), 0)
		var o rule.Observation
		if json.Unmarshal(data, &o) == nil {
			p.NeedsLookup(o, at)
			checkWellFormed(t, o.Subject, p.Evaluate(o, at))
			checkWellFormed(t, o.Subject, rule.Policy{}.Evaluate(o, at))
		}
		var fleet rule.FleetObservation
		if json.Unmarshal(data, &fleet) == nil {
			checkWellFormed(t, incident.Subject{Kind: incident.Fleet}, p.EvaluateFleet(fleet, at))
		}
	})
}

func checkWellFormed(t *testing.T, subject incident.Subject, evaluations []rule.Evaluation) {
	t.Helper()
	for i, e := range evaluations {
		breached := e.Status == incident.Breached
		switch {
		case e.Key.Subject != subject && subject.Kind != incident.Fleet, e.Key.Subject.Kind != subject.Kind:
			t.Errorf("%s is about %v, want %v", e.Key.Rule, e.Key.Subject, subject)
		case !slices.Contains(rule.Names(), e.Key.Rule):
			t.Errorf("there is no rule %q", e.Key.Rule)
		case e.Status == "" || breached != (e.Severity != "") || !breached && e.Threshold != (incident.Threshold{}):
			t.Errorf("%s is %+v, want a severity, and perhaps a threshold, just where it is breached", e.Key.Rule, foundOf(e))
		case slices.ContainsFunc(evaluations[:i], func(other rule.Evaluation) bool { return other.Key == e.Key }) && e.Key.Rule != rule.ReceiverName:
			t.Errorf("%s is evaluated more than once", e.Key.Rule)
		}
		checkStorable(t, e.Details)
	}
}
