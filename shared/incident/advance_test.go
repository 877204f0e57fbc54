package incident_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
)

type (
	evaluation = incident.Evaluation[string]
	record     = incident.Incident[string]
	change     = incident.Change[string]
)

var (
	key   = incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: "89860321000000015668"}, Rule: "usage"}
	start = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
)

// at is one sweep: the minute, and what the rule says then.
type at struct {
	minute int
	e      evaluation
	want   string // the changes, such as "opened warning 80"
}

func breached(severity incident.Severity, threshold float64) evaluation {
	return evaluation{Status: incident.Breached, Instance: "2026-12", Severity: severity, Threshold: incident.Threshold{Value: threshold}}
}

func days(left float64) evaluation {
	return evaluation{Status: incident.Breached, Instance: "2026-12", Severity: incident.Warning, Threshold: incident.Threshold{Value: left, Falling: true}}
}

func cleared() evaluation    { return evaluation{Status: incident.Clear, Instance: "2026-12"} }
func hysteresis() evaluation { return evaluation{Status: incident.Hysteresis, Instance: "2026-12"} }

func silenced(e evaluation) evaluation {
	e.Suppressed = incident.Suppression{By: incident.BySilence}
	return e
}

// unsure may be silenced.
func unsure(e evaluation) evaluation {
	e.Unsure = []incident.Suppression{{By: incident.ByInhibition, Name: "x"}, {By: incident.BySilence}}
	return e
}

func muted(e evaluation) evaluation {
	e.Suppressed = incident.Suppression{By: incident.ByMuteTime}
	return e
}

func instance(e evaluation, name string) evaluation {
	e.Instance = name
	return e
}

func partial(e evaluation) evaluation {
	e.Partial, e.Instance = true, ""
	return e
}

func twoDays(e evaluation, seen string) evaluation {
	e.For, e.Seen = 2, seen
	return e
}

func absent(sweep string) evaluation {
	return evaluation{Status: incident.Absent, For: 2, Seen: sweep}
}

func text(changes []change) string {
	var words []string
	for _, c := range changes {
		word := fmt.Sprintf("%s %s %v", c.Kind, c.Incident.Severity, c.Incident.Threshold.Value)
		if c.Damped > 0 {
			word += fmt.Sprintf(" (%d changes, now %s)", c.Damped, c.Incident.Phase)
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	const warning, critical = incident.Warning, incident.Critical
	none := evaluation{}
	tests := []struct {
		name   string
		policy incident.Policy
		sweeps []at
		end    incident.Phase
	}{
		{"opens, worsens, is resolved once", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"},
			{10, breached(warning, 80), ""},
			{20, breached(warning, 90), "worsened warning 90"},
			{30, breached(critical, 100), "worsened critical 100"},
			{40, cleared(), "resolved critical 100"},
			{50, cleared(), ""},
			{120, none, ""},
		}, ""},
		{"what was not seen stays", incident.Policy{}, []at{{0, breached(warning, 80), "opened warning 80"}, {10, none, ""}, {20, none, ""}}, incident.PhaseOpen},
		{"hysteresis opens nothing and resolves nothing", incident.Policy{}, []at{
			{0, hysteresis(), ""}, {10, breached(warning, 80), "opened warning 80"}, {20, hysteresis(), ""}, {30, cleared(), "resolved warning 80"},
		}, incident.PhaseResolved},
		{"pending for two days of data", incident.Policy{}, []at{
			{0, twoDays(breached(warning, 0), "24th"), ""},
			{10, twoDays(breached(warning, 0), "24th"), ""},
			{20, twoDays(breached(warning, 0), "25th"), "opened warning 0"},
		}, incident.PhaseOpen},
		{"pending is forgotten by one that is clear", incident.Policy{}, []at{
			{0, twoDays(breached(warning, 0), "24th"), ""}, {10, cleared(), ""}, {20, twoDays(breached(warning, 0), "25th"), ""},
		}, incident.PhasePending},
		{"pending starts again with another instance", incident.Policy{}, []at{
			{0, twoDays(breached(warning, 0), "24th"), ""}, {10, twoDays(instance(breached(warning, 0), "2027-01"), "25th"), ""},
		}, incident.PhasePending},
		{"another instance is another incident", incident.Policy{}, []at{
			{0, breached(critical, 100), "opened critical 100"},
			{10, instance(breached(warning, 80), "2027-01"), "resolved critical 100; opened warning 80"},
		}, incident.PhaseOpen},

		{"another instance that is pending is one end", incident.Policy{}, []at{
			{0, breached(warning, 0), "opened warning 0"},
			{10, twoDays(instance(breached(warning, 0), "2027-01"), "24th"), "resolved warning 0"},
			{80, twoDays(instance(breached(warning, 0), "2027-01"), "24th"), ""},
			{90, twoDays(instance(breached(warning, 0), "2027-01"), "25th"), "opened warning 0"},
		}, incident.PhaseOpen},
		{"pending counts from the first, long after the end of the last", incident.Policy{}, []at{
			{0, breached(warning, 0), "opened warning 0"},
			{10, cleared(), "resolved warning 0"},
			{80, twoDays(breached(warning, 0), "24th"), ""},
			{90, twoDays(breached(warning, 0), "25th"), "opened warning 0"},
		}, incident.PhaseOpen},
		{"worse, long after the end, is opened", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"}, {10, cleared(), "resolved warning 80"}, {80, breached(critical, 100), "opened critical 100"},
		}, incident.PhaseOpen},

		// Fault 11.
		{"thresholds that change: the same is not notified", incident.Policy{}, []at{
			{0, breached(warning, 90), "opened warning 90"},
			{10, breached(warning, 85), ""},
			{20, breached(warning, 90), ""},
			{30, breached(warning, 95), "worsened warning 95"},
		}, incident.PhaseOpen},
		{"thresholds that fall: fewer days are worse", incident.Policy{}, []at{
			{0, days(14), "opened warning 14"}, {10, days(20), ""}, {20, days(14), ""}, {30, days(10), "worsened warning 10"},
		}, incident.PhaseOpen},
		{"a rule that is switched off resolves", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"}, {10, evaluation{Status: incident.Off}, "resolved warning 80"},
		}, incident.PhaseResolved},

		// Fault 12.
		{"flapping is notified once an hour", incident.Policy{}, []at{
			{0, breached(warning, 0), "opened warning 0"},
			{10, cleared(), "resolved warning 0"},
			{20, breached(warning, 0), ""},
			{30, cleared(), ""},
			{40, breached(warning, 0), ""},
			{50, cleared(), ""},
			{60, breached(warning, 0), ""},
			{70, cleared(), "flapping warning 0 (6 changes, now resolved)"},
			{80, breached(warning, 0), ""},
			{90, breached(warning, 0), ""},
			{130, breached(warning, 0), "opened warning 0"},
		}, incident.PhaseOpen},
		{"flapping that stops where it was says so once", incident.Policy{}, []at{
			{0, breached(warning, 0), "opened warning 0"},
			{10, cleared(), "resolved warning 0"},
			{20, breached(warning, 0), ""},
			{30, cleared(), ""},
			{70, none, "flapping warning 0 (2 changes, now resolved)"},
			{129, none, ""},
			{130, none, ""},
		}, ""},
		{"a worsening is never held back", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"},
			{1, cleared(), "resolved warning 80"},
			{2, breached(warning, 80), ""},
			{3, breached(critical, 100), "worsened critical 100"},
			{4, breached(warning, 90), ""},
			{5, breached(critical, 100), ""},
			{63, breached(critical, 100), "worsened critical 100"},
		}, incident.PhaseOpen},

		// Fault 13.
		{"an answer without packages changes nothing", incident.Policy{}, []at{
			{0, breached(critical, 100), "opened critical 100"},
			{10, partial(cleared()), ""},
			{20, partial(breached(warning, 80)), ""},
			{30, partial(hysteresis()), ""},
			{40, breached(critical, 100), ""},
		}, incident.PhaseOpen},
		{"an answer without packages may open and worsen", incident.Policy{}, []at{
			{0, partial(breached(warning, 80)), "opened warning 80"},
			{10, partial(breached(critical, 100)), "worsened critical 100"},
			{20, breached(critical, 100), ""},
		}, incident.PhaseOpen},
		{"an unknown instance is the same", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"}, {10, instance(breached(warning, 80), ""), ""}, {20, breached(warning, 80), ""},
		}, incident.PhaseOpen},
		{"a silenced change of instance stays silent", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"},
			{10, silenced(instance(breached(warning, 80), "2027-01")), ""},
			{20, silenced(instance(breached(warning, 80), "2027-01")), ""},
			{30, instance(breached(warning, 80), "2027-01"), "opened warning 80"},
		}, incident.PhaseOpen},

		// Fault 14.
		{"a card that is topped up shows today's severity", incident.Policy{}, []at{
			{0, breached(critical, 100), "opened critical 100"},
			{10, breached(warning, 80), ""},
			{300, breached(critical, 100), "worsened critical 100"},
		}, incident.PhaseOpen},

		{"silenced from the start, notified when that ends", incident.Policy{}, []at{
			{0, silenced(breached(warning, 80)), ""}, {10, breached(warning, 80), "opened warning 80"},
		}, incident.PhaseOpen},
		{"silenced all the time", incident.Policy{}, []at{{0, silenced(breached(warning, 80)), ""}, {10, silenced(cleared()), ""}}, ""},
		{"a silenced end waits", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"}, {10, silenced(cleared()), ""}, {20, silenced(cleared()), ""}, {90, cleared(), "resolved warning 80"},
		}, incident.PhaseResolved},
		{"a silenced end that did not last", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"}, {10, silenced(cleared()), ""}, {20, breached(warning, 80), ""},
		}, incident.PhaseOpen},
		{"what may suppress begins nothing", incident.Policy{}, []at{{0, unsure(breached(warning, 80)), "opened warning 80"}}, incident.PhaseOpen},
		{"what may suppress goes on", incident.Policy{}, []at{
			{0, silenced(breached(warning, 80)), ""},
			{10, unsure(breached(critical, 100)), ""},
			{20, unsure(muted(breached(warning, 80))), ""},
			{30, unsure(partial(breached(warning, 80))), ""},
			{40, breached(warning, 80), "opened warning 80"},
		}, incident.PhaseOpen},
		{"what may suppress goes on to the end", incident.Policy{}, []at{{0, silenced(breached(warning, 80)), ""}, {10, unsure(cleared()), ""}}, ""},
		{"another may suppress", incident.Policy{}, []at{{0, muted(breached(warning, 80)), ""}, {10, unsure(breached(warning, 80)), "opened warning 80"}}, incident.PhaseOpen},
		{"a silence that is over while answers lack packages", incident.Policy{}, []at{
			{0, silenced(breached(warning, 80)), ""}, {10, silenced(partial(breached(warning, 80))), ""}, {20, partial(breached(warning, 80)), "opened warning 80"},
		}, incident.PhaseOpen},
		{"a silence that is over while partial answers are clear", incident.Policy{}, []at{
			{0, silenced(breached(warning, 80)), ""}, {10, partial(cleared()), "opened warning 80"},
		}, incident.PhaseOpen},
		{"not found takes two sweeps", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"}, {10, absent("a"), ""}, {20, absent("a"), ""}, {30, absent("b"), "resolved warning 80"},
		}, incident.PhaseResolved},
		{"found again counts anew", incident.Policy{}, []at{
			{0, breached(warning, 80), "opened warning 80"}, {10, absent("a"), ""}, {20, breached(warning, 80), ""}, {30, absent("b"), ""},
		}, incident.PhaseOpen},
		{"reminded", incident.Policy{Repeat: 24 * time.Hour}, []at{
			{0, breached(warning, 80), "opened warning 80"},
			{60, breached(warning, 80), ""},
			{24 * 60, breached(warning, 80), "reminded warning 80"},
			{24*60 + 10, hysteresis(), ""},
			{48 * 60, hysteresis(), "reminded warning 80"},
		}, incident.PhaseOpen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var i record
			ids := make(map[string]bool)
			for _, sweep := range tt.sweeps {
				now := start.Add(time.Duration(sweep.minute) * time.Minute)
				sweep.e.Key = key
				next, changes := incident.Advance(i, sweep.e, now, tt.policy)
				if got := text(changes); got != sweep.want {
					t.Errorf("minute %d: %s of %+v = %q, want %q", sweep.minute, sweep.e.Status, i, got, sweep.want)
				}
				for _, c := range changes {
					if ids[c.ID] || c.ID == "" || !c.At.Equal(now) || c.Incident.Key != key {
						t.Errorf("minute %d: change %+v: want an id of its own, the time and the key", sweep.minute, c)
					}
					ids[c.ID] = true
				}
				i = decoded(t, next)
			}
			if i.Phase != tt.end {
				t.Errorf("at the end phase %q, want %q: %+v", i.Phase, tt.end, i)
			}
		})
	}
}

// decoded is what a store gives back.
func decoded(t *testing.T, i record) record {
	t.Helper()
	data, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	var got record
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(i, got); diff != "" {
		t.Errorf("an incident is not the same after it was stored (-want +got):\n%s", diff)
	}
	return got
}

// An unchanged sweep must leave an incident as it is, or it is written each time.
func TestAdvanceIsIdempotent(t *testing.T) {
	t.Parallel()
	for _, e := range []evaluation{breached(incident.Critical, 100), silenced(breached(incident.Warning, 80)), partial(breached(incident.Warning, 80))} {
		e.Key = key
		i, _ := incident.Advance(record{}, e, start, incident.Policy{})
		again, changes := incident.Advance(i, e, start.Add(10*time.Minute), incident.Policy{})
		if diff := cmp.Diff(i, again); diff != "" || changes != nil {
			t.Errorf("the same evaluation again: %v (-before +after)\n%s", changes, diff)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for want, k := range map[string]incident.Key{
		"pool/a/b 卡/usage": {Subject: incident.Subject{Kind: incident.Pool, ID: "a/b 卡"}, Rule: "usage"},
		"fleet//sweep":     {Subject: incident.Subject{Kind: incident.Fleet}, Rule: "sweep"},
	} {
		if got := k.String(); got != want {
			t.Errorf("%+v is written as %q, want %q", k, got, want)
		}
	}
}
