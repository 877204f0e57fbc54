//go:build redis

package redistest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// TestActions has forty people act at once through a real Redis, each request sent three
// times: each is done once, and one of them has acknowledged each incident.
func TestActions(t *testing.T) {
	t.Parallel()
	s := openState(t, stateConfig(startRedis(t), t.Name()))
	var open []rule.Incident
	var put []store.Record
	for n := range 200 {
		i := rule.Incident{
			Key:   incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: fmt.Sprintf("898603210000%08d", n)}, Rule: rule.UsageName},
			Phase: incident.PhaseOpen, Opened: time.Now(), Severity: incident.Warning, Status: incident.Breached,
			Notified: incident.Notified{Count: 1, Open: true},
		}
		raw, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		open, put = append(open, i), append(put, store.Record{Collection: "incidents", Key: i.Key.String(), Value: raw})
	}
	if err := s.Apply(t.Context(), store.Batch{Put: put}); err != nil {
		t.Fatal(err)
	}
	const people, times = 40, 3
	var mu sync.Mutex
	var took []time.Duration
	outcomes := make(map[string]map[action.Outcome]bool)
	var all sync.WaitGroup
	for n := range people * times {
		all.Go(func() {
			id := fmt.Sprint("request-", n%people)
			on := action.Selection{IDs: []string{open[n%people/4].ID()}} // four people for each incident
			r := action.Request{ID: id, Verb: action.Acknowledge, By: action.Actor{ID: id, Name: id}, On: on}
			began := time.Now()
			done, err := action.Book{Store: s}.Do(t.Context(), r, time.Now())
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
			if err != nil {
				t.Error(err)
			}
			if outcomes[id] == nil {
				outcomes[id] = make(map[action.Outcome]bool)
			}
			outcomes[id][done.Outcome] = true
		})
	}
	all.Wait()
	done := 0
	for id, found := range outcomes {
		if len(found) != 1 {
			t.Errorf("%s has the outcomes %v, want the same each time", id, found)
		}
		if found[action.Done] {
			done++
		}
	}
	if done != people/4 {
		t.Errorf("%d people have acknowledged, want one for each of %d incidents", done, people/4)
	}
	slices.Sort(took)
	t.Logf("half of %d requests took up to %v, the longest %v", len(took), took[len(took)/2], took[len(took)-1])
	standing, err := action.Load(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for at, i := range open[:people/4] {
		if got := standing.Of(i, time.Now()); got.State != action.Acknowledged {
			t.Errorf("incident %d is %+v", at, got)
		}
	}
}
