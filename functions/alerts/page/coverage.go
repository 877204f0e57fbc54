package page

import (
	"signalbox/functions/alerts/message"
	"signalbox/shared/plaintext"
)

// coverage says how much of the fleet was checked and how old that is, and what there
// is to warn of.
func (w writer) coverage() (lines, warnings []string) {
	c, said := w.list.Coverage, w.Page.Coverage
	if c.Sweep == "" {
		return []string{said.AsOf + " " + w.moment(c.At).Text}, []string{said.NoSweep}
	}
	lines = append(lines, said.AsOf+" "+w.moment(c.At).Text)
	checked := said.Nothing
	if share := c.Share(); share != "" {
		checked = said.Checked(share, message.Number(c.Total))
	}
	lines = append(lines, checked)
	if c.Failed > 0 {
		lines = append(lines, said.Failed(message.Number(c.Failed)))
	}
	if c.Failed > 0 && c.Why != "" {
		lines = append(lines, said.Most(message.Number(c.Most), plaintext.Printable(c.Why)))
	}
	if !c.OldestData.IsZero() {
		lines = append(lines, said.Oldest(w.age(c.At.Sub(c.OldestData))))
	}
	if c.Partial {
		lines = append(lines, said.UnderWay+" "+w.moment(c.Started).Text)
	}
	if c.LastFinished.IsZero() {
		warnings = append(warnings, said.Never)
	} else {
		lines = append(lines, said.Finished+" "+w.moment(c.LastFinished).Text)
	}
	if c.Late {
		warnings = append(warnings, said.Late)
	}
	return lines, warnings
}
