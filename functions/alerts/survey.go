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
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/quota"
)

// inFlight is how many calls may be under way at once: enough to use a quota of
// 20/s from another continent, where an answer takes most of a second.
const inFlight = 16

// survey is what a sweep found.
type survey struct {
	report   Report
	verdicts []incident.Verdict // by card, so that messages come out the same
}

// surveyor collects a survey from many goroutines.
type surveyor struct {
	*Function
	now time.Time

	mu         sync.Mutex
	found      survey
	late       int                         // cards for which there was no time
	candidates map[card.ICCID]rule.Reading // that need a closer look
}

// survey looks at the whole fleet in two steps: the listing, forty cards a
// call, says which cards may fire; those and the ones with an open incident are
// then read one by one.
func (f *Function) survey(ctx context.Context, open map[string]bool) (survey, error) {
	s := &surveyor{Function: f, now: f.config.Now(), candidates: make(map[card.ICCID]rule.Reading)}
	for id := range open {
		s.candidates[card.ICCID(id)] = rule.Reading{ICCID: card.ICCID(id)}
	}
	listErr := s.triage(ctx)
	s.detail(ctx)
	slices.SortFunc(s.found.verdicts, func(a, b incident.Verdict) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Rule, b.Rule))
	})
	return s.found, errors.Join(listErr, s.lateness())
}

// triage finds the candidates.
func (s *surveyor) triage(ctx context.Context) error {
	if len(s.config.Watch) > 0 {
		s.watch()
		return nil
	}
	first, err := s.page(ctx, 1)
	if err != nil {
		return fmt.Errorf("list the fleet: %w", err)
	}
	s.found.report.Cards = first.Total
	var pages errgroup.Group
	pages.SetLimit(inFlight)
	for number := 2; number <= first.PageCount; number++ {
		pages.Go(func() error {
			_, err := s.page(ctx, number)
			return err
		})
	}
	if err := pages.Wait(); err != nil {
		return fmt.Errorf("list the fleet: %w", err)
	}
	return nil
}

// watch makes each card of a given list a candidate.
func (s *surveyor) watch() {
	s.found.report.Cards = len(s.config.Watch)
	for _, id := range s.config.Watch {
		s.candidates[id] = rule.Reading{ICCID: id}
	}
}

// page reads one page of the listing, which is all there is to know of most
// cards. Pages shift when cards come and go, so a
// card may be seen twice; it is judged once.
func (s *surveyor) page(ctx context.Context, number int) (linkcard.CardPage, error) {
	answer, err := s.config.Cards.ListCardInfo(ctx, linkcard.ListCardInfoRequest{PageNo: number})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found.report.ListCalls++
	if err != nil {
		return linkcard.CardPage{}, fmt.Errorf("page %d: %w", number, err)
	}
	for _, info := range answer.Data.List {
		s.sort(info)
	}
	return answer.Data, nil
}

// sort decides whether a listed card needs a closer look. The caller holds mu.
func (s *surveyor) sort(info linkcard.CardInfo) {
	reading := s.listed(info)
	_, open := s.candidates[reading.ICCID]
	if open || s.config.Thresholds.MayFire(reading, s.now) {
		s.candidates[reading.ICCID] = reading
		return
	}
	s.found.report.Checked++
}

// listed is what the listing tells of a card.
func (f *Function) listed(info linkcard.CardInfo) rule.Reading {
	used, rest := info.Used()
	return rule.Reading{
		ICCID:   card.ICCID(info.Iccid),
		Expires: info.Expires(f.config.Zone),
		Used:    used,
		Rest:    rest,
		Ratio:   card.RatioOf(used, rest),
	}
}

// detail reads the candidates one by one. A card that cannot be read keeps its
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
			s.add(ctx, reading.ICCID, verdicts, err)
			return nil
		})
	}
	_ = cards.Wait()
}

// skip counts cards for which there was no time left.
func (s *surveyor) skip(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found.report.Failed += n
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

func (s *surveyor) judge(ctx context.Context, listed rule.Reading) ([]incident.Verdict, error) {
	answer, err := s.config.Cards.GetCardFlowInfo(ctx, linkcard.GetCardFlowInfoRequest{ICCID: listed.ICCID})
	if failure, ok := errors.AsType[*aliyun.Error](err); ok && failure.Kind == aliyun.NotFound {
		return rule.CardGone(listed.ICCID), nil
	}
	if err != nil {
		return nil, err
	}
	return s.config.Thresholds.Judge(confirmed(listed, answer.Usage(s.config.Zone)), s.now), nil
}

// confirmed is a listed reading with what the card's own data says instead,
// where that is known.
func confirmed(r rule.Reading, u card.Usage) rule.Reading {
	if last, ok := u.LastExpiry(); ok {
		r.Package, r.Expires = last.Name, last.Expires
	}
	if ratio := u.HighestRatio(); ratio.Known() {
		r.Ratio = ratio
	}
	if !r.Used.Known() {
		r.Used = u.TotalUsed()
	}
	return r
}

func (s *surveyor) add(ctx context.Context, id card.ICCID, verdicts []incident.Verdict, err error) {
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
	s.found.report.FlowCalls++
	if err != nil {
		s.found.report.Failed++
		return
	}
	s.found.report.Checked++
	s.found.verdicts = append(s.found.verdicts, verdicts...)
}
