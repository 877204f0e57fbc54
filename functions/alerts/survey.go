package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/quota"
)

const (
	// inFlight is how many calls may be under way at once: enough to use a quota
	// of 20/s from another continent, where an answer takes most of a second.
	inFlight = 16
	// firstPages is how many pages are read at first before they are judged and
	// saved. It then doubles or halves until that takes a time between shortest
	// and longest: short enough that a cut costs little, long enough that waiting
	// for the last of them does not.
	firstPages = 50
	maxPages   = 1000
	shortest   = 5 * time.Second
	longest    = 20 * time.Second
	// patience is how often pages that cannot be read hold a sweep up. After
	// that it goes on without them.
	patience = 3
)

// survey is what a part of a sweep found.
type survey struct {
	progress progress
	verdicts []incident.Verdict // by card, so that messages come out the same
}

// surveyor collects a survey from many goroutines.
type surveyor struct {
	*Function

	now      time.Time
	open     map[string][]string            // rules of the open incidents, by subject
	listings []linkcard.ListCardInfoRequest // of the sweep

	mu         sync.Mutex
	found      survey
	healthy    int                         // cards that the listing says all is well with
	candidates map[card.ICCID]rule.Reading // cards that need a closer look
	pools      map[string]bool             // plans to look up; false: no listed card shares it
	again      int                         // cards that an earlier listing had too
	late       int                         // cards and pools for which there was no time
	used       int64                       // bytes, by the listed cards
}

// survey reads the next part of the fleet in two steps: the listing, forty cards
// a call, says which cards may fire; those and the ones with an open incident are
// then looked up one by one. It returns what it found even with an error.
func (f *Function) survey(ctx context.Context, p progress, open map[string][]string) (survey, error) {
	s := f.surveyor(p, open)
	next, err := s.triage(ctx)
	if err == nil {
		s.sharedData(ctx)
		s.detail(ctx)
		err = s.lateness()
	}
	switch {
	case err == nil:
		s.advance(next)
	case outOfTime(ctx, err) || s.late > 0:
		s.smaller()
	default:
		err = s.stuck(err)
	}
	slices.SortFunc(s.found.verdicts, func(a, b incident.Verdict) int { return compareKeys(a.Key, b.Key) })
	return s.found, err
}

// surveyor returns one that goes on after p, which it leaves as it is.
func (f *Function) surveyor(p progress, open map[string][]string) *surveyor {
	judged := make(map[string]bool, len(p.Judged))
	maps.Copy(judged, p.Judged)
	p.Judged = judged
	listings := f.config.Filters.listings(p.Started, f.config.Zone)
	p.Listing = min(p.Listing, len(listings)-1) // there were more, if the settings have changed
	return &surveyor{
		Function: f, now: f.config.Now(), open: open, listings: listings, found: survey{progress: p},
		candidates: make(map[card.ICCID]rule.Reading), pools: make(map[string]bool),
	}
}

func compareKeys(a, b incident.Key) int {
	return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Rule, b.Rule))
}

// detail looks the candidates up one by one. A card that cannot be read keeps its
// incidents as they are.
func (s *surveyor) detail(ctx context.Context) {
	var cards errgroup.Group
	cards.SetLimit(inFlight)
	ids := slices.Sorted(maps.Keys(s.candidates))
	for i, id := range ids {
		if ctx.Err() != nil {
			s.skip(len(ids) - i)
			break
		}
		reading := s.candidates[id]
		cards.Go(func() error {
			verdicts, err := s.judge(ctx, reading)
			s.record(ctx, reading.ICCID, verdicts, err)
			return nil
		})
	}
	_ = cards.Wait()
}

// record keeps what came of looking one card up.
func (s *surveyor) record(ctx context.Context, id card.ICCID, verdicts []incident.Verdict, err error) {
	if outOfTime(ctx, err) {
		s.skip(1)
		return
	}
	if err != nil {
		s.config.Logger.LogAttrs(ctx, slog.LevelWarn, "card not checked",
			slog.String("iccid", id.Masked()), slog.String("error", err.Error()))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	report := &s.found.progress.Report
	report.FlowCalls++
	s.found.progress.Judged[string(id)] = true
	if err != nil {
		report.Failed++
		return
	}
	report.Checked++
	s.found.verdicts = append(s.found.verdicts, verdicts...)
}

// skip counts cards or pools for which there was no time left.
func (s *surveyor) skip(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late += n
}

// lateness is the error of a survey that was cut short.
func (s *surveyor) lateness() error {
	if s.late == 0 {
		return nil
	}
	return fmt.Errorf("the time ran out with %d cards or pools unread: %w", s.late, context.DeadlineExceeded)
}

// outOfTime reports whether a call was given up for want of time, not because
// of what it asked.
func outOfTime(ctx context.Context, err error) bool {
	_, exhausted := errors.AsType[*quota.ExhaustedError](err)
	return err != nil && (exhausted || ctx.Err() != nil)
}

// advance puts the part that was read behind it.
func (s *surveyor) advance(next int) {
	p := &s.found.progress
	p.NextPage, p.Stuck, p.Used = next, 0, p.Used+s.used
	switch took := s.config.Now().Sub(s.now); {
	case took < shortest:
		p.Pages = min(2*p.Pages, maxPages)
	case took > longest:
		s.smaller()
	}
	p.Report.Cards -= s.again
	p.Listed -= s.again
	p.Report.Checked = min(p.Report.Checked+s.healthy, max(p.Report.Cards-p.Report.Failed, 0))
	switch {
	case next > 0:
	case len(s.config.Watch) == 0 && !s.lastListing():
		p.Listing, p.NextPage, p.Listed, p.Total = p.Listing+1, 1, p.Listed+p.Total, 0
	default:
		p.Report.Done, p.Finished, p.Judged = true, s.now, nil
	}
}

// smaller has the next part of the sweep be half as large.
func (s *surveyor) smaller() {
	s.found.progress.Pages = max(s.found.progress.Pages/2, 1)
}
