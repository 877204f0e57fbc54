package otptest

import (
	"strconv"
	"sync"
	"testing"
	"time"
)

// counts are what the answers say of one window.
type counts struct {
	requested, verified, late int
	// unsure says that the answers do not say it all.
	unsure bool
}

// rate is as Alibaba has it, for the check is of what is counted and not of how it is
// written.
func (c counts) rate() string {
	return strconv.FormatFloat(float64(c.verified)/float64(c.requested), 'f', -1, 64)
}

// tally is all windows, by their start in seconds.
type tally struct {
	mu      sync.Mutex
	windows map[int64]*counts
}

func newTally() *tally { return &tally{windows: make(map[int64]*counts)} }

func (y *tally) add(at time.Time, requests, verifications int, requested, verified outcome) {
	y.mu.Lock()
	defer y.mu.Unlock()
	start := at.Truncate(length).Unix()
	c := y.windows[start]
	if c == nil {
		c = new(counts)
		y.windows[start] = c
	}
	if requested == unknown || verified == unknown {
		c.unsure = true
	}
	if requested == accepted {
		c.requested += requests
	} else {
		c.late += requests
	}
	if requested == accepted && verified == accepted {
		c.verified += verifications
	} else {
		c.late += verifications
	}
}

// compare compares all windows with what has arrived, by its ReportTime, and with
// what the function shows of them. It returns how many were reported more than once.
func (y *tally) compare(t *testing.T, arrived map[int64][]string, shown map[int64]shownWindow) (repeated int) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	unsure := 0
	for start, c := range y.windows {
		end := start*1000 + length.Milliseconds()
		if c.requested > 0 || c.unsure {
			y.one(t, start, arrived[end], shown[start])
		}
		if c.unsure {
			unsure++
		}
		if len(arrived[end]) > 1 {
			repeated++
		}
		delete(arrived, end)
	}
	if unsure > len(y.windows)/4+1 { // restarts are slow on a busy machine, and leave windows open
		t.Errorf("of %d windows %d cannot be worked out from the answers", len(y.windows), unsure)
	}
	for at := range arrived {
		t.Errorf("reported of %d: %v, and nothing was sent for it", at, arrived[at])
	}
	return repeated
}

func (y *tally) one(t *testing.T, start int64, reported []string, shown shownWindow) {
	t.Helper()
	c := y.windows[start]
	if len(reported) == 0 {
		t.Errorf("the window of %d was not reported: %+v", start, *c)
		return
	}
	want := shownWindow{Start: shown.Start, Requested: c.requested, Verified: c.verified, Late: c.late, Status: "reported"}
	rate := c.rate()
	if c.unsure {
		want, rate = shown, reported[0]
	}
	for _, got := range reported {
		if got != rate {
			t.Errorf("the window of %d was reported with %v, want %s each time: %+v", start, reported, rate, *c)
			break
		}
	}
	if shown != want {
		t.Errorf("the window of %d is shown as %+v, want %+v", start, shown, want)
	}
}
