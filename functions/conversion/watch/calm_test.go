package watch_test

import (
	"fmt"
	"sync"
	"testing"
)

func TestCalm(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for seed := range *seeds {
		wg.Go(func() {
			s := newSender(newWorld(seedsOf["calm"]+uint64(seed), perDay))
			n := 0
			for i := range *days * 24 * perHour {
				for _, c := range openings(s.next(nil)) {
					n++
					t.Logf("seed %d day %d: %s %s", seed, i/24/perHour, c.Incident.Key, fmt.Sprintf("%+v", c.Incident.Details.Value))
				}
			}
			enc, _ := s.profile.Encode()
			t.Logf("seed %d: %d openings, %d bytes", seed, n, len(enc))
		})
	}
	wg.Wait()
}
