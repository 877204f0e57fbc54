package aliyun_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/quota"
)

func TestCause(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want string
	}{
		{&aliyun.Error{Action: "A", Kind: aliyun.Denied, Code: "NoPermission", Status: 403, RequestID: "1"}, "denied (NoPermission)"},
		{&aliyun.Error{Action: "A", Kind: aliyun.Unavailable, Status: 502, Attempts: 4}, "unavailable (HTTP 502)"},
		{&aliyun.Error{Action: "A", Kind: aliyun.Unavailable, Err: io.EOF}, "unavailable"},
		{&aliyun.Error{Action: "A", Kind: aliyun.Timeout, Err: context.DeadlineExceeded}, "timeout"},
		{&aliyun.Error{Action: "A", Kind: aliyun.Broken}, "circuit breaker open"},
		{&quota.ExhaustedError{Action: "A"}, "quota exhausted"},
		{fmt.Errorf("A: %w", credential.ErrMissing), "no credentials"},
		{&aliyun.Error{Action: "A", Kind: aliyun.Denied, Err: credential.ErrMissing}, "no credentials"},
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "cancelled"},
		{errors.New("card 89860300000000000001"), "unexpected"},
	}
	for _, tt := range tests {
		if got := aliyun.Cause(fmt.Errorf("look up a card: %w", tt.err)); got != tt.want {
			t.Errorf("Cause(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}
