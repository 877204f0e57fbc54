package dynamodb

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"signalbox/shared/store"
)

// retryable and throttled are the errors after which a call may be made again: those that are so by the
// SDK's own judgement.
var (
	retryable = retry.IsErrorRetryables(retry.DefaultRetryables)
	throttled = retry.IsErrorThrottles(retry.DefaultThrottles)
)

func isCondition(err error) bool {
	_, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	return ok
}

// explain says what an error of an action means to a store.
func (t *Table) explain(action string, err error) error {
	switch {
	case err == nil:
		return nil
	case isCondition(err):
		return store.ErrNotNewer
	case retryable.IsErrorRetryable(err) == aws.TrueTernary, throttled.IsErrorThrottle(err) == aws.TrueTernary:
		return fmt.Errorf("%s of %s: %w: %w", action, t.name, store.ErrUnavailable, t.readable(err))
	default:
		return fmt.Errorf("%s of %s: %w", action, t.name, t.readable(err))
	}
}

// readable returns an answer's error by its code and text alone. Of a signature it does
// not have the text, which repeats what was signed, with the session token.
func (t *Table) readable(err error) error {
	answer, ok := errors.AsType[smithy.APIError](err)
	switch {
	case !ok:
		return err
	case strings.Contains(answer.ErrorCode(), "Signature"):
		return fmt.Errorf("%s: the secret does not belong to the key, or the clock is wrong", answer.ErrorCode())
	case answer.ErrorCode() == "ResourceNotFoundException":
		return fmt.Errorf("%s: there is no such table in the region %s", answer.ErrorCode(), t.region)
	default:
		return fmt.Errorf("%s: %s", answer.ErrorCode(), answer.ErrorMessage())
	}
}
