package aliyuntest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestICCID finds every card of a large fleet by its number, and no other.
func TestICCID(t *testing.T) {
	t.Parallel()
	s, _ := setup(t, aliyuntest.Options{Cards: 100_000})
	seen := map[string]bool{}
	for i := range s.Cards() {
		iccid := s.ICCID(i)
		card, ok := s.Card(iccid)
		if !ok || card.ICCID != iccid || len(iccid) != 20 || iccid[:6] != "898603" || seen[iccid] {
			t.Fatalf("card %d: ICCID %q, found %v as %q, seen before %v", i, iccid, ok, card.ICCID, seen[iccid])
		}
		seen[iccid] = true
	}
	small, _ := setup(t, aliyuntest.Options{Cards: 10})
	last := s.ICCID(9)
	for _, iccid := range []string{s.ICCID(10), "", "898603", last[:19] + string('0'+(last[19]-'0'+1)%10), last + "0", "8986030000000000000x", "898603-000000000000x"} {
		if _, ok := small.Card(iccid); ok {
			t.Errorf("Card(%q) found, want none", iccid)
		}
	}
}

// TestMix counts the kinds of cards that the package comment promises.
func TestMix(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 7} {
		s, _ := setup(t, aliyuntest.Options{Cards: 1000, Seed: seed})
		count := map[string]int{}
		for i := range s.Cards() {
			card, _ := s.Card(s.ICCID(i))
			if card.Expires.Before(noon.AddDate(0, 0, 32)) {
				count["expiring"]++
			}
			if ratio := float64(card.UsedBytes) / float64(card.PackageBytes); ratio >= 0.79 && ratio <= 1.06 {
				count["heavy"]++
			} else if ratio > 0.7 {
				t.Errorf("card %d has used %.2f", i, ratio)
			}
			if card.Status == aliyuntest.StatusStopped {
				count["stopped"]++
			}
		}
		for kind, want := range map[string]int{"expiring": 30, "heavy": 20, "stopped": 10} {
			if got := count[kind]; got < want-2 || got > want+2 {
				t.Errorf("seed %d: %d cards %s, want about %d", seed, got, kind, want)
			}
		}
	}
}

// TestShowcase looks on the 18th: what a card has used grows with the month.
func TestShowcase(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		s, _ := setup(t, aliyuntest.Options{Seed: seed})
		for i, want := range []struct{ percent, days int }{{23, 180}, {17, 5}, {92, 180}} {
			card, _ := s.Card(s.ICCID(i))
			days := int(card.Expires.Sub(noon) / (24 * time.Hour))
			percent := int((card.UsedBytes*100 + card.PackageBytes/2) / card.PackageBytes)
			if days != want.days || percent != want.percent || card.Status != aliyuntest.StatusInUse {
				t.Errorf("seed %d card %d: %d %% used, %d days left, want %+v", seed, i, percent, days, want)
			}
		}
	}
}

func TestFleetIsDeterministic(t *testing.T) {
	t.Parallel()
	card := func(seed uint64) aliyuntest.Card {
		s, _ := setup(t, aliyuntest.Options{Seed: seed})
		card, _ := s.Card(s.ICCID(50))
		return card
	}
	if diff := cmp.Diff(card(3), card(3)); diff != "" {
		t.Errorf("same seed, other card:\n%s", diff)
	}
	if cmp.Equal(card(3), card(4)) {
		t.Error("other seed, same card")
	}
}

// TestSetCard makes two edits: the second edit starts from the first, the number
// stays, and a card handed out is a copy.
func TestSetCard(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	iccid := s.ICCID(3)
	s.SetCard(iccid, func(card *aliyuntest.Card) {
		card.ICCID, card.PackageBytes, card.Tags = "another", 3<<30, []string{"a"}
		card.Refreshed = noon.AddDate(0, 0, -3)
	})
	s.SetCard(iccid, func(card *aliyuntest.Card) { card.UsedBytes = card.PackageBytes / 2 })
	copied, _ := s.Card(iccid)
	copied.Tags[0] = "b"
	info := c.list(t, 1, 10, "Iccid", iccid).Data.List[0]
	got := []string{info.Iccid, info.DataLevel, info.PeriodAddFlow, info.PeriodRestFlow, info.TagList[0].TagName, info.FlowLatestModifiedTime}
	if diff := cmp.Diff([]string{iccid, "3GB", "1.50GB", "1.50GB", "a", "2026-11-15 12:00:00"}, got); diff != "" {
		t.Errorf("card after two edits (-want +got):\n%s", diff)
	}
}
