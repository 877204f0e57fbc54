package conversion

import (
	"cmp"
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
	Start      time.Time       `json:"start"`
	End        time.Time       `json:"end"`
	Requested  int64           `json:"requested"`
	Verified   int64           `json:"verified"`
	Late       int64           `json:"late"`
	Duplicate  int64           `json:"duplicate"`
	Rate       *json.Number    `json:"rate"` // null: none was requested
	Status     window.Status   `json:"status"`
	ReportTime *int64          `json:"reportTime"` // Unix milliseconds; null: not reported
	RequestID  *string         `json:"requestId"`  // likewise
	By         []countryAnswer `json:"by,omitempty"`
}

// countryAnswer is what one country has in a window. Rest are countries that the
// window does not know apart.
type countryAnswer struct {
	Country   *string      `json:"country"` // null: unknown
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
	mostWindows  = 10_000
	windowsRead  = 100
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
	for ; from.Before(to); from = from.Add(windowsRead * f.config.Length) {
		found, err := f.config.Windows.Windows(r.Context(), from, earlier(to, from.Add(windowsRead*f.config.Length)))
		damaged := ledger.IsDamage(err)
		if err != nil && !damaged {
			return storeFailed(err)
		}
		if damaged {
			answer.Damaged = true
			f.config.Logger.LogAttrs(r.Context(), slog.LevelError, "windows not shown", slog.String("error", err.Error()))
		}
		for _, one := range found {
			answer.Windows = append(answer.Windows, newWindowAnswer(one, by))
		}
	}
	return web.JSON(w, http.StatusOK, answer)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// windowsWanted reads the query: the windows that begin from one time up to, but not
// at, another one.
func (f *Function) windowsWanted(query url.Values) (from, to time.Time, by bool, err error) {
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
	case query.Has("by") && query.Get("by") != "country":
		return from, to, by, web.BadParameter("by", "Windows can be shown by=country.")
	}
	return from, to, query.Has("by"), nil
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

func newWindowAnswer(w window.Window, byCountry bool) windowAnswer {
	answer := windowAnswer{
		Start: w.Start, End: w.End, Requested: w.Requested, Verified: w.Verified, Late: w.Late, Duplicate: w.Duplicate,
		Rate: rateOf(window.Counts{Requested: w.Requested, Verified: w.Verified}), Status: w.Status,
	}
	if !w.ReportTime.IsZero() {
		at := w.ReportTime.UnixMilli()
		answer.ReportTime, answer.RequestID = &at, &w.RequestID
	}
	if byCountry {
		answer.By = countries(w.By)
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

// countries adds groups up by country, the largest first.
func countries(groups []window.Group) []countryAnswer {
	sums := make(map[window.Key]window.Counts)
	for _, g := range groups {
		key := window.Key{Country: g.Country, Rest: g.Rest}
		sums[key] = sums[key].Add(g.Counts)
	}
	answers := make([]countryAnswer, 0, len(sums))
	for key, c := range sums {
		answer := countryAnswer{Rest: key.Rest, Requested: c.Requested, Verified: c.Verified, Rate: rateOf(c)}
		if key.Country != "" {
			answer.Country = &key.Country
		}
		answers = append(answers, answer)
	}
	slices.SortFunc(answers, func(a, b countryAnswer) int {
		return cmp.Or(cmp.Compare(b.Requested, a.Requested), cmp.Compare(countryName(a), countryName(b)))
	})
	return answers
}

// countryName is for an order that is always the same.
func countryName(a countryAnswer) string {
	switch {
	case a.Rest:
		return "~~"
	case a.Country == nil:
		return "~"
	default:
		return *a.Country
	}
}
