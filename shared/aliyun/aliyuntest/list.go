package aliyuntest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// cardPage is the Data of ListCardInfo. Its numbers and its cards are whatever a
// fault makes of them.
type cardPage struct {
	PageNo    int
	PageSize  int
	PageCount any
	Total     any
	List      []any

	cards       []Card
	match       func(Card) bool
	skip, total int // cards before the page, and in all
}

// count sets the numbers of a fleet of that size.
func (p *cardPage) count(total int) {
	p.Total, p.PageCount = total, (total+p.PageSize-1)/p.PageSize
}

// cardInfo is one element of ListCardInfo's list.
type cardInfo struct {
	Iccid                  string
	Status                 string
	OsStatus               string
	DataType               string
	DataLevel              string
	PeriodAddFlow          string
	PeriodRestFlow         string
	PeriodSmsUse           string
	ExpireTime             string
	ActiveTime             string
	OpenAccountTime        string
	FlowLatestModifiedTime string
	CredentialNo           string
	CredentialType         string
	CredentialInstanceID   string `json:"CredentialInstanceId" xml:"CredentialInstanceId"`
	Period                 string
	AliFee                 string
	IsAutoRecharge         bool
	Vendor                 string
	ApnName                string
	NetworkType            string
	TagList                []tag
	Imsi                   []string
	Msisdn                 []string
	Remark                 string
	NotifyID               string `json:"NotifyId" xml:"NotifyId"`
	SimType                string
	CertifyType            string
	VsimInstanceID         int64 `json:"VsimInstanceId" xml:"VsimInstanceId"`
}

type tag struct {
	ID      int64 `json:"Id" xml:"Id"`
	TagName string
}

// listCardInfo answers
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-listcardinfo.
func (s *Server) listCardInfo(q *query) (result, error) {
	page, err := s.fleet.list(q)
	if err != nil {
		return result{}, err
	}
	for _, card := range page.cards {
		page.List = append(page.List, garble(q, s.fleet.info(card, q.at), s.garblings(card.ICCID)...))
	}
	return q.succeed(page), nil
}

// list returns the page that q asks for, its List still empty.
func (f *fleet) list(q *query) (cardPage, error) {
	no, err := q.number("PageNo")
	if err != nil {
		return cardPage{}, err
	}
	size, err := q.number("PageSize")
	if err != nil {
		return cardPage{}, err
	}
	if !slices.Contains([]int{10, 15, 25, 40}, size) {
		return cardPage{}, badRequest("IllegalParameter", "PageSize is none of 10, 15, 25 and 40.")
	}
	page := cardPage{PageNo: no, PageSize: size, skip: (no - 1) * size, List: []any{}}
	if page.match, err = filter(q); err != nil {
		return cardPage{}, err
	}
	page.cards, page.total = f.page(q.get("Iccid"), page.match, page.skip, size)
	page.count(page.total)
	return page, nil
}

// number returns a mandatory parameter that counts from 1.
func (q *query) number(name string) (int, error) {
	if q.get(name) == "" {
		return 0, missing(name)
	}
	n, err := strconv.ParseInt(q.get(name), 10, 32)
	if err != nil || n < 1 {
		return 0, badRequest("IllegalParameter", name+" is no number from 1 up.")
	}
	return int(n), nil
}

// filter returns what a card must be like to be listed; nil if any will do.
func filter(q *query) (func(Card) bool, error) {
	var matches []func(Card) bool
	for _, f := range filters {
		text := q.get(f.name)
		if text == "" {
			continue
		}
		match, err := f.parse(text)
		if err != nil {
			return nil, err
		}
		matches = append(matches, match)
	}
	if matches == nil {
		return nil, nil
	}
	return func(c Card) bool {
		return !slices.ContainsFunc(matches, func(match func(Card) bool) bool { return !match(c) })
	}, nil
}

// filters is the table of the filter parameters but Iccid; nothing changes it.
var filters = []struct {
	name  string
	parse func(string) (func(Card) bool, error)
}{
	{"Status", equal(func(c Card) string { return c.Status })},
	{"Vendor", equal(func(c Card) string { return c.Vendor })},
	{"ExpireTimeStart", bound(func(c Card, t time.Time) bool { return !c.Expires.IsZero() && !c.Expires.Before(t) })},
	{"ExpireTimeEnd", bound(func(c Card, t time.Time) bool { return !c.Expires.IsZero() && !c.Expires.After(t) })},
	{"MaxRestFlowPercentage", restAtMost},
}

func equal(field func(Card) string) func(string) (func(Card) bool, error) {
	return func(want string) (func(Card) bool, error) {
		return func(c Card) bool { return field(c) == want }, nil
	}
}

func bound(within func(Card, time.Time) bool) func(string) (func(Card) bool, error) {
	return func(text string) (func(Card) bool, error) {
		t, err := time.ParseInLocation(time.DateTime, text, shanghai)
		if err != nil {
			return nil, badRequest("linkcard.check.TimeFormatError", "A time is not of the form yyyy-MM-dd HH:mm:ss.")
		}
		return func(c Card) bool { return within(c, t) }, nil
	}
}

func restAtMost(text string) (func(Card) bool, error) {
	tenths := slices.Index([]string{"0.1", "0.2", "0.3"}, text) + 1
	if tenths == 0 {
		return nil, badRequest("IllegalParameter", "MaxRestFlowPercentage is none of 0.1, 0.2 and 0.3.")
	}
	return func(c Card) bool { return c.RestBytes()*10 <= c.PackageBytes*int64(tenths) }, nil
}

func (f *fleet) info(c Card, now time.Time) cardInfo {
	i, _ := f.index(c.ICCID)
	info := cardInfo{
		Iccid:                  c.ICCID,
		Status:                 c.Status,
		OsStatus:               c.OsStatus,
		DataType:               c.dataType(),
		DataLevel:              levelText(c.PackageBytes),
		PeriodAddFlow:          flowText(c.UsedBytes),
		PeriodRestFlow:         flowText(c.RestBytes()),
		PeriodSmsUse:           "0",
		ExpireTime:             timeText(c.Expires),
		ActiveTime:             timeText(c.Activated),
		OpenAccountTime:        timeText(opened(c.Activated)),
		FlowLatestModifiedTime: timeText(f.refreshed(c, now)),
		CredentialNo:           cmp.Or(c.Pool, "ALI-"+c.Vendor),
		CredentialType:         "single",
		CredentialInstanceID:   fmt.Sprintf("cred-%s-%s", c.Vendor, shortText(c.PackageBytes)),
		Period:                 cmp.Or(c.Period, PeriodMonth),
		AliFee:                 "ali_2",
		Vendor:                 c.Vendor,
		ApnName:                "cmiot",
		NetworkType:            "4G",
		TagList:                []tag{},
		Imsi:                   []string{fmt.Sprintf("46004%010d", i)},
		Msisdn:                 []string{fmt.Sprintf("10648%08d", i)},
		Remark:                 c.Remark,
		SimType:                "plug",
		CertifyType:            "none",
		VsimInstanceID:         60_000_000_000 + int64(i),
	}
	for n, name := range c.Tags {
		info.TagList = append(info.TagList, tag{ID: int64(n + 1), TagName: name})
	}
	return info
}

// refreshed is when the card's usage was last counted.
func (f *fleet) refreshed(c Card, now time.Time) time.Time {
	if f.refreshOnUse {
		return cmp.Or(c.Refreshed, f.epoch)
	}
	return cmp.Or(c.Refreshed, midnight(now))
}

// opened is when the account of a card was opened, unknown for one in stock.
func opened(activated time.Time) time.Time {
	if activated.IsZero() {
		return activated
	}
	return activated.AddDate(0, 0, -7)
}

func levelText(n int64) string {
	if n == 0 {
		return ""
	}
	return shortText(n)
}
