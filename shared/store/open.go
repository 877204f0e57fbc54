package store

import (
	"errors"
	"fmt"
	"time"

	"signalbox/shared/redisdial"
)

// Config says where state is kept. Redis wins where both places are set.
type Config struct {
	// File is the path of the state file, see [OpenFile].
	File string
	// RedisURL is the Redis that all instances share.
	RedisURL string
	// Account names the main account, so that two can use one Redis.
	Account string
}

// Open returns the store that c describes. It does not connect to Redis: one
// that is away is the error of the first call.
func Open(c Config) (Store, error) {
	switch {
	case c.RedisURL != "":
		return openRedis(c)
	case c.File != "":
		return OpenFile(c.File)
	default:
		return nil, errors.New("state: neither a Redis nor a file to keep it in")
	}
}

// redisTimeout bounds each step of a call: it is enough for a state of some
// megabytes, and a sweep learns in time that it cannot save.
const redisTimeout = 5 * time.Second

func openRedis(c Config) (Store, error) {
	client, err := redisdial.Open(c.RedisURL, redisTimeout)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return NewRedis(client, "signalbox:state:"+c.Account+":"), nil
}
