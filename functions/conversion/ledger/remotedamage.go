package ledger

import (
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/window"
)

// keyError says that one key in Redis cannot be read.
type keyError struct{ key, reason string }

// Error says what to do, too. What the key counts is lost with it, and no more.
func (e *keyError) Error() string {
	return fmt.Sprintf("the key %s in Redis is damaged: %s; restore it, or delete it", e.key, e.reason)
}

// damageOf returns the error of a command about a key: that the key is of another
// kind, which is its damage, or err.
func damageOf(key string, err error) error {
	if redis.HasErrorPrefix(err, "WRONGTYPE") {
		return &keyError{key, err.Error()}
	}
	return err
}

// windowRecord reads the fields of a window, of which there are some. None of them is
// ever made up: a number that is not one would become a rate that nobody had.
func windowRecord(key string, fields map[string]string) (record, error) {
	r := record{Status: window.Status(fields["status"]), RequestID: fields["requestId"]}
	for _, field := range []struct {
		name string
		to   *int64
	}{
		{"closes", &r.Closes},
		{"requested", &r.Requested},
		{"verified", &r.Verified},
		{"late", &r.Late},
		{"duplicate", &r.Duplicate},
		{"reportTime", &r.ReportTime},
	} {
		var err error
		if *field.to, err = fieldNumber(key, fields, field.name); err != nil {
			return r, err
		}
	}
	switch r.Status {
	case window.Open, window.Waiting, window.Reported, window.Dead:
	default:
		return r, &keyError{key, "its status is none of a window"}
	}
	if r.Verified > r.Requested {
		return r, &keyError{key, "more were verified than requested"}
	}
	return r, nil
}

// fieldNumber reads a count or a time of a hash, 0 where there is none.
func fieldNumber(key string, fields map[string]string, name string) (int64, error) {
	text, ok := fields[name]
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, &keyError{key, "its field " + name + " is not a number from 0"}
	}
	return n, nil
}
