package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/internal/testsize"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
)

// manySites is a fleet whose sweep takes some runs of 3 s.
const (
	manySites = 6000
	shortRun  = 3 * time.Second
)

func (s *sites) waiting(t *testing.T) int {
	t.Helper()
	n := 0
	for _, i := range s.store.incidents(t) {
		if i.Suppressed.Name == rule.Undecided {
			n++
		}
	}
	return n
}

// TestSweepOfManyRuns has a site that was swept first wait for the end of the sweep. What
// has another rule, or is in no group that the rest of the sweep may find, does not wait.
func TestSweepOfManyRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, manySites, nil)
		s.change(100, 200, stop)
		s.change(250, 251, stop)
		s.set(300, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
		time.Sleep(siteEvery)
		got, report := s.run(t, shortRun)
		if report.Done {
			t.Fatal("the sweep is done after one run")
		}
		checkSaid(t, "the first run", got, notified{"opened usage": 1, "opened stopped": 1})
		if n := s.waiting(t); n != 100 {
			t.Errorf("%d cards wait for the end of the sweep, want 100", n)
		}
		for !report.Done {
			got, report = s.run(t, shortRun)
		}
		checkSaid(t, "the last run", got, notified{"opened tag/site-1 stopped-group": 1})
		s.checkInhibited(t)
	})
}

// TestFirstSweepOfManyRuns has nothing to go by: every card that is stopped waits.
func TestFirstSweepOfManyRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSites(t, manySites, nil)
		s.change(100, 200, stop)
		s.set(250, stop)
		got, report := s.run(t, shortRun)
		checkSaid(t, "the first run", got, notified{})
		for !report.Done {
			got, report = s.run(t, shortRun)
		}
		checkSaid(t, "the last run", got, notified{"opened tag/site-1 stopped-group": 1, "opened stopped": 1})
	})
}

// TestSweepThatNeverEnds has the listing break off: the cards that wait are notified each
// by itself, once two sweeps should have been done, whatever the clock does.
func TestSweepThatNeverEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		step        time.Duration // of the clock, while they wait
		least, most time.Duration
	}{
		{"even clock", 0, 2 * siteEvery, 3 * siteEvery},
		{"the clock steps forward", time.Hour, 0, siteEvery},
		{"the clock steps back", -time.Hour, 0, siteEvery},
		{"the clock steps back a little", -siteEvery, 2 * siteEvery, 4 * siteEvery},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var step time.Duration
			edit := func(c *alerts.Config) { c.Now = func() time.Time { return time.Now().Add(step) } }
			synctest.Test(t, func(t *testing.T) {
				s := calmSites(t, manySites, edit)
				s.change(100, 200, stop)
				for page := 60; page <= 150; page++ {
					s.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Page: strconv.Itoa(page), Kind: aliyuntest.RedirectTo, Count: -1})
				}
				time.Sleep(siteEvery)
				s.run(t, shortRun)
				if n := s.waiting(t); n != 100 {
					t.Fatalf("%d cards wait, want 100", n)
				}
				began := time.Now()
				step = tt.step
				all := notified{}
				for range 6 {
					time.Sleep(siteEvery / 2)
					got, report := s.run(t, shortRun/10)
					if report.Done {
						t.Fatal("the sweep is done")
					}
					delete(got, "opened sweep") // it is late
					if len(all) == 0 && len(got) > 0 {
						if took := time.Since(began); took < tt.least-siteEvery/2 || took > tt.most {
							t.Errorf("they waited for %v, want %v to %v", took, tt.least, tt.most)
						}
					}
					maps.Copy(all, got)
				}
				checkSaid(t, "the runs", all, notified{"opened stopped": 100})
			})
		})
	}
}

// TestGroupNeedsAWholeSweep loses a third of the listing: it is not believed, and says
// nothing of groups. The cards do not wait for one that is.
func TestGroupNeedsAWholeSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		s.change(0, 100, func(c *aliyuntest.Card) { c.Unlisted = true })
		s.change(200, 300, stop)
		got := s.next(t)
		delete(got, "opened listing")
		checkSaid(t, "the sweep", got, notified{"opened stopped": 100})
	})
}

// TestGroupIsJudgedByWholeSweeps has a group stay open while the listing lacks others, and
// end when its cards are well, although the listing still does.
func TestGroupIsJudgedByWholeSweeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		s.change(200, 300, stop)
		checkSaid(t, "the sweep", s.next(t), notified{"opened tag/site-2 stopped-group": 1})
		s.change(0, 100, func(c *aliyuntest.Card) { c.Unlisted = true })
		got := s.next(t)
		delete(got, "opened listing")
		checkSaid(t, "the sweep of a part", got, notified{})
		s.change(200, 260, restart)
		checkSaid(t, "another", s.next(t), notified{"resolved tag/site-2 stopped-group": 1, "opened stopped": 40})
	})
}

// TestSwitchedOffInTheMiddle switches groups off for a run in the middle of a sweep, which
// does not count then.
func TestSwitchedOffInTheMiddle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, manySites, nil)
		s.change(100, 110, stop)
		time.Sleep(siteEvery)
		s.policy.Groups = rule.Groups{}
		got, _ := s.run(t, shortRun)
		checkSaid(t, "the run without groups", got, notified{"opened stopped": 10})
		s.policy.Groups = rule.DefaultGroups()
		s.change(5900, 5990, stop)
		for report := (alerts.Report{}); !report.Done; {
			got, report = s.run(t, shortRun)
		}
		checkSaid(t, "the last run", got, notified{"opened stopped": 90})
		checkSaid(t, "the next sweep", s.next(t), notified{})
	})
}

// TestKilledInAGroup kills the process at each of its batches, as [TestKilledProcess] does,
// in a sweep of some runs that finds a group, and in those after it.
func TestKilledInAGroup(t *testing.T) {
	t.Parallel()
	live := func(t *testing.T, at int, op string) (all notified, batches int) {
		t.Helper()
		var cancel context.CancelFunc
		dead, before := false, 0
		synctest.Test(t, func(t *testing.T) {
			s := calmSites(t, 1200, nil)
			s.store.hook = func(now string) error {
				if now == opApply {
					batches++
				}
				if dead = dead || now == op && batches == at; dead {
					cancel()
					return errKilled
				}
				return nil
			}
			before = len(s.listener.changes)
			for sweep := range 3 {
				switch sweep {
				case 0:
					s.change(100, 200, stop)
					s.set(1199, stop)
				case 1:
					s.change(100, 160, restart)
				}
				for done := false; !done; {
					time.Sleep(siteEvery / 4)
					var ctx context.Context
					ctx, cancel = context.WithTimeout(t.Context(), time.Second)
					r, err := s.Sweep(ctx)
					cancel()
					if done = r.Done && err == nil; dead && at > 0 {
						dead, s.store.hook = false, nil
					}
				}
			}
			ids := make(map[string]rule.Change)
			for _, c := range s.listener.changes[before:] {
				ids[c.ID] = c
			}
			var changes []rule.Change
			for _, c := range ids {
				changes = append(changes, c)
			}
			all = said(changes)
			s.checkInhibited(t)
			for key, i := range s.store.incidents(t) {
				if i.Phase == incident.PhaseOpen && !i.IsOpen() {
					t.Errorf("%v is open, and nobody was notified: suppressed by %+v", key, i.Suppressed)
				}
			}
		})
		return all, batches
	}
	want, batches := live(t, 0, "")
	if diff := cmp.Diff(notified{
		"opened tag/site-1 stopped-group": 1, "resolved tag/site-1 stopped-group": 1, "opened stopped": 41,
	}, want); diff != "" || batches < 10 {
		t.Fatalf("%d batches without a kill notify of (-want +got):\n%s", batches, diff)
	}
	for at := 0; at < batches; at += testsize.Of(4, 1) {
		for _, op := range []string{opApply, opApplied} {
			t.Run(fmt.Sprintf("%s %d", op, at+1), func(t *testing.T) {
				t.Parallel()
				if got, _ := live(t, at+1, op); !maps.Equal(got, want) {
					t.Errorf("notified (-want +got):\n%s", cmp.Diff(want, got))
				}
			})
		}
	}
}

// TestGroupStoreFails has the write at the end of a sweep fail: the next run says the same.
func TestGroupStoreFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		s.change(100, 200, stop)
		time.Sleep(siteEvery)
		s.store.refuse = func(op, collection string) error {
			if op == opApply && collection == "groups" {
				return errors.New("the store fails")
			}
			return nil
		}
		if got, _ := s.run(t, time.Minute); len(got) != 0 {
			t.Errorf("notified %v without a state", got)
		}
		s.store.refuse = nil
		checkSaid(t, "the next run", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
	})
}
