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
	used, rest := info.Used()
	r := rule.Reading{
		ICCID:     card.ICCID(info.Iccid),
		Tags:      info.Tags(),
		Status:    string(info.Status),
		OsStatus:  string(info.OsStatus),
		Refreshed: card.ParseTime(string(info.FlowLatestModifiedTime), f.config.Zone),
		Expires:   info.Expires(f.config.Zone),
		Used:      used,
		Rest:      rest,
		Ratio:     card.RatioOf(used, rest),
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
	return s.config.Rules.Judge(reading, s.now), nil
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
