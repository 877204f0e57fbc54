package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// Pools is what a sweep asks Alibaba of the plans whose data cards share.
type Pools interface {
	GetCredentialPoolStatistics(
		ctx context.Context, r linkcard.GetCredentialPoolStatisticsRequest,
	) (linkcard.GetCredentialPoolStatisticsResponse, error)
}

// poolPrefix begins the subject of a pool's incidents. No ICCID has a space.
const poolPrefix = "pool "

// share notes that a listed card shares the data of a plan, which is judged once
// a sweep. The caller holds mu.
func (s *surveyor) share(credential string) {
	if credential != "" && s.config.Pools != nil && !s.found.progress.Judged[poolPrefix+credential] {
		s.pools[credential] = true
	}
}

// unshared ends the incidents of the pools that no card named. Where cards were
// left out of the listing, or could not be read, the pool itself is asked.
func (s *surveyor) unshared() {
	partial := s.filtered() || s.found.progress.Report.Failed > 0
	for subject := range s.open {
		credential, ok := strings.CutPrefix(subject, poolPrefix)
		switch _, named := s.pools[credential]; {
		case !ok || named || s.found.progress.Judged[subject]:
		case partial && s.config.Pools != nil:
			s.pools[credential] = false
		default:
			s.found.verdicts = append(s.found.verdicts, s.poolGone(credential)...)
		}
	}
}

// sharedData looks the pools up, one call each.
func (s *surveyor) sharedData(ctx context.Context) {
	var pools errgroup.Group
	pools.SetLimit(inFlight)
	for _, credential := range slices.Sorted(maps.Keys(s.pools)) {
		pools.Go(func() error {
			verdicts, err := s.judgePool(ctx, credential)
			s.recordPool(ctx, credential, verdicts, err)
			return nil
		})
	}
	_ = pools.Wait()
}

// judgePool looks one pool up and judges it by the rules for cards.
func (s *surveyor) judgePool(ctx context.Context, credential string) ([]incident.Verdict, error) {
	answer, err := s.config.Pools.GetCredentialPoolStatistics(ctx, linkcard.GetCredentialPoolStatisticsRequest{
		CredentialNo: credential, Month: card.MonthOf(s.now.In(s.config.Zone)),
	})
	failure, ok := errors.AsType[*aliyun.Error](err)
	if ok && failure.Code == linkcard.CredentialUnknown && !s.pools[credential] {
		return s.poolGone(credential), nil
	}
	if err != nil {
		return nil, err
	}
	used, rest := answer.Data.Used()
	ratio := card.RatioOf(used, rest)
	if !ratio.Known() {
		return nil, fmt.Errorf("plan %s: the answer does not tell how much of it is used", credential)
	}
	reading := poolReading(credential)
	reading.Used, reading.Rest, reading.Ratio = used, rest, ratio
	return s.config.Rules.Judge(reading, s.now), nil
}

// poolReading has a pool's subject where a card's is, so that patterns for ICCIDs
// can name it.
func poolReading(credential string) rule.Reading {
	return rule.Reading{ICCID: card.ICCID(poolPrefix + credential), Pool: credential}
}

// poolGone ends what is open of a pool.
func (s *surveyor) poolGone(credential string) []incident.Verdict {
	reading := poolReading(credential)
	reading.Status = rule.Destroyed
	return s.config.Rules.Judge(reading, s.now)
}

// recordPool keeps what came of looking one pool up. One that cannot be read
// keeps its incidents, and is not asked again in this sweep.
func (s *surveyor) recordPool(ctx context.Context, credential string, verdicts []incident.Verdict, err error) {
	if outOfTime(ctx, err) {
		s.skip(1)
		return
	}
	if err != nil {
		s.config.Logger.LogAttrs(ctx, slog.LevelWarn, "pool not checked",
			slog.String("pool", credential), slog.String("error", err.Error()))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found.progress.Judged[poolPrefix+credential] = true
	s.found.verdicts = append(s.found.verdicts, verdicts...)
}

// leftToPool ends what was said of a card's own data before it came to share a
// pool's.
func (s *surveyor) leftToPool(r rule.Reading) []incident.Verdict {
	var verdicts []incident.Verdict
	for _, name := range s.open[string(r.ICCID)] {
		if r.Pool != "" && (name == rule.Usage || name == rule.Forecast) {
			verdicts = append(verdicts, incident.Verdict{
				Key:    incident.Key{Subject: string(r.ICCID), Rule: name},
				Reason: rule.Clear, Facts: map[string]string{rule.FactPool: r.Pool},
			})
		}
	}
	return verdicts
}
