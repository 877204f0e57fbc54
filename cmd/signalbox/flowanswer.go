package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// shownFlow is what of a lookup's answer is shown. What is unknown is nil.
type shownFlow struct {
	ICCID      string
	CardStatus *string
	Tags       []string
	Remark     *string
	Package    *string
	PackageFlow, UsedFlow,
	RestFlow *string
	Ratio      *float64
	RenewTime  *time.Time
	ExpireTime *time.Time
	DaysLeft   *int
	Vendors    []struct {
		Vendor, UsedFlow *string
		Ratio            *float64
		NetworkDelayMs   *float64
		SignalStrength   *float64
	}
	Months []struct {
		Month, Flow *string
		Days        []shownDay
	}
	Packages []struct {
		Name                      *string
		Remark                    string
		EffectiveTime, ExpireTime *time.Time
	}
	Forecast struct {
		Reason                     *string
		Probability                *float64
		Rough                      *bool
		Expected, Earliest, Latest *string
		MeanPerDayFlow             *string
	}
	CountedTime, RetrievedAt *time.Time
	Stale                    bool
	PageURL                  *string
}

type shownDay struct {
	Day       *string
	FlowBytes *int64
	Flow      *string
}

// days are those with a date, the earliest first.
func (f shownFlow) days() (days []shownDay) {
	for _, m := range f.Months {
		for _, d := range m.Days {
			if d.Day != nil {
				days = append(days, d)
			}
		}
	}
	slices.SortStableFunc(days, func(a, b shownDay) int { return cmp.Compare(*a.Day, *b.Day) })
	return days
}

// harmless escapes what is not printable, such as control characters and those that change
// the direction of text: \u202e.
func harmless(text string) string {
	var out strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// orDash is a vendor's text, or a dash where it is unknown.
func orDash(text *string) string {
	if text == nil || *text == "" {
		return "-"
	}
	return harmless(*text)
}

func date(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format(time.DateOnly)
}

func minute(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format("2006-01-02 15:04 -07:00")
}

func percent(ratio *float64) string {
	if ratio == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", *ratio*100)
}

func figure(number *float64, unit string) string {
	if number == nil {
		return "-"
	}
	return fmt.Sprintf("%.4g%s", *number, unit)
}
