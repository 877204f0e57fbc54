package aliyuntest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// maxMonths is how many months one GetCardFlowInfo may ask for.
const maxMonths = 6

// envelope is what every linkcard action answers with HTTP 200.
type envelope struct {
	Code             string
	RequestID        string `json:"RequestId" xml:"RequestId"`
	Success          bool
	ErrorMessage     string `json:",omitempty" xml:",omitempty"`
	LocalizedMessage string `json:",omitempty" xml:",omitempty"`
	Data             any    `json:",omitempty" xml:",omitempty"`
}

func (q *query) succeed(data any) result {
	if q.change != nil {
		data = q.change(data)
	}
	return result{"OK", envelope{Code: "200", RequestID: q.id, Success: true, Data: data}}
}

func (q *query) fail(code, message string) result {
	return result{code, envelope{Code: code, RequestID: q.id, ErrorMessage: message, LocalizedMessage: message}}
}

type cardFlow struct {
	ListVendorDetail  []vendorDetail
	ListCardMonthFlow []monthFlow
	ListPackageDTO    []packageDTO
}

type vendorDetail struct {
	NetWorkDelay   string
	SignalStrength string
	Vendor         string
	UsedFlow       string
	Ratio          string
}

type monthFlow struct {
	FlowCount   string
	Month       string
	ListDayFlow []dayFlow
}

type dayFlow struct {
	Flow string
	Day  string
}

type packageDTO struct {
	EffectiveTime string
	Remark        string
	PackageName   string
	ExpireTime    string
}

// getCardFlowInfo answers
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-getcardflowinfo.
func (s *Server) getCardFlowInfo(q *query) (result, error) {
	months, err := askedMonths(q)
	if err != nil {
		return result{}, err
	}
	iccid := q.get("Iccid")
	if iccid == "" {
		return result{}, badRequest("linkcard.check.IccidCanNotEmpty", "Iccid cannot be empty.")
	}
	card, ok := s.Card(iccid)
	switch {
	case !ok || card.Unknown:
		return result{}, badRequest("linkcard.common.CardNotExist", "The card does not exist.")
	case card.Status == StatusDestroyed:
		return q.fail("linkcard.common.CardDestroy", "The card has been destroyed."), nil
	default:
		return q.succeed(s.fleet.flow(card, months, q.at)), nil
	}
}

// askedMonths returns the starts of the months that q asks for, in its order;
// the last two if it names none.
func askedMonths(q *query) ([]time.Time, error) {
	names, err := q.list("DateList", maxMonths)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		month := monthStart(q.at)
		return []time.Time{month.AddDate(0, -1, 0), month}, nil
	}
	var months []time.Time
	for i, name := range names {
		month, err := time.ParseInLocation("200601", name, shanghai)
		if err != nil {
			return nil, badRequest("IllegalParameter", fmt.Sprintf("DateList.%d is not of the form yyyyMM.", i+1))
		}
		months = append(months, month)
	}
	return months, nil
}

func (f *fleet) flow(c Card, months []time.Time, now time.Time) cardFlow {
	flow := cardFlow{
		ListVendorDetail: []vendorDetail{{
			NetWorkDelay:   strconv.FormatInt(c.NetworkDelay.Milliseconds(), 10),
			SignalStrength: strconv.Itoa(c.Signal),
			Vendor:         c.Vendor,
			UsedFlow:       shortText(c.UsedBytes),
			Ratio:          c.ratioText(),
		}},
		ListPackageDTO: []packageDTO{},
	}
	for _, p := range c.packages() {
		flow.ListPackageDTO = append(flow.ListPackageDTO, packageDTO{
			EffectiveTime: timeText(p.Effective), Remark: p.Remark, PackageName: p.Name, ExpireTime: timeText(p.Expires),
		})
	}
	for _, month := range months {
		flow.ListCardMonthFlow = append(flow.ListCardMonthFlow, f.month(c, month, now))
	}
	return flow
}

func (f *fleet) month(c Card, month, now time.Time) monthFlow {
	days, total := f.days(c, month, now)
	flow := monthFlow{FlowCount: shortText(total), Month: month.Format("200601"), ListDayFlow: []dayFlow{}}
	for i, n := range days {
		day := month.AddDate(0, 0, i).Format("20060102")
		flow.ListDayFlow = append(flow.ListDayFlow, dayFlow{Flow: shortText(n), Day: day})
	}
	return flow
}

// days returns what the card used on the days of a month, and their sum.
func (f *fleet) days(c Card, month, now time.Time) (days []int64, total int64) {
	n := daysUntil(month, now)
	if c.DayBytes == nil {
		total = f.monthBytes(c, month, now)
		return f.dayBytes(c, month, total, n), total
	}
	for i := range n {
		bytes := c.DayBytes(month.AddDate(0, 0, i))
		days, total = append(days, bytes), total+bytes
	}
	return days, total
}

// drawMonth returns the chance of one card's month.
func (f *fleet) drawMonth(c Card, month time.Time, purpose uint64) *rand.Rand {
	i, _ := f.index(c.ICCID)
	where := uint64(i)<<16 | uint64(month.Year()*12+int(month.Month())) //nolint:gosec // neither is negative
	return draw(f.seed, where, purpose)
}
