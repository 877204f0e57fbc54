package aliyun

import (
	"crypto/rand"
	"sync/atomic"
	"time"
)

// clock is the service's clock as far as it is known: ours, and by how much the
// service's has been seen to differ. The zero value is our own.
type clock struct {
	ahead atomic.Int64 // nanoseconds that the service is ahead of us
}

// learn sets the clock by the date of an answer that refused our time.
func (c *clock) learn(at time.Time) {
	if !at.IsZero() {
		c.ahead.Store(int64(time.Until(at)))
	}
}

// stamp is what makes each signature different.
type stamp struct {
	nonce string
	time  time.Time
}

// stamp returns a nonce of 130 random bits and the time.
func (c *clock) stamp() stamp {
	return stamp{nonce: rand.Text(), time: time.Now().Add(time.Duration(c.ahead.Load()))}
}
