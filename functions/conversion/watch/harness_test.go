package watch_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/incident"
)

// The sizes of the simulations: small in go test, whole in make watch. The rules were chosen
// with other seeds than these for drops and pumping; of calm four of the twenty had been seen,
// for 35 days, without an incident.
var (
	trials  = flag.Int("trials", 40, "drops that are planted")
	seeds   = flag.Int("seeds", 2, "worlds in which nothing is planted")
	days    = flag.Int("days", 35, "days of each of them")
	pumps   = flag.Int("pumps", 4, "worlds in which requests are pumped, for each factor")
	randoms = flag.Int("random", 50_000, "random prefixes that come")
	warm    = 3 * perWeek
	seedsOf = map[string]uint64{"drops": 20_261_129, "calm": 11_000, "pumping": 20_261_229, "scenes": 17_000}
)

// sender is a world that is watched.
type sender struct {
	*world

	profile  *watch.Profile
	settings watch.Settings
	recent   []window.Window
	at       time.Time
	latest   time.Time // the end of the last window with a request
	open     map[incident.Key]watch.Incident
}

func newSender(w *world) *sender {
	return &sender{world: w, profile: new(watch.Profile), at: monday, latest: monday, open: make(map[incident.Key]watch.Incident)}
}

// next lets a window pass and returns what changes.
func (s *sender) next(change event) []watch.Change {
	return s.pass(s.window(s.at, change))
}

func (s *sender) pass(w window.Window) (changes []watch.Change) {
	s.at = w.End
	var evaluations []watch.Evaluation
	if w.Requested > 0 { // the ledger knows no other windows
		s.latest = w.End
		s.recent = append(s.recent, w)
		s.recent = s.recent[max(len(s.recent)-watch.Longest, 0):]
		evaluations = s.profile.Step(s.recent, s.settings)
	}
	for _, e := range append(evaluations, s.profile.Silence(s.latest, s.at)) {
		past := s.open[e.Key]
		next, more := incident.Advance(past, e, s.at, incident.Policy{})
		changes = append(changes, more...)
		if next.IsZero() {
			delete(s.open, e.Key)
		} else {
			s.open[e.Key] = next
		}
	}
	return changes
}

func (s *sender) train(windows int) *sender {
	for range windows {
		s.next(nil)
	}
	return s
}

// fork returns a sender that goes on by itself, from the same past.
func (s *sender) fork(t *testing.T, at time.Time) *sender {
	t.Helper()
	encoded, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := watch.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	f := newSender(s.world)
	f.profile, f.at, f.latest = profile, at, at
	f.settings = s.settings
	return f
}

func openings(changes []watch.Change) []watch.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c watch.Change) bool { return c.Kind != incident.Opened })
}
