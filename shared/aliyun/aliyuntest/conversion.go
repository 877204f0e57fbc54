package aliyuntest

import (
	"regexp"
	"strconv"
)

// conversionReply is what ConversionData answers with HTTP 200.
type conversionReply struct {
	ResponseCode        string
	ResponseDescription string
	RequestID           string `json:"RequestId" xml:"RequestId"`
}

// rateForm is a plain decimal within [0,1], without sign or exponent.
var rateForm = regexp.MustCompile(`^(0(\.[0-9]+)?|1(\.0+)?)$`)

// firstMillisecond is in 2001. A smaller ReportTime is one in seconds.
const firstMillisecond = 1_000_000_000_000

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
		return q.respond("INVALID_PARAMETERS", "ReportTime is not a time in milliseconds."), nil
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
	return ms, err == nil && ms >= firstMillisecond
}

func (q *query) respond(code, description string) result {
	return result{code, conversionReply{ResponseCode: code, ResponseDescription: description, RequestID: q.id}}
}

func (s *Server) accept(c Conversion) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conversions = remember(s.conversions, c)
}
