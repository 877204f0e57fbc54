package conversion

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/web"
)

// windowAnswer is a window as GET /otp-windows shows it.
type windowAnswer struct {
	Start      time.Time     `json:"start"`
	End        time.Time     `json:"end"`
	Requested  int64         `json:"requested"`
	Verified   int64         `json:"verified"`
	Late       int64         `json:"late"`
	Duplicate  int64         `json:"duplicate"`
	Rate       *json.Number  `json:"rate"` // null: none was requested
	Status     window.Status `json:"status"`
	ReportTime *int64        `json:"reportTime"` // Unix milliseconds; null: not reported
	RequestID  *string       `json:"requestId"`  // likewise
	By         []groupAnswer `json:"by,omitempty"`
}

// groupAnswer is what one country, or one prefix, has in a window. Rest are prefixes, or
// countries, that the window does not know apart.
type groupAnswer struct {
	Country   *string      `json:"country"` // null: unknown
	Prefix    string       `json:"prefix,omitempty"`
	Rest      bool         `json:"rest,omitempty"`
	Requested int64        `json:"requested"`
	Verified  int64        `json:"verified"`
	Rate      *json.Number `json:"rate"`
}

// windowsAnswer is the answer to GET /otp-windows.
type windowsAnswer struct {
	Windows []windowAnswer `json:"windows"`
	// Damaged says that some windows could not be read; the log says which.
	Damaged bool `json:"damaged,omitempty"`
}

// longestRange and mostWindows bound what GET /otp-windows is asked for, and
// windowsRead how many are read at a time: each may have thousands of groups.
const (
	longestRange = 31 * 24 * time.Hour
	// longestByPrefix bounds it where each window may have a thousand prefixes.
	longestByPrefix = 24 * time.Hour
	mostWindows     = 10_000
	windowsRead     = 100
)

// How windows are split.
const (
	byCountry = "country"
	byPrefix  = "prefix"
)

// handleWindows answers GET /otp-windows.
func (f *Function) handleWindows(w http.ResponseWriter, r *http.Request) error {
	if f.config.Windows == nil {
		return withoutStore("This path")
	}
	from, to, by, err := f.windowsWanted(r.URL.Query())
	if err != nil {
		return err
	}
	answer := windowsAnswer{Windows: []windowAnswer{}}
	answer.Damaged, err = f.eachWindow(r.Context(), from, to, func(one window.Window) {
		answer.Windows = append(answer.Windows, newWindowAnswer(one, by))
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, answer)
}

// eachWindow calls see with the windows that begin from one time up to another, in their
// order, some at a time. Those that are damaged are logged.
func (f *Function) eachWindow(ctx context.Context, from, to time.Time, see func(window.Window)) (damaged bool, err error) {
	for ; from.Before(to); from = from.Add(windowsRead * f.config.Length) {
		found, err := f.config.Windows.Windows(ctx, from, earlier(to, from.Add(windowsRead*f.config.Length)))
		if err != nil && !ledger.IsDamage(err) {
			return damaged, storeFailed(err)
		}
		if err != nil {
			damaged = true
			f.config.Logger.LogAttrs(ctx, slog.LevelError, "windows not shown", slog.String("error", err.Error()))
		}
		for _, one := range found {
			see(one)
		}
	}
	return damaged, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// windowsWanted reads the query: the windows that begin from one time up to, but not
// at, another one.
func (f *Function) windowsWanted(query url.Values) (from, to time.Time, by string, err error) {
	for name, values := range query {
		if !slices.Contains([]string{"from", "to", "by"}, name) || len(values) != 1 {
			return from, to, by, web.BadParameter(name, "Give from, to and by, each once at most.")
		}
	}
	to = f.config.Now().Add(time.Second)
	if to, err = timeParameter(query, "to", to); err != nil {
		return from, to, by, err
	}
	if from, err = timeParameter(query, "from", to.Add(-time.Hour)); err != nil {
		return from, to, by, err
	}
	switch length := to.Sub(from); {
	case length <= 0 || length > longestRange || length > mostWindows*f.config.Length:
		return from, to, by, web.BadParameter("from", "The time from is before the time to, by at most 31 days and 10,000 windows.")
	case query.Has("by") && query.Get("by") != byCountry && query.Get("by") != byPrefix:
		return from, to, by, web.BadParameter("by", "Windows can be shown by=country or by=prefix.")
	case query.Get("by") == byPrefix && length > longestByPrefix:
		return from, to, by, web.BadParameter("from", "By prefix, the time from is at most 24 hours before the time to.")
	}
	return from, to, query.Get("by"), nil
}

func timeParameter(query url.Values, name string, missing time.Time) (time.Time, error) {
	if !query.Has(name) {
		return missing, nil
	}
	at, err := time.Parse(time.RFC3339, query.Get(name))
	if err != nil {
		return at, web.BadParameter(name, "The time is as RFC 3339 has it, such as 2026-11-25T04:05:06Z, with a plus sign as %2B.")
	}
	return at, nil
}

func newWindowAnswer(w window.Window, by string) windowAnswer {
	answer := windowAnswer{
		Start: w.Start, End: w.End, Requested: w.Requested, Verified: w.Verified, Late: w.Late, Duplicate: w.Duplicate,
		Rate: rateOf(window.Counts{Requested: w.Requested, Verified: w.Verified}), Status: w.Status,
	}
	if !w.ReportTime.IsZero() {
		at := w.ReportTime.UnixMilli()
		answer.ReportTime, answer.RequestID = &at, &w.RequestID
	}
	if by != "" {
		answer.By = groupAnswers(w.By, by)
	}
	return answer
}

// rateOf returns nil where there is no rate.
func rateOf(c window.Counts) *json.Number {
	rate, known := window.Window{Requested: c.Requested, Verified: c.Verified}.Rate()
	if !known {
		return nil
	}
	number := rateNumber(rate)
	return &number
}

// groupAnswers adds groups up by country or by prefix, the largest first.
func groupAnswers(groups []window.Group, by string) []groupAnswer {
	sums := make(map[window.Key]window.Counts)
	for _, g := range groups {
		key := g.Key
		if by == byCountry {
			key = window.Key{Country: g.Country, Rest: g.Rest && g.Country == ""}
		}
		sums[key] = sums[key].Add(g.Counts)
	}
	answers := make([]groupAnswer, 0, len(sums))
	for key, c := range sums {
		answer := groupAnswer{Prefix: key.Prefix, Rest: key.Rest, Requested: c.Requested, Verified: c.Verified, Rate: rateOf(c)}
		if key.Country != "" {
			answer.Country = &key.Country
		}
		answers = append(answers, answer)
	}
	slices.SortFunc(answers, func(a, b groupAnswer) int {
		return cmp.Or(cmp.Compare(b.Requested, a.Requested), cmp.Compare(countryName(a), countryName(b)), cmp.Compare(a.Prefix, b.Prefix))
	})
	return answers
}

// countryName is for an order that is always the same.
func countryName(a groupAnswer) string {
	switch {
	case a.Country != nil:
		return *a.Country
	case a.Rest:
		return "~~"
	default:
		return "~"
	}
}
