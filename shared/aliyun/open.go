package aliyun

import (
	"log/slog"

	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
)

// Settings are what the environment says about one service.
type Settings struct {
	Endpoint  config.Endpoint
	PerSecond config.Rate // the account's quota of each action
	Account   config.Account
	Quota     config.Quota
	// Background says that nobody waits for the calls: others' go first.
	Background bool
	Meter      *metric.Meter
	Logger     *slog.Logger
}

// Open returns a Client as the environment asks for it. It does not connect.
func Open(s Settings) (*Client, error) {
	places, err := quota.Open(quota.Config{
		RedisURL:   string(s.Quota.RedisURL.Secret),
		Account:    s.Quota.AccountID(),
		PerSecond:  float64(s.PerSecond),
		Share:      float64(s.Quota.Share),
		Background: s.Background,
		Logger:     s.Logger,
	})
	if err != nil {
		return nil, err
	}
	return New(Config{
		Endpoint:    string(s.Endpoint),
		Region:      s.Account.Region,
		Credentials: s.Account.Credentials(),
		Quota:       places,
		Background:  s.Background,
		Observe:     func(a Attempt) { s.Meter.Count(a.counted()) },
		Logger:      s.Logger,
	})
}

// counted is what the meter is told of an attempt.
func (a Attempt) counted() metric.Call {
	return metric.Call{
		Action:    a.Action,
		Made:      a.Made(),
		Retry:     a.Made() && a.Number > 1,
		Failed:    a.Failure != nil,
		Throttled: a.Failure != nil && a.Failure.Kind == Throttled,
		Waited:    a.Waited,
	}
}
