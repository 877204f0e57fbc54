package fleet

import (
	"maps"
	"slices"
	"time"
)

// Counts are of the whole sweep, over all its runs.
type Counts struct {
	Checked   int `json:"checked"`   // cards with an observation that can be evaluated
	Failed    int `json:"failed"`    // cards that could not be judged
	ListCalls int `json:"listCalls"` // of ListCardInfo
	FlowCalls int `json:"flowCalls"` // of GetCardFlowInfo
	PoolCalls int `json:"poolCalls"` // of GetCredentialPoolStatistics
	// Lookups counts the cards that a lookup was due for, and LookupsFailed those
	// of them without one. Denied is how many were refused for a permission or a
	// key, and Causes how many failed for which cause, in words.
	Lookups       int            `json:"lookups"`
	LookupsFailed int            `json:"lookupsFailed"`
	Denied        int            `json:"denied,omitempty"`
	Causes        map[string]int `json:"causes,omitempty"`
	// Unchecked counts the failed cards by the cause, in words, for which they could
	// not be judged.
	Unchecked map[string]int `json:"unchecked,omitempty"`
	// Common counts those of them whose cause most cards have in common, by cause.
	Common map[string]int `json:"common,omitempty"`
	// Used is what the listed cards have used in their periods, in bytes.
	Used int64 `json:"used,omitempty"`
	// Oldest is when the oldest usage was counted; zero: unknown.
	Oldest time.Time `json:"oldest,omitzero"`
}

// Why returns the most frequent cause for which cards could not be judged, in
// words, and how many of them there are; empty and 0: none failed.
func (c Counts) Why() (why string, cards int) { return most(c.Unchecked) }

// clone shares nothing with c.
func (c Counts) clone() Counts {
	c.Causes, c.Unchecked, c.Common = maps.Clone(c.Causes), maps.Clone(c.Unchecked), maps.Clone(c.Common)
	return c
}

// fail counts cards that could not be judged.
func fail(c *Counts, cards int, why string) {
	if cards > 0 {
		c.Failed += cards
		add(&c.Unchecked, why, cards)
	}
}

// maxCauses bounds how many causes are counted apart.
const maxCauses = 10

func add(causes *map[string]int, cause string, n int) {
	if *causes == nil {
		*causes = make(map[string]int)
	}
	if _, known := (*causes)[cause]; known || len(*causes) < maxCauses {
		(*causes)[cause] += n
	}
}

// most returns the most frequent of some causes, and how frequent it is.
func most(causes map[string]int) (cause string, n int) {
	for _, c := range slices.Sorted(maps.Keys(causes)) {
		if causes[c] > n {
			cause, n = c, causes[c]
		}
	}
	return cause, n
}
