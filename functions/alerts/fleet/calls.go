package fleet

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// patientCalls is how many calls, one after the other, a run has time for that does
// not wait for every answer.
const patientCalls = 4

// calls makes the calls of one run and counts them. It is safe for concurrent use.
type calls struct {
	cards Cards
	pools Pools // nil: pools are not asked for
	gate  gate  // for lookups

	// patience is how long the answer about one card or pool is waited for; 0: while
	// the run lasts. It does not change once calls are made.
	patience time.Duration
	slow     atomic.Bool // an answer took longer

	list, flow, pool atomic.Int64 // calls made since take was last called
}

// hurry bounds how long an answer is waited for, where runs before this one have
// ended before it came. Otherwise the sweep would never get further.
func (c *calls) hurry(ctx context.Context, late int) {
	if deadline, ok := ctx.Deadline(); ok && late >= lateRuns {
		c.patience = time.Until(deadline) / patientCalls
	}
}

// take returns how many calls of each action were made since it was last called.
func (c *calls) take() (list, flow, pool int) {
	return int(c.list.Swap(0)), int(c.flow.Swap(0)), int(c.pool.Swap(0))
}

// readPage asks for a page of the listing.
func (c *calls) readPage(ctx context.Context, request linkcard.ListCardInfoRequest) (linkcard.CardPage, error) {
	answer, err := c.cards.ListCardInfo(ctx, request)
	if !outOfTime(ctx, err) {
		c.list.Add(1)
	}
	return answer.Data, err
}

// findListed asks the listing for one card.
func (c *calls) findListed(ctx context.Context, id card.ICCID) (linkcard.CardPage, error) {
	request := linkcard.ListCardInfoRequest{PageNo: 1, PageSize: smallPage, ICCID: id}
	answer, err := within(ctx, c, &c.list, "ListCardInfo", func(ctx context.Context) (linkcard.ListCardInfoResponse, error) {
		return c.cards.ListCardInfo(ctx, request)
	})
	return answer.Data, err
}

// lookUp asks for a card's own data, unless lookups are not answered anyway.
func (c *calls) lookUp(ctx context.Context, id card.ICCID) (linkcard.GetCardFlowInfoResponse, error) {
	if err := c.gate.allow(); err != nil {
		return linkcard.GetCardFlowInfoResponse{}, err
	}
	answer, err := within(ctx, c, &c.flow, "GetCardFlowInfo", func(ctx context.Context) (linkcard.GetCardFlowInfoResponse, error) {
		return c.cards.GetCardFlowInfo(ctx, linkcard.GetCardFlowInfoRequest{ICCID: id})
	})
	if !outOfTime(ctx, err) {
		c.gate.learn(err)
	}
	return answer, err
}

// askPool asks for the data of a plan that cards share, in a month.
func (c *calls) askPool(
	ctx context.Context, credential string, month card.Month,
) (linkcard.GetCredentialPoolStatisticsResponse, error) {
	request := linkcard.GetCredentialPoolStatisticsRequest{CredentialNo: credential, Month: month}
	return within(ctx, c, &c.pool, "GetCredentialPoolStatistics",
		func(ctx context.Context) (linkcard.GetCredentialPoolStatisticsResponse, error) {
			return c.pools.GetCredentialPoolStatistics(ctx, request)
		})
}

var errSlow = errors.New("no answer while the run could wait")

// within makes a call that counts as timed out where c's patience ends, and counts it
// unless the run's own time has run out.
func within[T any](
	ctx context.Context, c *calls, made *atomic.Int64, action string, call func(context.Context) (T, error),
) (T, error) {
	bounded, cancel := ctx, context.CancelFunc(func() {})
	if c.patience > 0 {
		bounded, cancel = context.WithTimeout(ctx, c.patience)
	}
	defer cancel()
	answer, err := call(bounded)
	if c.patience > 0 && outOfTime(bounded, err) && ctx.Err() == nil {
		c.slow.Store(true)
		err = &aliyun.Error{Action: action, Kind: aliyun.Timeout, Err: errSlow}
	}
	if !outOfTime(ctx, err) {
		made.Add(1)
	}
	return answer, err
}
