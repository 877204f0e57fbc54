package aliyuntest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

type cardPage struct {
	PageNo    int
	PageSize  int
	PageCount int
	Total     int
	List      []cardInfo
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
	no, err := q.number("PageNo")
	if err != nil {
		return result{}, err
	}
	size, err := q.number("PageSize")
	if err != nil {
		return result{}, err
	}
	if !slices.Contains([]int{10, 15, 25, 40}, size) {
		return result{}, badRequest("IllegalParameter", "PageSize is none of 10, 15, 25 and 40.")
	}
	match, err := filter(q)
	if err != nil {
		return result{}, err
	}
	cards, total := s.fleet.page(match, (no-1)*size, size)
	page := cardPage{PageNo: no, PageSize: size, PageCount: (total + size - 1) / size, Total: total, List: []cardInfo{}}
	for _, card := range cards {
		page.List = append(page.List, s.fleet.info(card, q.at))
	}
	return q.succeed(page), nil
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

// filters is the table of the filter parameters; nothing changes it.
var filters = []struct {
	name  string
	parse func(string) (func(Card) bool, error)
}{
	{"Iccid", equal(func(c Card) string { return c.ICCID })},
	{"Status", equal(func(c Card) string { return c.Status })},
	{"Vendor", equal(func(c Card) string { return c.Vendor })},
	{"ExpireTimeStart", bound(func(c Card, t time.Time) bool { return !c.Expires.Before(t) })},
	{"ExpireTimeEnd", bound(func(c Card, t time.Time) bool { return !c.Expires.After(t) })},
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
		DataLevel:              shortText(c.PackageBytes),
		PeriodAddFlow:          flowText(c.UsedBytes),
		PeriodRestFlow:         flowText(c.RestBytes()),
		PeriodSmsUse:           "0",
		ExpireTime:             timeText(c.Expires),
		ActiveTime:             timeText(c.Activated),
		OpenAccountTime:        timeText(c.Activated.AddDate(0, 0, -7)),
		FlowLatestModifiedTime: timeText(cmp.Or(c.Refreshed, midnight(now))),
		CredentialNo:           cmp.Or(c.Pool, "ALI-"+c.Vendor),
		CredentialType:         "single",
		CredentialInstanceID:   fmt.Sprintf("cred-%s-%s", c.Vendor, shortText(c.PackageBytes)),
		Period:                 "1101", // a month
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
