package conversion

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/web"
)

// report is the body of a request or a message: a rate, or the counts it is
// made of.
type report struct {
	ConversionRate *json.RawMessage `json:"conversionRate"`
	Verified       *int64           `json:"verified"`
	Requested      *int64           `json:"requested"`
	ReportTime     *int64           `json:"reportTime"` // Unix milliseconds
}

// parsed is a report that was read.
type parsed struct {
	rate    float64
	at      time.Time
	undated bool // it says no time of its own, and none is known at which it was sent
}

// parseReport reads a body. The report's time, where it gives none, is when it was
// sent, and where that is not known now.
func parseReport(body []byte, now, sent time.Time) (p parsed, err error) {
	var r report
	if err := web.DecodeJSON(body, &r); err != nil {
		return p, err
	}
	if p.rate, err = r.rate(); err != nil {
		return p, err
	}
	p.at, p.undated, err = r.time(now, sent)
	return p, err
}

func (r report) rate() (float64, error) {
	counted := r.Verified != nil || r.Requested != nil
	switch {
	case r.ConversionRate != nil && counted:
		return 0, web.BadMember("conversionRate", "Give either the rate or the counts verified and requested, not both.")
	case r.ConversionRate != nil:
		return parseRate(string(*r.ConversionRate))
	case counted:
		return r.countedRate()
	default:
		return 0, web.BadMember("conversionRate", "Give the rate, from 0 to 1, or the counts verified and requested.")
	}
}

// parseRate reads a number as it stands in the JSON, where a text has its quotes.
func parseRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.HasPrefix(text, "-") || rate > 1 {
		return 0, web.BadMember("conversionRate", "The rate is a number from 0 to 1, such as 0.53.")
	}
	return rate, nil
}

// countedRate follows Alibaba's formula: verified over requested messages.
func (r report) countedRate() (float64, error) {
	switch {
	case r.Verified == nil || *r.Verified < 0:
		return 0, web.BadMember("verified", "Give the number of verified messages, 0 or more.")
	case r.Requested == nil || *r.Requested <= 0:
		return 0, web.BadMember("requested", "Give the number of requested messages, above 0: none requested have no rate.")
	case *r.Verified > *r.Requested:
		return 0, web.BadMember("verified", "No more messages can be verified than were requested.")
	default:
		return float64(*r.Verified) / float64(*r.Requested), nil
	}
}

// time returns the report's time, and whether that is just now. A queue's clock that is
// out of bounds is no fault of the report: it is of now then.
func (r report) time(now, sent time.Time) (at time.Time, undated bool, err error) {
	switch {
	case r.ReportTime != nil:
		at = time.UnixMilli(*r.ReportTime)
		if !dysms.ReportTimeWithin(at, now) {
			return at, false, web.BadMember("reportTime", "The time is in milliseconds since 1970, "+dysms.ReportTimeBounds+".")
		}
		return at, false, nil
	case dysms.ReportTimeWithin(sent, now):
		return sent, false, nil
	default:
		return now, true, nil
	}
}
