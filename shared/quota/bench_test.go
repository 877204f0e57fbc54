package quota_test

import (
	"testing"

	"signalbox/shared/quota"
)

// BenchmarkWait is what the quota costs a call that need not wait.
func BenchmarkWait(b *testing.B) {
	q := quota.NewLocal(1e9)
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := q.Wait(b.Context(), "A"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("contended", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if err := q.Wait(b.Context(), "A"); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
