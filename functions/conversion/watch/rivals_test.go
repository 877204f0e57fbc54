//go:build long

package watch_test

import "signalbox/functions/conversion/window"

// rival is a rule that others use: it returns the countries that it finds.
type rival struct {
	name string
	find func(h *history) []string
}

var rivals = []rival{{"100 unverified an hour", fixed}, {"authgear", authgear}}

// history is what such rules look at: what countries have counted, by window.
type history struct {
	windows []map[string]window.Counts
	// most is what of each country was verified on the best day, as of the last full hour.
	most map[string]float64
}

func (h *history) pass(w window.Window) {
	sums := make(map[string]window.Counts)
	for _, g := range w.By {
		sums[g.Country] = sums[g.Country].Add(g.Counts)
	}
	h.windows = append(h.windows, sums)
	if len(h.windows)%perHour == 0 {
		h.most = nil
	}
}

// bestDay returns the most that was verified in 24 hours of the last 14 days.
func (h *history) bestDay() map[string]float64 {
	if h.most != nil {
		return h.most
	}
	h.most = make(map[string]float64)
	for i := 1; i <= 14; i++ {
		for c, n := range h.sum((i+1)*windowsADay, i*windowsADay) {
			h.most[c] = max(h.most[c], float64(n.Verified))
		}
	}
	return h.most
}

// sum adds up the windows of which from and to are how many came after them.
func (h *history) sum(from, to int) map[string]window.Counts {
	sums := make(map[string]window.Counts)
	n := len(h.windows)
	for _, w := range h.windows[max(n-from, 0):max(n-to, 0)] {
		for c, counts := range w {
			sums[c] = sums[c].Add(counts)
		}
	}
	return sums
}

// fixed is a threshold that is the same for all.
func fixed(h *history) (found []string) {
	for c, n := range h.sum(perHour, 0) {
		if n.Requested-n.Verified > 100 {
			found = append(found, c)
		}
	}
	return found
}

// authgear is the rule of countries that authgear-server publishes: unverified OTPs of 24
// hours over max(20, 0.2 of the most that were verified in 24 hours of the last 14 days, 0.2
// of those of the last 24 hours), or of an hour over max(3, a sixth of that, 0.2 of those
// verified in the hour).
func authgear(h *history) (found []string) {
	most, hour := h.bestDay(), h.sum(perHour, 0)
	for c, n := range h.sum(windowsADay, 0) {
		daily := max(20, 0.2*most[c], 0.2*float64(n.Verified))
		hourly := max(3, daily/6, 0.2*float64(hour[c].Verified))
		if float64(n.Requested-n.Verified) > daily || float64(hour[c].Requested-hour[c].Verified) > hourly {
			found = append(found, c)
		}
	}
	return found
}
