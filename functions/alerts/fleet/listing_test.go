package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
)

// TestSweepOfAThousandCards is the promise: 25 calls for the listing, and one
// more for each card that may fire.
func TestSweepOfAThousandCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(1000, 10)
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 1000, 0)
		checkCalls(t, a, c, 25, 100)
		if len(c.observations) != 1000 || c.at.Cards() != 1000 || c.at.Counts.Lookups != 100 {
			t.Errorf("%d observations, %+v; want 1000 of 1000 cards", len(c.observations), c.at)
		}
	})
}

// lie edits every answer of the listing.
func lie(edit func(r linkcard.ListCardInfoRequest, p *linkcard.CardPage)) func(*account) {
	return func(a *account) {
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, p *linkcard.CardPage) error {
			edit(r, p)
			return nil
		}
	}
}

// TestFault2ListingLies has an account of 400 cards, or thereabouts, whose
// listing is not to be trusted.
func TestFault2ListingLies(t *testing.T) {
	t.Parallel()
	page := func(n int, edit func(p *linkcard.CardPage)) func(*account) {
		return lie(func(r linkcard.ListCardInfoRequest, p *linkcard.CardPage) {
			if r.PageNo == n && r.ICCID == "" {
				edit(p)
			}
		})
	}
	tests := []struct {
		name                   string
		lie                    func(*account)
		checked, failed, calls int
		more                   int // calls that were under way, and of no use
	}{
		{"PageCount 0", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) { p.PageCount = 0 }), 400, 0, 10, 0},
		{"PageCount 1", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) { p.PageCount = 1 }), 400, 0, 10, 0},
		{"Total 0, full pages", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) { p.Total = 0 }), 400, 0, 11, 0},
		{"Total 0, nothing", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) { *p = linkcard.CardPage{} }), 0, 0, 1, 0},
		{"Total too small", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) { p.Total = 90 }), 400, 0, 11, 0},
		{"Total too large", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) { p.Total = 4_000_000 }), 400, 4_000_000 - 400, 28, 14},
		{"Total 3 too large", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) { p.Total += 3 }), 400, 3, 13, 0},
		{"Total 0 once", page(4, func(p *linkcard.CardPage) { p.Total = 0 }), 400, 0, 13, 0},
		{"short page", page(4, func(p *linkcard.CardPage) { p.List = p.List[:30] }), 400, 0, 15, 0},
		{"nothing once", page(4, func(p *linkcard.CardPage) { *p = linkcard.CardPage{} }), 400, 0, 18, 0},
		{"empty page", page(4, func(p *linkcard.CardPage) { p.List = nil }), 400, 0, 15, 0},
		{"first page empty", page(1, func(p *linkcard.CardPage) { p.List = nil }), 390, 10, 15, 0},
		{"a card repeated", page(4, func(p *linkcard.CardPage) { p.List[1] = p.List[0] }), 399, 1, 11, 0},
		{"always the same page", lie(func(_ linkcard.ListCardInfoRequest, p *linkcard.CardPage) {
			p.List = newAccount(40, 0).cards
		}), 40, 360, 19, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(400, 0)
				test.lie(a)
				c := newCaller(a, nil)
				c.sweep(t)
				check(t, c, test.checked, test.failed)
				if why, of := c.at.Counts.Why(); of != test.failed || of > 0 && why != "the listing counts cards that it does not list" {
					t.Errorf("%d cards failed because %q, want %d", of, why, test.failed)
				}
				if n := c.at.Counts.ListCalls; n < test.calls || n > test.calls+test.more {
					t.Errorf("%d listing calls, want %d, and at most %d more", n, test.calls, test.more)
				}
			})
		})
	}
}

// TestFault2SamePageForEver has pages that are all the same, or take turns, under a total
// that is far too large: the sweep ends, within a run or over several that are cut off.
// What is listed is checked, and what is not counts as failed.
func TestFault2SamePageForEver(t *testing.T) {
	t.Parallel()
	const total = 1_000_000
	for _, test := range []struct {
		name   string
		pages  int           // that are different
		cut    time.Duration // length of a run; 0: as long as it takes
		checks int
	}{
		{"one page", 1, 0, 40},
		{"one page, short runs", 1, 3 * time.Second, 40},
		{"four pages, short runs", 4, 3 * time.Second, 160},
		{"twenty pages", 20, 0, 800},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(40*test.pages, 20).limited(0)
				all := a.cards
				lie(func(r linkcard.ListCardInfoRequest, p *linkcard.CardPage) {
					first := (r.PageNo - 1) * r.PageSize % len(all)
					p.Total, p.List = total, all[first:first+r.PageSize]
				})(a)
				c := newCaller(a, nil)
				c.begin()
				runs := 0
				for ; c.at.Finished.IsZero() && runs < 20; runs++ {
					if test.cut > 0 {
						runCut(t, c, test.cut)
					} else if err := c.run(t.Context(), t); err != nil {
						t.Fatal(err)
					}
				}
				check(t, c, test.checks, total-test.checks)
				if why, of := c.at.Counts.Why(); of != total-test.checks || why != "the listing counts cards that it does not list" {
					t.Errorf("%d cards failed because %q", of, why)
				}
				if n := c.at.Counts.ListCalls; n > 200 {
					t.Errorf("%d listing calls in %d runs, want few", n, runs)
				}
			})
		})
	}
}

// TestFault2ManyCardsArrive adds so many cards at the front while the fleet is listed that
// one page after the other has been read before: the listing is read to its end.
func TestFault2ManyCardsArrive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, arrived := newAccount(3000, 0), false
		others := newAccount(4800, 0).cards[3000:]
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
			if r.PageNo == 50 && !arrived {
				arrived, a.cards = true, append(others, a.cards...)
			}
			return nil
		}
		c := newCaller(a, nil)
		c.sweep(t)
		for i := range 3000 {
			if _, ok := c.observations[cardOf(i)]; !ok {
				t.Fatalf("card %d of 3000 is not observed; %+v", i+1, c.at.Counts)
			}
		}
	})
}

// TestFault2ShortPageIsReadAgain has a page that is short once.
func TestFault2ShortPageIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, short := newAccount(400, 0), false
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, p *linkcard.CardPage) error {
			if r.PageNo == 4 && !short {
				short, p.List = true, p.List[:7]
			}
			return nil
		}
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 400, 0)
		checkCalls(t, a, c, 11, 0)
	})
}

// TestFault2CardsLeaveWhileListed removes cards of the first pages while later
// ones are read.
func TestFault2CardsLeaveWhileListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, left := newAccount(400, 0), false
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
			if r.PageNo == 5 && !left {
				left, a.cards = true, a.cards[50:] // this answer was made before
			}
			return nil
		}
		c := newCaller(a, nil)
		c.sweep(t)
		if len(c.observations) != 400 || c.at.Counts.Failed != 0 {
			t.Errorf("%d cards observed, %+v; want all 400", len(c.observations), c.at.Counts)
		}
	})
}

// broken makes the listing of a card fail, whatever the size of its page.
func broken(cards ...int) func(int, linkcard.ListCardInfoRequest, *linkcard.CardPage) error {
	return func(_ int, r linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
		for _, i := range cards {
			if i >= (r.PageNo-1)*r.PageSize && i < r.PageNo*r.PageSize {
				return failure(aliyun.Unexpected, "")
			}
		}
		return nil
	}
}

// TestFault3PageIsReadInSmallerOnes loses at most ten cards with one of them.
func TestFault3PageIsReadInSmallerOnes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		cards    []int
		calls    int // at most, with those that were under way and of no use
		from, to int // of the gap
	}{
		{"one", []int{125}, 15, 121, 130},
		{"two together", []int{125, 127}, 15, 121, 130},
		{"the first", []int{0}, 15, 1, 10},
		{"the last of a short page", []int{394}, 15, 391, 395},
		{"a whole page", []int{120, 130, 140, 150}, 21, 121, 160},
		{"two whole pages", []int{120, 130, 140, 150, 160, 170, 180, 190}, 26, 121, 200},
		{"the whole last page", []int{360, 370, 380, 390}, 15, 361, 395},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(395, 0)
				a.onList = broken(test.cards...)
				c := newCaller(a, nil)
				c.sweep(t)
				lost := test.to - test.from + 1
				check(t, c, 395-lost, lost)
				if n := c.at.Counts.ListCalls; n != len(a.lists) || n < 14 || n > test.calls {
					t.Errorf("%d listing calls, counted %d, want 14 to %d", len(a.lists), n, test.calls)
				}
				for i := range 395 {
					if _, ok := c.observations[cardOf(i)]; ok == (i+1 >= test.from && i+1 <= test.to) {
						t.Errorf("card %d is observed: %t, want all but %d to %d", i+1, ok, test.from, test.to)
					}
				}
				if why, of := c.at.Counts.Why(); why != "a page of the listing was not answered: unexpected" || of != lost {
					t.Errorf("%d cards failed because %q, want %d for want of an answer", of, why, lost)
				}
			})
		})
	}
}

// TestFault3ServiceUnavailable has no answer at all: few calls are made, nothing
// is lost, and the next run goes on.
func TestFault3ServiceUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, down := newAccount(4000, 0), true
		a.onList = func(call int, _ linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
			if down && call > 20 {
				return failure(aliyun.Unavailable, "ServiceUnavailable")
			}
			return nil
		}
		c := newCaller(a, nil)
		if err := c.run(t.Context(), t); err == nil {
			t.Error("a run that could not read the listing = nil, want an error")
		}
		if c.at.Page < 2 || c.at.Counts.Failed != 0 || len(a.lists) > 20+16+3*5 {
			t.Errorf("after %d calls at page %d with %+v, want what was read kept, nothing failed and few calls", len(a.lists), c.at.Page, c.at.Counts)
		}
		calls, page := len(a.lists), c.at.Page
		if err := c.run(t.Context(), t); err == nil || c.at.Page != page || len(a.lists)-calls > 15 {
			t.Errorf("second run: %v after %d calls at page %d, want an error after few at page %d", err, len(a.lists)-calls, c.at.Page, page)
		}
		down = false
		c.sweep(t)
		check(t, c, 4000, 0)
	})
}

// TestFault3BrokenPagesDoNotStopASweep has pages that are never readable.
func TestFault3BrokenPagesDoNotStopASweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(4000, 0)
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
			if first := (r.PageNo-1)*r.PageSize + 1; first > 400 && first <= 800 {
				return failure(aliyun.Unavailable, "ServiceUnavailable")
			}
			return nil
		}
		c := newCaller(a, nil)
		runs := 0
		for c.at.Finished.IsZero() && runs < 20 {
			runs++
			_ = c.run(t.Context(), t)
		}
		if runs > 8 {
			t.Errorf("the sweep took %d runs", runs)
		}
		if got := c.at.Counts; got.Checked+got.Failed != 4000 || got.Failed < 400 || got.Failed > 600 {
			t.Errorf("%+v, want the 400 cards failed, and few others", got)
		}
	})
}

// TestFault3OutageEndsNoSweep has an account that is listed no more after a sweep:
// that is no sweep without cards, and a denial loses none.
func TestFault3OutageEndsNoSweep(t *testing.T) {
	t.Parallel()
	for _, kind := range []aliyun.Kind{aliyun.Unavailable, aliyun.Denied, aliyun.Expired} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, down := newAccount(400, 0), false
				a.onList = func(int, linkcard.ListCardInfoRequest, *linkcard.CardPage) error {
					if down {
						return failure(kind, "Down")
					}
					return nil
				}
				c := newCaller(a, nil)
				c.sweep(t)
				down, c.at = true, c.at.Next(time.Now())
				denied := kind != aliyun.Unavailable
				for range 20 {
					if err := c.run(t.Context(), t); err == nil || denied && c.at.Counts.Failed > 0 || !c.at.Finished.IsZero() {
						t.Fatalf("a run without a listing = %v with %+v, want an error and no end", err, c.at.Counts)
					}
				}
			})
		})
	}
}

// TestFault3ListingDenied does not ask in many ways for what is denied.
func TestFault3ListingDenied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(4000, 0)
		a.onList = func(int, linkcard.ListCardInfoRequest, *linkcard.CardPage) error {
			return failure(aliyun.Denied, "NoPermission")
		}
		c := newCaller(a, nil)
		for range 5 {
			if err := c.run(t.Context(), t); err == nil || !c.at.Finished.IsZero() {
				t.Errorf("a run that is denied the listing = %v, want an error and no end", err)
			}
		}
		checkCalls(t, a, c, 15, 0)
	})
}
