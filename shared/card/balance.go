package card

import "time"

// Balance is how a card's data stands: what was used of it in the current period,
// what is left, and until when it has to last. What is unknown is zero.
type Balance struct {
	Used, Rest DataSize
	Ratio      Ratio // used share of the period's data
	// PeriodStart is when the current period began, and Renews when the next one begins.
	PeriodStart, Renews time.Time
	// Package is what is effective last, and Expires when it ends with nothing
	// effective after it, see [Usage.CoveredUntil].
	Package string
	Expires time.Time
}

// BalanceOf returns what a card's own usage says at now. A card that is pooled has no
// data of its own: only its packages count.
func BalanceOf(u Usage, pooled bool, now time.Time) Balance {
	var b Balance
	if covering, ok := u.CoveredUntil(now); ok {
		b.Package, b.Expires = covering.Name, covering.Expires
	}
	if !pooled {
		b.Used, b.Ratio = u.TotalUsed(), u.HighestRatio()
	}
	return b
}

// Confirmed returns b, which the listing says, with what the card's own usage says:
// its package and its ratio come first, and its use where the listing has none.
func (b Balance) Confirmed(own Balance) Balance {
	if !own.Expires.IsZero() {
		b.Package, b.Expires = own.Package, own.Expires
	}
	if own.Ratio.Known() {
		b.Ratio = own.Ratio
	}
	if !b.Used.Known() {
		b.Used = own.Used
	}
	return b
}
