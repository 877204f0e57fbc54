package alerts_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/quota"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

const (
	badEach = 5  // which cards fire
	badPace = 20 // calls of an action per second
)

// badFleet is an account of which each fifth card fires, or did until it was
// topped up. It makes its cards when it is asked for them, so that the memory of
// the process is that of the function.
type badFleet struct {
	cards    int
	toppedUp bool

	list, flow *rate.Limiter
}

func newBadFleet(cards int, toppedUp bool) *badFleet {
	return &badFleet{cards: cards, toppedUp: toppedUp, list: rate.NewLimiter(badPace, 1), flow: rate.NewLimiter(badPace, 1)}
}

// card is the card at a position of the listing, whose order is not that of the
// ICCIDs.
func (f *badFleet) card(at int) linkcard.CardInfo {
	const coprime = 7919
	info := linkcard.CardInfo{
		Iccid: aliyun.Text(fmt.Sprintf("898603%014d", at*coprime%f.cards)), Status: "30", OsStatus: "100", DataType: "single",
		DataLevel: "100MB", PeriodAddFlow: "10.00MB", PeriodRestFlow: "90.00MB", ExpireTime: "2001-01-01 00:00:00",
		ActiveTime: "1999-01-01 00:00:00", FlowLatestModifiedTime: "1999-12-31 20:00:00", Period: "1101", Vendor: "CMCC",
		Remark: aliyun.Text("site " + strconv.Itoa(at/100)), TagList: []linkcard.Tag{{TagName: "payment terminals"}},
	}
	switch {
	case at%badEach != 0:
	case f.toppedUp:
		info.FlowLatestModifiedTime = "2000-01-01 08:30:00"
	default:
		info.PeriodAddFlow, info.PeriodRestFlow = "92.00MB", "8.00MB"
	}
	return info
}

func (f *badFleet) ListCardInfo(ctx context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error) {
	page := linkcard.CardPage{PageNo: r.PageNo, PageSize: r.PageSize, Total: f.cards}
	for at := (r.PageNo - 1) * r.PageSize; at < min(r.PageNo*r.PageSize, f.cards); at++ {
		page.List = append(page.List, f.card(at))
	}
	return linkcard.ListCardInfoResponse{Data: page}, paced(ctx, f.list)
}

func (f *badFleet) GetCardFlowInfo(ctx context.Context, _ linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error) {
	month := linkcard.CardMonthFlow{FlowCount: "92MB", Month: "199912"}
	for day := 1; day <= 31; day++ {
		used := linkcard.DayFlow{Flow: aliyun.Text(strconv.Itoa(day%5) + "MB"), Day: aliyun.Text(fmt.Sprintf("199912%02d", day))}
		month.ListDayFlow = append(month.ListDayFlow, used)
	}
	return linkcard.GetCardFlowInfoResponse{Data: linkcard.CardFlow{
		ListCardMonthFlow: []linkcard.CardMonthFlow{month},
		ListPackageDTO: []linkcard.PackageDTO{
			{PackageName: "100MB a month", EffectiveTime: "1999-01-01 00:00:00", ExpireTime: "2001-01-01 00:00:00"},
		},
	}}, paced(ctx, f.flow)
}

// paced waits for a permit, or says at once that there is none in time.
func paced(ctx context.Context, l *rate.Limiter) error {
	if l.Wait(ctx) != nil {
		return &quota.ExhaustedError{}
	}
	return nil
}

// willing is a bot of Slack's that takes everything.
type willing struct{ messages atomic.Int64 }

func (w *willing) Post(context.Context, slack.Message) (slack.Ref, error) {
	return slack.Ref{Channel: "C1", TS: fmt.Sprint(time.Now().UnixNano(), w.messages.Add(1))}, nil
}

func (w *willing) Update(_ context.Context, ref slack.Ref, _ slack.Message) (slack.Ref, error) {
	return ref, nil
}

func (w *willing) Reply(ctx context.Context, _ slack.Ref, m slack.Message, _ bool) (slack.Ref, error) {
	return w.Post(ctx, m)
}

func (w *willing) Upload(context.Context, slack.Ref, string, string, []byte) error { return nil }

func (w *willing) Find(context.Context, slack.Ref, string, time.Time) (slack.Found, bool, error) {
	return slack.Found{}, false, nil
}

// counted is a store that counts what is put: batches, and the bytes of their
// records.
type counted struct {
	store.Store

	put, batches atomic.Int64
}

func (c *counted) Apply(ctx context.Context, b store.Batch) error {
	c.batches.Add(1)
	for _, r := range b.Put {
		c.put.Add(int64(len(r.Key) + len(r.Value)))
	}
	return c.Store.Apply(ctx, b)
}
