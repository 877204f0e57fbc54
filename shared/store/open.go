package store

import (
	"errors"
	"fmt"
	"time"

	"signalbox/shared/redisdial"
)

// Config says where state is kept. Of several places a table wins, then Redis.
type Config struct {
	// File is the path of the state file. Its folder must exist.
	File string
	// Shared has the file opened for each operation and closed again, for
	// platforms where several instances may exist. Otherwise the process opens
	// it once and keeps others out.
	Shared bool
	// RedisURL is the Redis that all instances share.
	RedisURL string
	// Table is the table of a database that all instances share. The store closes it.
	Table Table
	// Account names the main account, so that two can use one Redis or table.
	Account string
	// Namespace separates states that are kept in one place and do not see each
	// other.
	Namespace string
	// Reset is the ID of a [DamagedError]: the state that has just this damage is
	// moved aside at the first use, and a new one begins. Another ID does nothing.
	Reset string
}

// Open returns the store that c describes. It does not connect: a Redis or table
// that is down is the error of the first call. So is a damaged state, of every
// call, so that a function can start and say so.
func Open(c Config) (Store, error) {
	engine, err := c.engine()
	if err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	s := newState(engine, c.Reset, migrations)
	s.namespace = c.Namespace
	return s, nil
}

// redisTimeout bounds each step of a call: it is enough for a batch of some
// megabytes, and a sweep learns in time that it cannot save.
const redisTimeout = 5 * time.Second

//nolint:ireturn // which one is the configuration's choice
func (c Config) engine() (engine, error) {
	switch {
	case c.Table != nil:
		return newTable(c.Table, spelled(c.Account)+":"+spelled(c.Namespace)), nil
	case c.RedisURL != "":
		client, err := redisdial.Open(c.RedisURL, redisTimeout)
		if err != nil {
			return nil, err
		}
		return &remote{client: client, prefix: "signalbox:{" + c.Account + ":" + c.Namespace + "}:"}, nil
	case c.File != "":
		return openFile(c)
	default:
		return nil, errors.New("neither a table nor a Redis nor a file to keep it in")
	}
}
