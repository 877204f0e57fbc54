package alerts_test

import (
	"context"
	"testing"
	"testing/synctest"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/fleet"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/linkcard"
)

// repeating lists the first page whatever page it is asked for, of a million cards.
type repeating struct {
	fleet.Cards

	on bool
}

func (c *repeating) ListCardInfo(ctx context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error) {
	if !c.on || r.ICCID != "" {
		return c.Cards.ListCardInfo(ctx, r)
	}
	r.PageNo = 1
	answer, err := c.Cards.ListCardInfo(ctx, r)
	answer.Data.Total = 1_000_000
	return answer, err
}

// TestSamePageForEver has the listing repeat its first page: the sweep is done all the
// same, the cards of that page are evaluated, the fleet's own incident says what is wrong,
// and the cards that are not listed keep their incidents.
func TestSamePageForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var cards *repeating
		f := newFixture(t, 200, func(c *alerts.Config) {
			cards = &repeating{Cards: c.Cards}
			c.Cards = cards
		})
		open := f.sweep(t).Open
		cards.on = true
		f.set(7, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusStopped })
		r := f.sweep(t)
		if !r.Done || r.Checked != 40 || r.Failed != 1_000_000-40 || r.Opened != 2 || r.Open != open+2 {
			t.Errorf("Sweep = %+v, want it done with 40 cards checked and two incidents more than %d", r, open)
		}
		checkWords(t, f.last(t), "Listing of the fleet cannot be trusted", "40 of its 1,000,000 cards could be read",
			f.cloud.ICCID(7)[16:], "999,960 cards could not be checked: the listing counts cards that it does not list")
		cards.on = false
		f.sweep(t)
		checkWords(t, f.last(t), "Listing of the fleet is complete again")
		f.check(t)
	})
}
