package aliyuntest

import (
	"regexp"
	"strconv"
	"time"
)

// conversionReply is what ConversionData answers with HTTP 200.
type conversionReply struct {
	ResponseCode        string
	ResponseDescription string
	RequestID           string `json:"RequestId" xml:"RequestId"`
}

// rateForm is a plain decimal within [0,1], without sign or exponent.
var rateForm = regexp.MustCompile(`^(0(\.[0-9]+)?|1(\.0+)?)$`)

// A ReportTime is from 2000-01-01, since a smaller number is one in seconds, to a
// day after the call.
const (
	firstMillisecond = 946_684_800_000
	maxAhead         = 24 * time.Hour
)

// conversionData answers
// https://www.alibabacloud.com/help/en/sms/developer-reference/api-dysmsapi-2018-05-01-conversiondata.
func (s *Server) conversionData(q *query) (result, error) {
	rate := q.get("ConversionRate")
	if rate == "" {
		return result{}, missing("ConversionRate")
	}
	if !rateForm.MatchString(rate) {
		return q.respond("INVALID_PARAMETERS", "ConversionRate is not a decimal between 0 and 1."), nil
	}
	reportTime, ok := q.reportTime()
	if !ok {
		return q.respond("INVALID_PARAMETERS", "ReportTime is not a time in milliseconds, from 946684800000 to 24 hours from now."), nil
	}
	s.accept(Conversion{Rate: rate, ReportTime: reportTime, RequestID: q.id, At: q.at})
	return q.respond("OK", "OK"), nil
}

// reportTime returns the Unix time in milliseconds that q reports on, its arrival
// if it does not say.
func (q *query) reportTime() (int64, bool) {
	text := q.get("ReportTime")
	if text == "" {
		return q.at.UnixMilli(), true
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	return ms, err == nil && ms >= firstMillisecond && ms <= q.at.Add(maxAhead).UnixMilli()
}

func (q *query) respond(code, description string) result {
	return result{code, conversionReply{ResponseCode: code, ResponseDescription: description, RequestID: q.id}}
}

func (s *Server) accept(c Conversion) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conversions = remember(s.conversions, c)
}
