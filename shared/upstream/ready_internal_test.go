package upstream

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"signalbox/shared/aliyun/credential"
	"signalbox/shared/quota"
)

// refusal is an answer of Redis.
type refusal string

func (r refusal) Error() string { return string(r) }

// RedisError marks it as Redis's.
func (refusal) RedisError() {}

// permits is a quota that is kept in a Redis which answers err.
type permits struct {
	quota.Quota

	err error
}

// Ready asks Redis.
func (p permits) Ready(context.Context) error { return p.err }

// TestReadyWithRedis shows what Redis refuses, and not that it is unavailable: there is
// a quota all the same.
func TestReadyWithRedis(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want string // the reason; empty: ready
	}{
		{nil, ""},
		{errors.New("dial tcp: connection refused"), ""},
		{refusal("LOADING Redis is loading the dataset in memory"), ""},
		{refusal("WRONGPASS invalid username-password pair"), "Redis refuses the user or the password"},
		{refusal("NOPERM this user has no permissions to run the 'evalsha' command"), "the Redis user lacks a permission"},
	}
	for _, tt := range tests {
		err := tt.err
		if err != nil {
			err = fmt.Errorf("keep the quota in Redis: %w", err)
		}
		r := &readiness{credentials: credential.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}, permits: permits{err: err}}
		got := r.ready(t.Context())
		switch {
		case tt.want == "" && got != nil:
			t.Errorf("ready with a Redis that says %v = %+v, want nothing", tt.err, got)
		case tt.want != "" && (len(got) != 1 || got[0].Part != "redis" || got[0].Reason != tt.want || got[0].Action == ""):
			t.Errorf("ready with a Redis that says %v = %+v, want %q", tt.err, got, tt.want)
		}
	}
}
