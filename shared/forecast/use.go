package forecast

import (
	"maps"
	"math"
	"slices"
	"time"

	"signalbox/shared/card"
)

// spent is the used share of a period's data from which a day without use is a
// day on which the card could not use any. Carriers stop a card a little before
// or after the last byte, and days come rounded.
const spent = 0.98

// use is the known amount of one day.
type use struct {
	age   int // days before today
	bytes float64
}

// weight is how much the day counts.
func (u use) weight() float64 { return math.Exp2(-float64(u.age) / HalfLife) }

// uses returns the known days of the Window that count, yesterday first, and how
// many there would be if all counted. The days at the end of a period whose data
// was used up do not.
func (in Input) uses() (counted []use, known int) {
	today := card.DayOf(in.Now)
	byAge := byAge(in.Days, today)
	total, used := make(map[int]float64), make(map[int]bool)
	for age, bytes := range byAge {
		total[in.period(today, age)] += bytes
	}
	for _, age := range slices.Sorted(maps.Keys(byAge)) {
		period := in.period(today, age)
		used[period] = used[period] || byAge[age] > 0
		if age < 1 || Window < age {
			continue
		}
		known++
		if used[period] || !in.usedUp(period, total[period]) {
			counted = append(counted, use{age, byAge[age]})
		}
	}
	return counted, known
}

// byAge returns the largest known amount of each day up to today.
func byAge(days []card.DayUsage, today card.Day) map[int]float64 {
	amounts := make(map[int]float64, len(days))
	for _, d := range days {
		age := int(midnight(today).Sub(midnight(d.Day)) / day)
		if bytes, known := d.Flow.Bytes(); known && d.Day != (card.Day{}) && age >= 0 {
			amounts[age] = max(amounts[age], float64(bytes))
		}
	}
	return amounts
}

// usedUp reports whether a period's data is known to have been used up by the
// last of its days with use. Earlier periods are taken to have had as much data
// as the current one.
func (in Input) usedUp(period int, total float64) bool {
	all, known := in.Used.Plus(in.Rest).Bytes()
	if period == 0 {
		rest, restKnown := in.Rest.Bytes()
		return restKnown && float64(rest) <= (1-spent)*float64(all)
	}
	return known && all > 0 && total >= spent*float64(all)
}

// period numbers the period of the day so long ago: 0 is the current one, -1 the
// one before. They are whole months long.
func (in Input) period(today card.Day, age int) int {
	if in.PeriodStart.IsZero() || in.Renews.IsZero() {
		return 0
	}
	start := in.PeriodStart.In(in.Now.Location())
	length := monthsBetween(start, in.Renews.In(in.Now.Location()))
	if length < 1 {
		return 0
	}
	since := monthsBetween(start, midnight(today).AddDate(0, 0, -age))
	return int(math.Floor(float64(since) / float64(length)))
}

// monthsBetween counts the months that have begun on start's day of the month.
func monthsBetween(start, then time.Time) int {
	year, month, day := then.Date()
	months := (year-start.Year())*12 + int(month-start.Month())
	if day < start.Day() {
		months--
	}
	return months
}
