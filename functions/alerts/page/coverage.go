package page

import "signalbox/shared/plaintext"

// coverage says how much of the fleet was checked and how old that is, and what there
// is to warn of.
func (w writer) coverage() (lines, warnings []string) {
	c, said := w.list.Coverage, w.words.Coverage
	lines = []string{w.words.Page.AsOf(w.clock(c.At))}
	if c.Sweep == "" {
		return lines, []string{w.words.Page.NoSweep}
	}
	checked := said.NoneChecked
	if share := c.Share(); share != "" {
		checked = said.Checked(share, c.Total)
	}
	lines = append(lines, checked)
	if !c.OldestData.IsZero() {
		lines = append(lines, said.OldestData(w.words.Time.Age(c.At.Sub(c.OldestData))))
	}
	if c.Failed > 0 {
		lines = append(lines, said.NotChecked(c.Failed))
	}
	if c.Failed > 0 && c.Why != "" {
		lines = append(lines, said.OfThem(c.Most)+w.words.Punctuation.Colon+plaintext.Printable(c.Why))
	}
	if c.Partial {
		lines = append(lines, w.words.Page.UnderWay(w.clock(c.Started)))
	}
	if c.LastFinished.IsZero() {
		warnings = append(warnings, w.words.Page.NeverWhole)
	} else {
		lines = append(lines, w.words.Page.LastFinished(w.clock(c.LastFinished)))
	}
	if c.Late {
		warnings = append(warnings, w.words.Page.Late)
	}
	return lines, warnings
}
