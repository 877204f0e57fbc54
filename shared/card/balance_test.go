package card_test

import (
	"testing"
	"time"

	"signalbox/shared/card"
)

func TestBalance(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	end := now.AddDate(0, 1, 0)
	usage := card.Usage{
		Vendors:  []card.VendorUsage{{Used: card.ParseDataSize("1MB"), Ratio: card.ParseRatio("10%")}, {Used: card.ParseDataSize("2MB"), Ratio: card.ParseRatio("20%")}},
		Packages: []card.Package{{Name: "own", Effective: now.AddDate(0, -1, 0), Expires: end}},
	}
	listed := card.Balance{Used: card.ParseDataSize("4MB"), Rest: card.ParseDataSize("6MB"), Ratio: card.ParseRatio("40%"), Expires: now}
	tests := []struct {
		name        string
		listed, own card.Balance
		want        string
	}{
		{"both", listed, card.BalanceOf(usage, false, now), "own 4MB 6MB 20%"},
		{"the listing has no use", card.Balance{}, card.BalanceOf(usage, false, now), "own 3.00MB unknown 20%"},
		{"pooled", card.Balance{}, card.BalanceOf(usage, true, now), "own unknown unknown unknown"},
		{"no usage", listed, card.BalanceOf(card.Usage{}, false, now), " 4MB 6MB 40%"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := tt.listed.Confirmed(tt.own)
			if got := b.Package + " " + b.Used.String() + " " + b.Rest.String() + " " + b.Ratio.String(); got != tt.want {
				t.Errorf("balance = %q, want %q", got, tt.want)
			}
		})
	}
	if got := listed.Confirmed(card.BalanceOf(usage, false, now)).Expires; !got.Equal(end) {
		t.Errorf("Expires = %v, want that of the card's own package, %v", got, end)
	}
}
