//go:build redis

package redistest_test

import (
	"testing"

	"signalbox/internal/otptest"
	"signalbox/shared/store"
)

// BenchmarkOTPEvents sends OTP events to the function that has its state in Redis.
func BenchmarkOTPEvents(b *testing.B) {
	redis := startRedis(b)
	of := func(account string) store.Config {
		return store.Config{RedisURL: "redis://" + redis.address, Account: account, Namespace: "conversion"}
	}
	otptest.Bench{Function: of("main"), Bare: of("bare"), Used: func() int64 {
		return int64(redis.info(b, "memory", "used_memory:"))
	}}.Run(b)
}
