// Package upstream makes the client of an Alibaba service as the environment
// asks for it: with its quota, its credentials, and a meter that counts its
// calls. The client itself reads no environment and counts nothing.
package upstream

import (
	"cmp"
	"context"
	"log/slog"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
	"signalbox/shared/serve/function"
)

// Settings are what the environment says about one service. All fields but
// Background and Process are required.
type Settings struct {
	Endpoint  config.Endpoint
	PerSecond config.Rate // the account's quota of each action
	Account   config.Account
	Quota     config.Quota
	// Background says that nobody waits for the calls: others' go first.
	Background bool
	// Process is what the services of this process share. Nil: nothing.
	Process *quota.Process
	Meter   *metric.Meter
	Logger  *slog.Logger
}

// Service is one of Alibaba's services.
type Service struct {
	Client *aliyun.Client
	// Ready says what keeps calls from being made as they should until somebody mends
	// it: missing credentials, a Redis that refuses. It is for [function.Function].
	Ready func(ctx context.Context) []function.Unusable
}

// Open returns the service that s describes. It does not connect.
func Open(s Settings) (Service, error) {
	permits, err := cmp.Or(s.Process, new(quota.Process)).Open(quota.Config{
		RedisURL:   string(s.Quota.RedisURL.Secret),
		Account:    s.Quota.AccountID(),
		PerSecond:  float64(s.PerSecond),
		Share:      float64(s.Quota.Share),
		Background: s.Background,
		Logger:     s.Logger,
	})
	if err != nil {
		return Service{}, err
	}
	permits = countingQuota{permits, s.Meter}
	readiness := &readiness{account: s.Account, credentials: Credentials(s.Account), permits: permits}
	client, err := aliyun.New(aliyun.Config{
		Endpoint:    string(s.Endpoint),
		Region:      s.Account.Region,
		Credentials: readiness.credentials,
		Quota:       permits,
		Background:  s.Background,
		Observe: func(a aliyun.Attempt) {
			count(s.Meter, a)
			readiness.observe(a)
		},
		Logger: s.Logger,
	})
	if err != nil {
		return Service{}, err
	}
	s.Meter.OnCollect(func() { look(s.Meter, client, permits) })
	return Service{Client: client, Ready: readiness.ready}, nil
}

// Credentials are the invocation's where there are any, and the configured key
// pair otherwise.
func Credentials(a config.Account) credential.Provider {
	return credential.Invocation{Fallback: credential.Credentials{
		AccessKeyID:     a.AccessKeyID,
		AccessKeySecret: string(a.AccessKeySecret),
		SecurityToken:   string(a.SecurityToken),
	}}
}
