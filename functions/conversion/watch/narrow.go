package watch

import (
	"cmp"
	"slices"
	"strings"
)

// mostNames is how many prefixes are named side by side, before a shorter one is that
// they have in common.
const mostNames = 4

// narrowest returns the fewest prefixes, each as narrow as it can be, that explain most
// of so many requests. None: only the country does, which has known prefixes as well.
func narrowest(all []excess, more float64, known []string) []excess {
	all = slices.DeleteFunc(slices.Clone(all), func(e excess) bool { return e.more <= 0 || e.key.Prefix == "" })
	slices.SortFunc(all, func(a, b excess) int {
		return cmp.Or(cmp.Compare(b.more, a.more), cmp.Compare(a.key.Prefix, b.key.Prefix))
	})
	var explained float64
	var some []excess
	for _, e := range all {
		if !e.clear {
			continue
		}
		some = append(some, e)
		if explained += e.more; explained >= enough*more {
			break
		}
	}
	if explained >= enough*more && len(some) <= mostNames {
		return some
	}
	return common(all, more, known)
}

// common returns the longest prefix of others that explains enough, unless all have it.
func common(all []excess, more float64, known []string) []excess {
	prefix := ""
	for {
		next := ""
		sums := make(map[string]float64)
		for _, e := range all {
			if len(e.key.Prefix) > len(prefix) && strings.HasPrefix(e.key.Prefix, prefix) {
				longer := e.key.Prefix[:len(prefix)+1]
				if sums[longer] += e.more; sums[longer] >= enough*more {
					next = longer
				}
			}
		}
		if next == "" {
			break
		}
		prefix = next
	}
	sum := excess{fresh: true}
	wider := slices.ContainsFunc(known, func(other string) bool { return !strings.HasPrefix(other, prefix) })
	for _, e := range all {
		if !strings.HasPrefix(e.key.Prefix, prefix) {
			wider = true
			continue
		}
		sum.include(&e.part)
		sum.more += e.more
		sum.limit += e.limit
		sum.fresh = sum.fresh && e.fresh
		sum.key = e.key
	}
	if prefix == "" || !wider {
		return nil
	}
	sum.key.Prefix = prefix
	return []excess{sum}
}
