//go:build long

package watch_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// together runs f for each of n numbers, as many at a time as there are processors.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		free <- struct{}{}
		wg.Go(func() {
			f(i)
			<-free
		})
	}
	wg.Wait()
}

// TestCalm has nothing happen, to a large and to a small sender: hardly an incident opens.
func TestCalm(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "requests a day\tworlds\tdays\topened, by world\tmean\t")
	for volume, worlds := range map[float64]int{perDay: *seeds, perDay / 50: max(*seeds/4, 1)} {
		opened := make([]int, worlds)
		together(worlds, func(seed int) {
			s := newSender(newWorld(seedsOf["calm"]+uint64(seed), volume))
			for i := range *days * 24 * perHour {
				for _, c := range openings(s.next(nil)) {
					opened[seed]++
					t.Logf("%g a day, seed %d, day %d: %s: %+v", volume, seed, i/24/perHour, c.Incident.Key, c.Incident.Details.Value)
				}
			}
		})
		sum := 0
		for _, n := range opened {
			sum += n
		}
		mean := float64(sum) / float64(worlds)
		fmt.Fprintf(table, "%g\t%d\t%d\t%v\t%.2f\t\n", volume, worlds, *days, opened, mean)
		if mean > 1 {
			t.Errorf("%g requests a day: %.2f incidents opened in %d calm days on average, want 1 at most", volume, mean, *days)
		}
	}
	table.Flush()
	t.Log("\n" + text.String())
}
