package tablestore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	api "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"signalbox/shared/store"
)

// conditionFailed is the code of a condition that does not hold, and passing are those
// after which a call may be made again, see
// https://www.alibabacloud.com/help/en/tablestore/developer-reference/error-codes.
const conditionFailed = "OTSConditionCheckFail"

var passing = []string{
	"OTSRowOperationConflict", "OTSNotEnoughCapacityUnit", "OTSTableNotReady", "OTSPartitionUnavailable", "OTSServerBusy",
	"OTSStorageServerBusy", "OTSTimeout", "OTSInternalServerError", "OTSServerUnavailable", "OTSQuotaExhausted",
}

// explain says what an error of an action means to a store. What is not an answer of
// Tablestore's counts as unavailable: nobody knows what became of the call.
func (t *Table) explain(ctx context.Context, action string, err error) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("%s of %s: %w", action, t.config.Table, cause)
	}
	answer, ok := errors.AsType[*api.OtsError](err)
	switch {
	case !ok:
		return fmt.Errorf("%s of %s: %w: %w", action, t.config.Table, store.ErrUnavailable, err)
	case answer.Code == conditionFailed:
		return store.ErrNotNewer
	case slices.Contains(passing, answer.Code), answer.HttpStatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("%s of %s: %w: %w", action, t.config.Table, store.ErrUnavailable, readable(answer))
	default:
		return fmt.Errorf("%s of %s: %w", action, t.config.Table, readable(answer))
	}
}

// maxMessage bounds what is repeated of an answer that may be anything, in bytes.
const maxMessage = 300

func readable(answer *api.OtsError) error {
	message := answer.Message
	return fmt.Errorf("%s: %.*q (request %s)", answer.Code, maxMessage, message, answer.RequestId)
}
