package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// triage finds the candidates of the next pages and returns the page after them;
// 0: these were the listing's last.
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
	back := s.drifted(first.Total)
	if last < first.PageCount {
		return max(1, last+1-back), nil
	}
	if s.lastListing() {
		s.missing()
		s.unshared()
	}
	return 0, nil
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
	request := s.listings[s.found.progress.Listing]
	request.PageNo = number
	answer, err := s.config.Cards.ListCardInfo(ctx, request)
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
	p.Total, p.Report.Cards = total, p.Listed+total
	if gone <= 0 {
		return 0
	}
	return (gone + linkcard.MaxPageSize - 1) / linkcard.MaxPageSize
}

// lastListing reports whether there is no other to read.
func (s *surveyor) lastListing() bool { return s.found.progress.Listing == len(s.listings)-1 }

// watch makes each card of a given list a candidate.
func (s *surveyor) watch() {
	s.found.progress.Report.Cards = len(s.config.Watch)
	for _, id := range s.config.Watch {
		s.add(rule.Reading{ICCID: id})
	}
	s.missing()
	s.unshared()
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
	s.share(reading.Pool)
	if s.listedBefore(reading) {
		s.again++
	} else if used, known := reading.Used.Bytes(); known {
		s.used += used
	}
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

// listedBefore reports whether the listing of the cards that expire, which comes
// first, had the card too.
func (s *surveyor) listedBefore(r rule.Reading) bool {
	return s.found.progress.Listing > 0 && !r.Expires.IsZero() && !r.Expires.After(s.listings[0].ExpireEnd)
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
