package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/quota"
)

// FromUpstream turns an error of a call to Alibaba into what the caller of a
// function sees: what happened and whether to come back. A function that asks for
// things that may not exist answers [aliyun.NotFound] itself, with its own word
// for the thing.
func FromUpstream(err error) *Error {
	if exhausted, ok := errors.AsType[*quota.ExhaustedError](err); ok {
		return tooMany(exhausted.RetryAfter).Because(err)
	}
	if failure, ok := errors.AsType[*aliyun.Error](err); ok {
		return fromFailure(failure).Because(err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return tooSlow().Because(err)
	}
	return NewError(http.StatusBadGateway, "upstream-unavailable",
		"The call to Alibaba Cloud could not be made; the reason has been logged.").Because(err)
}

func fromFailure(e *aliyun.Error) *Error {
	switch {
	case errors.Is(e, context.DeadlineExceeded) || e.Kind == aliyun.Timeout:
		return tooSlow()
	case e.Kind == aliyun.Throttled:
		return tooMany(e.RetryAfter)
	case e.Kind == aliyun.Broken:
		return NewError(http.StatusBadGateway, "upstream-unavailable",
			"Circuit breaker open: Alibaba Cloud has failed too often of late; try again after the time in Retry-After.").RetryAfter(e.RetryAfter)
	case e.Kind == aliyun.Denied || e.Kind == aliyun.Expired:
		return NewError(http.StatusBadGateway, "upstream-denied",
			"Alibaba Cloud refused this function's credentials or permissions; its operator has to mend that.")
	case e.Kind == aliyun.Invalid || e.Kind == aliyun.NotFound:
		return NewError(http.StatusBadGateway, "upstream-refused",
			"Alibaba Cloud refused the call with "+cmp.Or(e.Code, "a code of an unknown form")+"; trying again will not help.")
	default:
		return NewError(http.StatusBadGateway, "upstream-unavailable",
			"Alibaba Cloud did not answer as it should; try again.")
	}
}

func tooMany(wait time.Duration) *Error {
	return NewError(http.StatusTooManyRequests, "quota-exhausted",
		"The account's quota of calls is used up for now; try again after the time in Retry-After.").RetryAfter(wait)
}

func tooSlow() *Error {
	return NewError(http.StatusGatewayTimeout, "upstream-timeout", "Alibaba Cloud did not answer in time; try again.")
}
