package page

import (
	"strings"
	"testing"
)

func TestScale(t *testing.T) {
	t.Parallel()
	tests := []struct {
		most int64
		want string // the labels, from the lowest
	}{
		{0, "0.5 B, 1 B"},
		{1, "0.5 B, 1 B"},
		{900, "500 B, 1000 B"},
		{1 << 10, "0.5 KB, 1 KB"},
		{47 << 20, "20 MB, 40 MB, 60 MB"},
		{40 << 20, "10 MB, 20 MB, 30 MB, 40 MB"},
		{1 << 30, "0.5 GB, 1 GB"},
		{3<<30 + 1<<20, "1 GB, 2 GB, 3 GB, 4 GB"},
		{1 << 62, "2e+06 TB, 4e+06 TB, 6e+06 TB"},
	}
	for _, tt := range tests {
		s := newScale(tt.most)
		var labels []string
		for _, line := range s.lines() {
			labels = append(labels, line.Label)
		}
		if got := strings.Join(labels, ", "); got != tt.want {
			t.Errorf("the scale of %d bytes has %s, want %s", tt.most, got, tt.want)
		}
		if h := s.height(tt.most); h < 0 || h > chartHeight+0.01 {
			t.Errorf("the bar of %d bytes is %v px high, want at most %d", tt.most, h, chartHeight)
		}
	}
}
