package fleet

import (
	"context"
	"errors"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// poolItem asks for a pool. One that no listed card names is there only because
// of its incident.
func (r *run) poolItem(credential string, named bool) item {
	return item{
		result: result{observation: rule.Observation{Subject: poolSubject(credential), Pool: credential}},
		ask:    func(ctx context.Context, _ result) result { return r.askPool(ctx, credential, named) },
	}
}

// askPool asks for the data of a plan that cards share.
func (r *run) askPool(ctx context.Context, credential string, named bool) result {
	res := result{observation: rule.Observation{Subject: poolSubject(credential), Pool: credential}}
	answer, err := r.calls.askPool(ctx, credential, card.MonthOf(r.now))
	if outOfTime(ctx, err) {
		res.late = true
		return res
	}
	failure, ok := errors.AsType[*aliyun.Error](err)
	switch {
	case ok && failure.Code == linkcard.CredentialUnknown && !named:
		return r.missing(res)
	case err != nil:
		res.observation.Unreadable = "the plan's data was not answered: " + aliyun.Cause(err)
		return res
	}
	cutPool(&answer.Data)
	o := &res.observation
	o.Used, o.Rest = answer.Data.Used()
	if o.Ratio = card.RatioOf(o.Used, o.Rest); !o.Ratio.Known() {
		o.Unreadable = "the answer does not say how much of the plan's data is used"
	}
	return res
}
