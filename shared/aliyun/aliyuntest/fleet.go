package aliyuntest

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An ICCID is the prefix, thirteen digits that scramble the card's index, and a Luhn
// check digit. Multiplication by spread modulo space is one to one, so
// multiplication by its inverse finds the index again.
const (
	iccidPrefix = "898603"
	space       = 10_000_000_000_000
	spread      = 6_180_339_887_499
	unspread    = 1_322_628_862_499
	shift       = 2_158_410_000_000 // so that card 0 is no row of zeros
)

// fleet computes cards, and remembers the edited ones.
type fleet struct {
	size  int
	seed  uint64
	epoch time.Time // the start of the day the server was made
	// refreshOnUse has FlowLatestModifiedTime move with UsedBytes alone.
	refreshOnUse bool

	mu       sync.Mutex
	edited   map[int]Card
	removed  map[int]bool // neither listed nor known
	unlisted []int        // in order; the removed ones among them
}

// Cards returns the size of the fleet.
func (s *Server) Cards() int { return s.fleet.size }

// ICCID returns the number of card i, from 0 to Cards()-1. It panics outside.
func (s *Server) ICCID(i int) string {
	if i < 0 || i >= s.fleet.size {
		panic(fmt.Sprintf("aliyuntest: card %d of a fleet of %d", i, s.fleet.size))
	}
	return iccidOf(i)
}

// Card returns the card with that ICCID.
func (s *Server) Card(iccid string) (Card, bool) {
	i, ok := s.fleet.index(iccid)
	if !ok {
		return Card{}, false
	}
	return s.fleet.card(i), true
}

// SetCard changes one card for good: a top-up, a renewal, a stop. The edit starts
// from the card as it is, must not call the server, and cannot change the ICCID.
// SetCard panics if there is no such card.
func (s *Server) SetCard(iccid string, edit func(*Card)) {
	i, ok := s.fleet.index(iccid)
	if !ok {
		panic("aliyuntest: no card " + iccid)
	}
	s.fleet.mu.Lock()
	defer s.fleet.mu.Unlock()
	before := s.fleet.cardLocked(i)
	card := before
	edit(&card)
	card.ICCID = iccid
	card.Tags = slices.Clone(card.Tags)
	if s.fleet.refreshOnUse && card.UsedBytes != before.UsedBytes && card.Refreshed.Equal(before.Refreshed) {
		card.Refreshed = s.options.Now()
	}
	s.fleet.edited[i] = card
	s.fleet.listLocked(i, !card.Unlisted)
}

// RemoveCard takes one card out of the fleet: those behind it move up in the
// listing. It does nothing if there is no such card.
func (s *Server) RemoveCard(iccid string) {
	if i, ok := s.fleet.index(iccid); ok {
		s.fleet.mu.Lock()
		defer s.fleet.mu.Unlock()
		s.fleet.removed[i] = true
		s.fleet.listLocked(i, false)
	}
}

// listLocked puts card i into the listing, or takes it out.
func (f *fleet) listLocked(i int, in bool) {
	at, out := slices.BinarySearch(f.unlisted, i)
	switch {
	case in && out:
		f.unlisted = slices.Delete(f.unlisted, at, at+1)
	case !in && !out:
		f.unlisted = slices.Insert(f.unlisted, at, i)
	}
}

func (f *fleet) isRemoved(i int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.removed[i]
}

func (f *fleet) card(i int) Card {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cardLocked(i)
}

func (f *fleet) cardLocked(i int) Card {
	card, ok := f.edited[i]
	if !ok {
		return generate(f.seed, i, f.epoch)
	}
	card.Tags = slices.Clone(card.Tags)
	return card
}

// page returns n listed cards that match, after leaving out the first skip of
// them, and how many match in all. An ICCID that is not empty takes that card
// alone, and a nil match any. Without a match a page costs no more than its cards,
// however large the fleet is.
func (f *fleet) page(iccid string, match func(Card) bool, skip, n int) (cards []Card, total int) {
	first, end := 0, f.size
	if iccid != "" {
		i, ok := f.index(iccid)
		if !ok {
			return nil, 0
		}
		first, end = i, i+1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if iccid == "" && match == nil {
		return f.sliceLocked(skip, n), f.size - len(f.unlisted)
	}
	for i := first; i < end; i++ {
		card := f.cardLocked(i)
		if _, out := slices.BinarySearch(f.unlisted, i); out || match != nil && !match(card) {
			continue
		}
		if total >= skip && total < skip+n {
			cards = append(cards, card)
		}
		total++
	}
	return cards, total
}

// sliceLocked returns n listed cards after the first skip of them.
func (f *fleet) sliceLocked(skip, n int) (cards []Card) {
	i := skip
	for _, out := range f.unlisted {
		if out > i {
			break
		}
		i++
	}
	for ; i < f.size && len(cards) < n; i++ {
		if _, out := slices.BinarySearch(f.unlisted, i); !out {
			cards = append(cards, f.cardLocked(i))
		}
	}
	return cards
}

// index finds the card with that ICCID.
func (f *fleet) index(iccid string) (int, bool) {
	digits, ok := strings.CutPrefix(iccid, iccidPrefix)
	if !ok || len(digits) != 14 {
		return 0, false
	}
	scrambled, err := strconv.ParseUint(digits[:13], 10, 64)
	if err != nil {
		return 0, false
	}
	i := multiply(scrambled+space-shift, unspread)
	if i >= uint64(f.size) || iccidOf(int(i)) != iccid || f.isRemoved(int(i)) { //nolint:gosec // a fleet's size is never negative, and i is below it
		return 0, false
	}
	return int(i), true //nolint:gosec // i is below the fleet's size
}

func iccidOf(i int) string {
	scrambled := (multiply(uint64(i), spread) + shift) % space //nolint:gosec // an index is never negative
	body := fmt.Sprintf("%s%013d", iccidPrefix, scrambled)
	return body + string(luhn(body))
}

// multiply returns a*b modulo space.
func multiply(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return bits.Rem64(high, low, space)
}

// luhn returns the check digit that completes the digits.
func luhn(digits string) rune {
	sum := 0
	for i, c := range digits {
		d := int(c - '0')
		if (len(digits)-i)%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return rune('0' + (10-sum%10)%10)
}
