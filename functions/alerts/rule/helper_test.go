package rule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

const (
	day   = 24 * time.Hour
	iccid = "89860321000000015668"
)

var (
	now      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	settings = rule.Defaults().With(
		rule.Usage{Percent: []int{100, 80, 90}}, rule.Expiry{Days: []int{1, 30, 7, 14, 3}},
	)
	policy = rule.Policy{Default: settings}
	aCard  = incident.Subject{Kind: incident.Card, ID: iccid}
	aPool  = incident.Subject{Kind: incident.Pool, ID: "P1"}

	// asText compares sizes and ratios by their texts, which are what is stored.
	asText = cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b card.DataSize) bool { return a.Text() == b.Text() }),
		cmp.Comparer(func(a, b card.Ratio) bool { return a.Text() == b.Text() }),
	}
)

// found is what an evaluation says, without what it says it of.
type found struct {
	status    incident.Status
	severity  incident.Severity
	threshold float64
}

func warning(threshold float64) found {
	return found{incident.Breached, incident.Warning, threshold}
}

func critical(threshold float64) found {
	return found{incident.Breached, incident.Critical, threshold}
}

var (
	allClear   = found{status: incident.Clear}
	hysteresis = found{status: incident.Hysteresis}
	off        = found{status: incident.Off}
	nothing    = found{} // no evaluation
)

func foundOf(e rule.Evaluation) found { return found{e.Status, e.Severity, e.Threshold.Value} }

// evaluated returns what the rule of that name says; the zero Evaluation is
// nothing.
func evaluated(p rule.Policy, o rule.Observation, name string) rule.Evaluation {
	if o.Subject == (incident.Subject{}) {
		o.Subject = aCard
	}
	for _, e := range p.Evaluate(o, now) {
		if e.Key.Rule == name {
			return e
		}
	}
	return rule.Evaluation{}
}

// fleetEvaluated is the same of a rule about the fleet.
func fleetEvaluated(p rule.Policy, o rule.FleetObservation, name string) rule.Evaluation {
	for _, e := range p.EvaluateFleet(o, now) {
		if e.Key.Rule == name {
			return e
		}
	}
	return rule.Evaluation{}
}

func checkFound(t *testing.T, what any, e rule.Evaluation, want found) {
	t.Helper()
	if got := foundOf(e); got != want {
		t.Errorf("%v: found %+v, want %+v", what, got, want)
	}
}

// checkDetails wants these details, and that they can be stored.
func checkDetails(t *testing.T, what any, e rule.Evaluation, want rule.Typed) {
	t.Helper()
	if diff := cmp.Diff(want, e.Details.Value); diff != "" {
		t.Errorf("%v: details (-want +got):\n%s", what, diff)
	}
	checkStorable(t, rule.Details{Facts: e.Details.Facts, Value: want})
}

// checkStorable wants details that come back from JSON as they are.
func checkStorable(t *testing.T, want rule.Details) {
	t.Helper()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatalf("encode %+v: %v", want, err)
	}
	var got rule.Details
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatalf("decode %s: %v", data, err)
	}
	if diff := cmp.Diff(want, got, asText); diff != "" {
		t.Errorf("by way of %s (-want +got):\n%s", data, diff)
	}
}

func checkStrings(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
