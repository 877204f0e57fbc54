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

	now  time.Time
	open map[string][]string // rules of the open incidents, by subject

	mu         sync.Mutex
	found      survey
	healthy    int                         // cards that the listing says all is well with
	candidates map[card.ICCID]rule.Reading // cards that need a closer look
	late       int                         // cards for which there was no time
}

// survey reads the next part of the fleet in two steps: the listing, forty cards
// a call, says which cards may fire; those and the ones with an open incident are
// then looked up one by one. It returns what it found even with an error.
func (f *Function) survey(ctx context.Context, p progress, open map[string][]string) (survey, error) {
	p.Judged = maps.Clone(p.Judged)
	s := &surveyor{
		Function: f, now: f.config.Now(), open: open,
		found: survey{progress: p}, candidates: make(map[card.ICCID]rule.Reading),
	}
	next, err := s.triage(ctx)
	if err == nil {
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

func compareKeys(a, b incident.Key) int {
	return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Rule, b.Rule))
}

// triage finds the candidates of the next pages and returns the page after them;
// 0: these were the last.
func (s *surveyor) triage(ctx context.Context) (next int, err error) {
	p := &s.found.progress
	if len(s.config.Watch) > 0 {
		s.watch()
		return 0, nil
	}
	first, err := s.page(ctx, p.NextPage)
	if err != nil {
		return 0, err
	}
	last := min(first.PageCount, p.NextPage+p.Pages-1)
	if err := s.pages(ctx, p.NextPage+1, last); err != nil {
		return 0, err
	}
	next = last + 1 - s.drifted(first.Total)
	if last >= first.PageCount {
		next = 0
		s.missing()
	}
	return max(0, next), nil
}

// pages reads the pages from first to last.
func (s *surveyor) pages(ctx context.Context, first, last int) error {
	var all errgroup.Group
	all.SetLimit(inFlight)
	for number := first; number <= last; number++ {
		all.Go(func() error {
			_, err := s.page(ctx, number)
			return err
		})
	}
	return all.Wait()
}

// page reads one page of the listing, which is all there is to know of most
// cards.
func (s *surveyor) page(ctx context.Context, number int) (linkcard.CardPage, error) {
	answer, err := s.config.Cards.ListCardInfo(ctx, linkcard.ListCardInfoRequest{PageNo: number})
	s.mu.Lock()
	defer s.mu.Unlock()
	if !outOfTime(ctx, err) {
		s.found.progress.Report.ListCalls++
	}
	if err != nil {
		return linkcard.CardPage{}, fmt.Errorf("list the fleet: page %d: %w", number, err)
	}
	for _, info := range answer.Data.List {
		s.sort(info)
	}
	return answer.Data, nil
}

// stuck gives pages that cannot be read up after a few ticks: one broken page
// must not hide the rest of the fleet for ever.
func (s *surveyor) stuck(err error) error {
	p := &s.found.progress
	if p.Stuck++; p.Stuck < patience || p.Report.Cards == 0 {
		return err
	}
	p.NextPage, p.Stuck = p.NextPage+p.Pages, 0
	p.Report.Failed += min(p.Pages*linkcard.MaxPageSize, p.Report.Cards)
	return fmt.Errorf("going on without these pages: %w", err)
}

// drifted returns how many pages to read again: where cards have left the fleet
// since the last pages were read, others have moved up in the listing and would
// be missed. Looking at a card twice changes nothing.
func (s *surveyor) drifted(total int) int {
	p := &s.found.progress
	gone := p.Total - total
	p.Total, p.Report.Cards = total, total
	if gone <= 0 {
		return 0
	}
	return (gone + linkcard.MaxPageSize - 1) / linkcard.MaxPageSize
}

// watch makes each card of a given list a candidate.
func (s *surveyor) watch() {
	s.found.progress.Report.Cards = len(s.config.Watch)
	for _, id := range s.config.Watch {
		s.add(rule.Reading{ICCID: id})
	}
	s.missing()
}

// missing makes candidates of the cards with an open incident that were not in
// the listing.
func (s *surveyor) missing() {
	for id := range s.open {
		if _, err := card.ParseICCID(id); err == nil {
			if _, listed := s.candidates[card.ICCID(id)]; !listed {
				s.add(rule.Reading{ICCID: card.ICCID(id)})
			}
		}
	}
}

// sort decides whether a listed card needs a closer look. The caller holds mu.
func (s *surveyor) sort(info linkcard.CardInfo) {
	reading := s.listed(info)
	s.found.progress.Oldest = earlier(s.found.progress.Oldest, reading.Refreshed)
	open := s.open[string(reading.ICCID)]
	if slices.ContainsFunc(open, needsDetail) || s.config.Rules.MayFire(reading, s.now) {
		s.add(reading)
		return
	}
	s.healthy++
	// The rules that the listing tells enough for speak for themselves.
	for _, v := range s.config.Rules.JudgeListed(reading, s.now) {
		if v.Level > 0 || slices.Contains(open, v.Rule) {
			s.found.verdicts = append(s.found.verdicts, v)
			s.found.progress.Judged[v.Subject] = true
		}
	}
}

// needsDetail reports whether a rule is judged by the card's own data.
func needsDetail(name string) bool {
	return name == rule.Expiry || name == rule.Usage || name == rule.Forecast
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// add makes a card a candidate, unless this sweep has judged it already.
func (s *surveyor) add(r rule.Reading) {
	if !s.found.progress.Judged[string(r.ICCID)] {
		s.candidates[r.ICCID] = r
	}
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

// skip counts cards for which there was no time left.
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
	return fmt.Errorf("the time ran out with %d cards unread: %w", s.late, context.DeadlineExceeded)
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
	p.NextPage, p.Stuck = next, 0
	switch took := s.config.Now().Sub(s.now); {
	case took < shortest:
		p.Pages = min(2*p.Pages, maxPages)
	case took > longest:
		s.smaller()
	}
	p.Report.Checked = min(p.Report.Checked+s.healthy, max(p.Report.Cards-p.Report.Failed, 0))
	if next == 0 {
		p.Report.Done, p.Finished, p.Judged = true, s.now, nil
	}
}

// smaller has the next part of the sweep be half as large.
func (s *surveyor) smaller() {
	s.found.progress.Pages = max(s.found.progress.Pages/2, 1)
}
