//go:build long

package watch_test

import (
	"fmt"
	"slices"
	"text/tabwriter"
	"time"
)

// class is a row of the table.
type class struct {
	name string
	is   func(outcome) bool
}

func (o outcome) qualified() bool { return o.missing >= 30 && o.size >= 4 }

var classes = []class{
	{"under 30 verifications or 4 deviations", func(o outcome) bool { return !o.qualified() }},
	{"4 to 6 deviations", func(o outcome) bool { return o.qualified() && o.size < 6 }},
	{"6 to 10", func(o outcome) bool { return o.qualified() && o.size >= 6 && o.size < 10 }},
	{"10 to 20", func(o outcome) bool { return o.qualified() && o.size >= 10 && o.size < 20 }},
	{"over 20", func(o outcome) bool { return o.qualified() && o.size >= 20 }},
	{"all over 30 and 4", outcome.qualified},
}

func row(table *tabwriter.Writer, name string, some []outcome) {
	var right, found, named, unplanted, before int
	var delays []time.Duration
	for _, o := range some {
		if o.right() {
			right++
		}
		if o.found {
			found++
			delays = append(delays, o.delay)
		}
		if o.explained >= 0.8 {
			named++
		}
		if o.unplanted != "" {
			unplanted++
		}
		if o.before {
			before++
		}
	}
	slices.Sort(delays)
	at := func(share float64) string {
		if len(delays) == 0 {
			return "-"
		}
		return fmt.Sprint(delays[min(int(share*float64(len(delays))), len(delays)-1)])
	}
	fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t\n", name, len(some), right, found, named, unplanted, before, at(0.5), at(0.9))
}
