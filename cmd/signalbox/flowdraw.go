package main

import (
	"bytes"
	"fmt"
	"strings"
)

// drawFlow writes an answer for people: the package as a bar, the forecast, carriers,
// packages and months as tables, and the days as a chart.
func drawFlow(f shownFlow, s style) []byte {
	var out bytes.Buffer
	drawCard(&out, f)
	drawPackage(&out, f, s)
	drawForecast(&out, f)
	drawTables(&out, f)
	drawChart(&out, f.days(), s)
	fmt.Fprintf(&out, "\nretrieved %s\ncounted %s\n", minute(f.RetrievedAt), minute(f.CountedTime))
	if f.Stale {
		out.WriteString("Alibaba Cloud cannot be asked at the moment: this is the last answer.\n")
	}
	if f.PageURL != nil {
		fmt.Fprintln(&out, harmless(*f.PageURL))
	}
	return out.Bytes()
}

func drawCard(out *bytes.Buffer, f shownFlow) {
	fmt.Fprintf(out, "card %s, status %s\n", harmless(f.ICCID), orDash(f.CardStatus))
	if len(f.Tags) > 0 {
		fmt.Fprintf(out, "tags %s\n", harmless(strings.Join(f.Tags, ", ")))
	}
	if f.Remark != nil && *f.Remark != "" {
		fmt.Fprintf(out, "remark %s\n", harmless(*f.Remark))
	}
}

func drawPackage(out *bytes.Buffer, f shownFlow, s style) {
	fmt.Fprintf(out, "\npackage %s\n", orDash(f.Package))
	if f.Ratio != nil {
		fmt.Fprintf(out, "%s %s\n", s.bar(*f.Ratio, min(s.columns()-6, 60)), percent(f.Ratio))
	}
	fmt.Fprintf(out, "used %s of %s, left %s\n", orDash(f.UsedFlow), orDash(f.PackageFlow), orDash(f.RestFlow))
	fmt.Fprintf(out, "renews %s, ends %s", date(f.RenewTime), date(f.ExpireTime))
	if f.DaysLeft != nil {
		fmt.Fprintf(out, " (days left: %d)", *f.DaysLeft)
	}
	out.WriteString("\n")
}

// improbable is under which probability the data lasts: its expected end is then mostly one
// after the renewal, which is no news.
const improbable = 0.2

func drawForecast(out *bytes.Buffer, f shownFlow) {
	switch e := f.Forecast; {
	case e.Probability == nil:
		fmt.Fprintf(out, "forecast: none (%s)\n", orDash(e.Reason))
	case e.Expected == nil || *e.Probability < improbable:
		fmt.Fprintf(out, "forecast: it lasts; the data runs out early with a probability of %s\n", percent(e.Probability))
	default:
		fmt.Fprintf(out, "forecast: runs out on %s (%s to %s), probability %s\n",
			orDash(e.Expected), orDash(e.Earliest), orDash(e.Latest), percent(e.Probability))
	}
}

func drawTables(out *bytes.Buffer, f shownFlow) {
	carriers := [][]string{{"carrier", "used", "share", "delay", "signal"}}
	for _, v := range f.Vendors {
		carriers = append(carriers, []string{
			orDash(v.Vendor), orDash(v.UsedFlow), percent(v.Ratio), figure(v.NetworkDelayMs, " ms"), figure(v.SignalStrength, ""),
		})
	}
	months := [][]string{{"month", "used"}}
	for _, m := range f.Months {
		months = append(months, []string{orDash(m.Month), orDash(m.Flow)})
	}
	packages := [][]string{{"package", "from", "to", "remark"}}
	for _, p := range f.Packages {
		packages = append(packages, []string{orDash(p.Name), date(p.EffectiveTime), date(p.ExpireTime), orDash(&p.Remark)})
	}
	for i, rows := range [][][]string{carriers, months, packages} {
		if len(rows) > 1 {
			out.WriteString("\n" + table("  ", rows, i < 2))
		}
	}
}
