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

// An ICCID is the prefix, thirteen digits that hide the card's index, and a Luhn
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

	mu     sync.Mutex
	edited map[int]Card
	gone   map[int]bool // removed cards, which are not listed and not known
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
	card := s.fleet.cardLocked(i)
	edit(&card)
	card.ICCID = iccid
	card.Tags = slices.Clone(card.Tags)
	s.fleet.edited[i] = card
}

// RemoveCard takes one card out of the fleet: those behind it move up in the
// listing. It does nothing if there is no such card.
func (s *Server) RemoveCard(iccid string) {
	if i, ok := s.fleet.index(iccid); ok {
		s.fleet.mu.Lock()
		defer s.fleet.mu.Unlock()
		s.fleet.gone[i] = true
	}
}

func (f *fleet) isGone(i int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gone[i]
}

func (f *fleet) complete() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.gone) == 0
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

// page returns n cards that match, after leaving out the first skip of them, and
// how many match in all. A nil match takes every card.
func (f *fleet) page(match func(Card) bool, skip, n int) (cards []Card, total int) {
	if match == nil && f.complete() {
		for i := skip; i < min(skip+n, f.size); i++ {
			cards = append(cards, f.card(i))
		}
		return cards, f.size
	}
	for i := range f.size {
		card := f.card(i)
		if f.isGone(i) || match != nil && !match(card) {
			continue
		}
		if total >= skip && total < skip+n {
			cards = append(cards, card)
		}
		total++
	}
	return cards, total
}

// index finds the card with that ICCID.
func (f *fleet) index(iccid string) (int, bool) {
	digits, ok := strings.CutPrefix(iccid, iccidPrefix)
	if !ok || len(digits) != 14 {
		return 0, false
	}
	hidden, err := strconv.ParseUint(digits[:13], 10, 64)
	if err != nil {
		return 0, false
	}
	i := multiply(hidden+space-shift, unspread)
	if i >= uint64(f.size) || iccidOf(int(i)) != iccid || f.isGone(int(i)) { //nolint:gosec // a fleet's size is never negative, and i is below it
		return 0, false
	}
	return int(i), true //nolint:gosec // i is below the fleet's size
}

func iccidOf(i int) string {
	hidden := (multiply(uint64(i), spread) + shift) % space //nolint:gosec // an index is never negative
	body := fmt.Sprintf("%s%013d", iccidPrefix, hidden)
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
