package quota

import (
	"fmt"
	"log/slog"

	"signalbox/shared/redisdial"
)

// Config says where a quota is kept and how large it is.
type Config struct {
	// RedisURL is the Redis that all instances share. Empty: none, the quota
	// is kept within this process.
	RedisURL string
	// Account names the main account, so that two can use one Redis.
	Account string
	// PerSecond is the account's quota of each action.
	PerSecond float64
	// Share is the part of PerSecond that this process keeps to while Redis
	// is unavailable, above 0 and at most 1.
	Share float64
	// Background says that the calls can wait for others'.
	Background bool
	// Logger gets a line when Redis becomes unavailable and when it is back.
	Logger *slog.Logger
}

// Open returns the quota that c describes, for one service alone; [Process] is for several
// in one process. It does not connect.
func Open(c Config) (Quota, error) { return new(Process).Open(c) }

// open makes the quota, for who is not in the background. A Redis that is unavailable at
// the start is no reason not to start.
func open(c Config) (Quota, error) {
	if c.RedisURL == "" {
		return NewLocal(c.PerSecond), nil
	}
	client, err := redisdial.Open(c.RedisURL, redisTimeout)
	if err != nil {
		return nil, fmt.Errorf("quota: %w", err)
	}
	return NewRedis(RedisConfig{
		Client: client, Account: c.Account,
		PerSecond: c.PerSecond, Share: c.Share, Logger: c.Logger,
	}), nil
}
