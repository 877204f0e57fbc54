package aliyuntest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// api is one action the fake answers.
type api struct {
	name    string
	version string
	qps     int      // the documented quota
	params  []string // its own parameters
	lists   []string // those that come as Name.1, Name.2 ...
	perform func(*Server, *query) (result, error)
}

// result is what an action answers with HTTP 200, a failure included.
type result struct {
	code string // the outcome for Calls
	body any
}

// apis is the table of the actions by name; nothing changes it.
var apis = map[string]api{
	"GetCardFlowInfo": {
		name:    "GetCardFlowInfo",
		version: "2021-05-20",
		qps:     20,
		params:  []string{"Iccid"},
		lists:   []string{"DateList"},
		perform: (*Server).getCardFlowInfo,
	},
	"ListCardInfo": {
		name:    "ListCardInfo",
		version: "2021-05-20",
		qps:     20,
		params: []string{
			"PageNo", "PageSize", "Iccid", "Status", "Vendor", "ExpireTimeStart", "ExpireTimeEnd", "MaxRestFlowPercentage",
		},
		perform: (*Server).listCardInfo,
	},
	"GetCredentialPoolStatistics": {
		name:    "GetCredentialPoolStatistics",
		version: "2021-05-20",
		qps:     20,
		params:  []string{"CredentialNO", "Date"},
		perform: (*Server).getCredentialPoolStatistics,
	},
	"ConversionData": {
		name:    "ConversionData",
		version: "2018-05-01",
		qps:     10,
		params:  []string{"ConversionRate", "ReportTime"},
		perform: (*Server).conversionData,
	},
}

// checkNames refuses a parameter the action does not have, so that a misspelt
// one cannot pass for one that was left out.
func (q *query) checkNames() error {
	for name := range q.params {
		base, index, numbered := strings.Cut(name, ".")
		switch {
		case isCommon(name), slices.Contains(q.api.params, name):
		case numbered && slices.Contains(q.api.lists, base) && isIndex(index):
		default:
			return badRequest("InvalidParameter", "The action "+q.api.name+" has no parameter "+name+".")
		}
	}
	return nil
}

// isIndex reports whether text is a plain number from 1 up.
func isIndex(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && strconv.Itoa(n) == text
}

// list returns the values of name.1, name.2 and so on, at most limit, and
// refuses a gap between them.
func (q *query) list(name string, limit int) ([]string, error) {
	var values []string
	for key := range q.params {
		if !strings.HasPrefix(key, name+".") {
			continue
		}
		next := fmt.Sprintf("%s.%d", name, len(values)+1)
		if !q.params.Has(next) {
			return nil, badRequest("IllegalParameter", "The entries of "+name+" are not numbered from 1: "+next+" is missing.")
		}
		values = append(values, q.get(next))
	}
	if len(values) > limit {
		return nil, badRequest("IllegalParameter", fmt.Sprintf("%s has more than %d entries.", name, limit))
	}
	return values, nil
}
