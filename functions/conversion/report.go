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

// parseReport reads a body; now is the report's time where it gives none, so
// that every attempt to forward it says the same.
func parseReport(body []byte, now time.Time) (dysms.ConversionDataRequest, error) {
	var r report
	if err := web.DecodeJSON(body, &r); err != nil {
		return dysms.ConversionDataRequest{}, err
	}
	rate, err := r.rate()
	if err != nil {
		return dysms.ConversionDataRequest{}, err
	}
	at, err := r.time(now)
	return dysms.ConversionDataRequest{Rate: rate, ReportTime: at}, err
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

// parseRate reads a plain decimal as it stands in the JSON, where a text has its
// quotes. Exponents and signs are refused: what cannot be sent on as it was
// written is not guessed at.
func parseRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.ContainsAny(text, "eE+-") || rate > 1 {
		return 0, web.BadMember("conversionRate", "The rate is a plain decimal from 0 to 1, such as 0.53.")
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

// earliest is before any report and far above any time given in seconds.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (r report) time(now time.Time) (time.Time, error) {
	if r.ReportTime == nil {
		return now.Truncate(time.Millisecond), nil
	}
	at := time.UnixMilli(*r.ReportTime)
	if at.Before(earliest) || at.After(now.Add(24*time.Hour)) {
		return time.Time{}, web.BadMember("reportTime",
			"The time is in milliseconds since 1970, such as 1349055900000, and not in the future.")
	}
	return at, nil
}
