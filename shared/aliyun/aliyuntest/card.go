package aliyuntest

import (
	"math/rand/v2"
	"time"
)

// Sizes in bytes. Alibaba's flow strings count in steps of 1024.
const (
	kb = 1 << 10
	mb = 1 << 20
	gb = 1 << 30
)

// Values of Card.Status, of the many that linkcard has.
const (
	StatusTestable  = "10"
	StatusUnused    = "20"
	StatusInUse     = "30"
	StatusStopped   = "35"
	StatusDestroyed = "50"
)

// Values of Card.Period.
const (
	PeriodMonth    = "1101"
	PeriodQuarter  = "1103"
	PeriodHalfYear = "1106"
	PeriodYear     = "1112"
)

// Package is one of several data packages of a card.
type Package struct {
	Name      string
	Effective time.Time
	Expires   time.Time // zero: an empty text
	Remark    string
}

// Card is one SIM card as the fake knows it. One in stock has the status
// StatusUnused or StatusTestable, and neither Activated nor Expires nor bytes.
type Card struct {
	ICCID        string
	Vendor       string // CMCC, CUCC or CTCC
	PackageName  string // as in Alibaba's console
	PackageBytes int64  // the allowance of the current period
	UsedBytes    int64  // used in the current period
	Status       string // StatusInUse and so on
	OsStatus     string // "100" in use, "200" stopped by the user
	Activated    time.Time
	Effective    time.Time // start of the package
	Expires      time.Time // end of the package, as the listing has it
	// Packages are those that GetCardFlowInfo lists. Nil means the one of the
	// fields above, or none without Expires.
	Packages []Package
	Period   string // of UsedBytes and PackageBytes; "" means PeriodMonth
	// DayBytes is what the card uses on the day that begins at the given time, in
	// Shanghai. Nil means that UsedBytes is spread over the month by chance.
	DayBytes  func(day time.Time) int64
	Refreshed time.Time // when its usage was last counted; zero means today, 00:00, see [Options]
	// Unknown cards are listed, and GetCardFlowInfo does not know them; of Unlisted
	// ones it is the other way round.
	Unknown, Unlisted bool

	Remark       string
	Tags         []string
	Pool         string // the number of the plan it shares with others; "": it has its own
	NetworkDelay time.Duration
	Signal       int
}

// RestBytes returns what is left of the package; never less than zero.
func (c Card) RestBytes() int64 { return max(0, c.PackageBytes-c.UsedBytes) }

// packages are the card's packages as GetCardFlowInfo lists them.
func (c Card) packages() []Package {
	if c.Packages != nil || c.Expires.IsZero() {
		return c.Packages
	}
	return []Package{{Name: c.PackageName, Effective: c.Effective, Expires: c.Expires, Remark: c.Remark}}
}

// months is the length of the card's period.
func (c Card) months() int64 {
	switch c.Period {
	case PeriodQuarter:
		return 3
	case PeriodHalfYear:
		return 6
	case PeriodYear:
		return 12
	default:
		return 1
	}
}

// kind is a card's part in the mix of the fleet.
type kind int

const (
	healthy kind = iota
	expiring
	heavy
	stopped
)

// kindOf deals the hundred kinds of each hundred cards, in an order that depends
// on the seed.
func kindOf(seed uint64, i int) kind {
	switch i {
	case 0:
		return healthy
	case 1:
		return expiring
	case 2:
		return heavy
	}
	rotation := draw(seed, uint64(i/100), 1).IntN(100) //nolint:gosec // an index is never negative
	switch slot := (i*37 + rotation) % 100; {
	case slot < 3:
		return expiring
	case slot < 5:
		return heavy
	case slot < 6:
		return stopped
	default:
		return healthy
	}
}

// draw returns chance that is the same for the same seed and where.
func draw(seed, where, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, where<<24|purpose))
}

// generate computes card i of a fleet whose first day starts at epoch.
func generate(seed uint64, i int, epoch time.Time) Card {
	chance := draw(seed, uint64(i), 0) //nolint:gosec // an index is never negative
	card := Card{
		ICCID:        iccidOf(i),
		Status:       StatusInUse,
		OsStatus:     "100",
		Tags:         []string{"field"},
		Signal:       10 + chance.IntN(21),
		NetworkDelay: time.Duration(20+chance.IntN(60)) * time.Millisecond,
	}
	card.Vendor, card.PackageName, card.PackageBytes = choosePackage(chance)
	card.Activated = epoch.AddDate(0, 0, -400-chance.IntN(400))
	card.Effective = card.Activated
	percent, days := chance.Int64N(66), 60+chance.IntN(300)
	switch kindOf(seed, i) {
	case healthy:
	case expiring:
		days = 1 + chance.IntN(30)
	case heavy:
		percent = 80 + chance.Int64N(26)
	case stopped:
		card.Status, card.OsStatus = StatusStopped, "200"
	}
	percent, days = showcase(i, percent, days)
	if percent < 80 {
		percent = percent * int64(epoch.Day()) / 31 // as much of it as the month is old
	}
	card.UsedBytes = roundTo(card.PackageBytes*percent/100, quantum)
	card.Expires = epoch.AddDate(0, 0, days+1).Add(-time.Second)
	return card
}

// showcase fixes the numbers of the three cards that demonstrations use.
func showcase(i int, percent int64, days int) (int64, int) {
	switch i {
	case 0:
		return 40, 180
	case 1:
		return 30, 5
	case 2:
		return 92, 180
	default:
		return percent, days
	}
}

func choosePackage(chance *rand.Rand) (code, name string, size int64) {
	vendors := []struct{ code, name string }{{"CMCC", "移动"}, {"CUCC", "联通"}, {"CTCC", "电信"}}
	packages := []struct {
		bytes int64
		name  string
	}{{30 * mb, "30M"}, {100 * mb, "100M"}, {gb, "1G"}}
	v, p := vendors[chance.IntN(len(vendors))], packages[chance.IntN(len(packages))]
	return v.code, v.name + "-单卡通用流量-月包-" + p.name, p.bytes
}

func roundTo(n, step int64) int64 { return (n + step/2) / step * step }
