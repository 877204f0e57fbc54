package alerts

import (
	"context"
	"errors"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
)

// monthly is Alibaba's code of a period of one month.
const monthly = "1101"

// listed is what the listing tells of a card.
func (f *Function) listed(info linkcard.CardInfo) rule.Reading {
	r := rule.Reading{
		ICCID:     card.ICCID(info.Iccid),
		Tags:      info.Tags(),
		Status:    string(info.Status),
		OsStatus:  string(info.OsStatus),
		Refreshed: card.ParseTime(string(info.FlowLatestModifiedTime), f.config.Zone),
		Expires:   info.Expires(f.config.Zone),
		Pool:      info.Pool(),
	}
	if r.Pool == "" { // else its own numbers say nothing
		r.Used, r.Rest = info.Used()
		r.Ratio = card.RatioOf(r.Used, r.Rest)
	}
	if info.Period == monthly {
		r.PeriodStart, r.Renews = month(f.config.Now().In(f.config.Zone))
	}
	return r
}

// month returns the beginning of now's month and of the next.
func month(now time.Time) (start, next time.Time) {
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location()), forecast.NextMonth(now)
}

// judge looks one card up and judges it.
func (s *surveyor) judge(ctx context.Context, listed rule.Reading) ([]incident.Verdict, error) {
	if s.filtered() && listed.Status == "" {
		var err error
		if listed, err = s.relist(ctx, listed.ICCID); err != nil {
			return nil, err
		}
	}
	answer, err := s.config.Cards.GetCardFlowInfo(ctx, linkcard.GetCardFlowInfoRequest{ICCID: listed.ICCID})
	if failure, ok := errors.AsType[*aliyun.Error](err); ok && failure.Kind == aliyun.NotFound {
		listed.Status = rule.Destroyed
		return s.config.Rules.Judge(listed, s.now), nil
	}
	if err != nil {
		return nil, err
	}
	reading := confirmed(listed, answer.Usage(s.config.Zone))
	reading.Forecast = s.forecast(reading, answer.Usage(s.config.Zone))
	// A day of the forecast's is one of the fleet's zone.
	return append(s.config.Rules.Judge(reading, s.now.In(s.config.Zone)), s.leftToPool(reading)...), nil
}

// relist reads what the listing would have told of a card that the filters left
// out. The reading of a card that is not there has its ICCID only.
func (s *surveyor) relist(ctx context.Context, id card.ICCID) (rule.Reading, error) {
	answer, err := s.config.Cards.ListCardInfo(ctx, linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10, ICCID: id})
	s.mu.Lock()
	defer s.mu.Unlock()
	if !outOfTime(ctx, err) {
		s.found.progress.Report.ListCalls++
	}
	if err != nil || len(answer.Data.List) == 0 {
		return rule.Reading{ICCID: id}, err
	}
	return s.listed(answer.Data.List[0]), nil
}

// confirmed is a listed reading with what the card's own data says instead,
// where that is known.
func confirmed(r rule.Reading, u card.Usage) rule.Reading {
	if last, ok := u.LastExpiry(); ok {
		r.Package, r.Expires = last.Name, last.Expires
	}
	if r.Pool != "" {
		return r
	}
	if ratio := u.HighestRatio(); ratio.Known() {
		r.Ratio = ratio
	}
	if !r.Used.Known() {
		r.Used = u.TotalUsed()
	}
	return r
}

// forecast asks whether the card's data lasts until it renews or its package
// ends, whichever is first.
func (s *surveyor) forecast(r rule.Reading, u card.Usage) forecast.Forecast {
	var days []card.DayUsage
	for _, m := range u.Months {
		days = append(days, m.Days...)
	}
	renews := r.Renews
	if renews.IsZero() || !r.Expires.IsZero() && r.Expires.Before(renews) {
		renews = r.Expires
	}
	return forecast.Of(forecast.Input{Days: days, Rest: r.Rest, Now: s.now.In(s.config.Zone), Renews: renews})
}
