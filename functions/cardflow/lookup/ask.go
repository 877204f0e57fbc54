package lookup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/quota"
)

// listingGrace is how much longer than the card's flow its listing may take.
const listingGrace = time.Second

// ask asks Alibaba for the flow of a card, and at the same time for its listing, unless
// that is fresh. In the background the listing comes after the flow: each action has a
// queue of its own, and where a hundred cards enter both at once, a card may be early in
// one and late in the other, and wait for both.
func (l *Lookups) ask(ctx context.Context, f *flight, known *record) (*record, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var listed <-chan listing
	behind := quota.IsInBackground(ctx)
	if !behind {
		listed = l.list(ctx, f.query.id, known)
	}
	answer, err := l.config.Source.GetCardFlowInfo(ctx, linkcard.GetCardFlowInfoRequest{ICCID: f.query.id, Months: f.months})
	if err != nil {
		if cancel(); !behind {
			<-listed // which may have something to log
		}
		return nil, fmt.Errorf("read flow of %s: %w", f.query.id, err)
	}
	now := time.Now()
	asked := &record{
		Version: version, ICCID: string(f.query.id), At: now, RequestID: string(answer.RequestID), Card: answer.Data,
		Series: []series{{Months: f.query.months, At: now, List: answer.Data.ListCardMonthFlow}},
	}
	asked.Card.ListCardMonthFlow = nil
	if behind {
		listed = l.list(ctx, f.query.id, known)
	}
	grace := time.AfterFunc(listingGrace, cancel)
	defer grace.Stop()
	asked.setListing(<-listed)
	return asked, nil
}

// listing is an answer of the listing, or none.
type listing struct {
	at   time.Time
	info *linkcard.CardInfo
	tags bool // they can be read
}

func (r *record) setListing(i listing) {
	r.ListedAt, r.Listed, r.TagsUnknown = i.at, i.info, i.info != nil && !i.tags
}

// list asks for the listing of one card.
func (l *Lookups) list(ctx context.Context, id card.ICCID, known *record) <-chan listing {
	listed := make(chan listing, 1)
	age := time.Duration(-1)
	if known != nil {
		age = time.Since(known.ListedAt)
	}
	switch {
	case l.config.Lister == nil:
		listed <- listing{}
	case age >= 0 && age < l.config.TTL:
		listed <- listing{at: known.ListedAt, info: known.Listed, tags: !known.TagsUnknown}
	default:
		go func() { listed <- l.readListing(ctx, id) }()
	}
	return listed
}

// readListing takes nothing for an answer but one row, of that card.
func (l *Lookups) readListing(ctx context.Context, id card.ICCID) (found listing) {
	found.at = time.Now()
	defer func() {
		if cause := recover(); cause != nil {
			l.listingFailed(ctx, fmt.Errorf("panic: %v", cause))
		}
	}()
	answer, err := l.config.Lister.ListCardInfo(ctx, linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10, ICCID: id})
	rows := slices.DeleteFunc(answer.Data.List, func(i linkcard.CardInfo) bool { return strings.TrimSpace(string(i.Iccid)) != string(id) })
	switch {
	case err != nil:
		l.listingFailed(ctx, err)
	case len(rows) != 1:
		l.listingFailed(ctx, fmt.Errorf("%d rows of the card, not 1", len(rows)))
	default:
		l.listingAnswered(ctx)
		found.at, found.info, found.tags = time.Now(), &rows[0], !slices.Contains(rows[0].Garbled, "TagList")
	}
	return found
}

// codeOf is Alibaba's code for a failure.
func codeOf(err error) string {
	if failure, ok := errors.AsType[*aliyun.Error](err); ok {
		return failure.Code
	}
	return ""
}
