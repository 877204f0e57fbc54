package fleet

import (
	"context"
	"errors"

	"signalbox/shared/aliyun"
	"signalbox/shared/quota"
)

// outOfTime reports whether a call was given up for want of time, not because
// of what it asked.
func outOfTime(ctx context.Context, err error) bool {
	_, exhausted := errors.AsType[*quota.ExhaustedError](err)
	return err != nil && (exhausted || ctx.Err() != nil)
}

// kindOf returns the kind of a failed call.
func kindOf(err error) aliyun.Kind {
	if failure, ok := errors.AsType[*aliyun.Error](err); ok {
		return failure.Kind
	}
	return aliyun.Unexpected
}

// denied reports whether a call failed for a permission or a key.
func denied(err error) bool {
	kind := kindOf(err)
	return kind == aliyun.Denied || kind == aliyun.Expired
}
