package lookup_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/cardflow/lookup"
	"signalbox/shared/card"
)

// TestOneWrongKey has keys of another type where the record or the lease of a card
// should be. Only that card does without Redis, and the record is replaced.
func TestOneWrongKey(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	client := redis.NewClient(&redis.Options{Addr: a.redis.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	for i, suffix := range []string{"", ":lease"} {
		if err := client.RPush(t.Context(), a.key(i)+suffix, "a list").Err(); err != nil {
			t.Fatal(err)
		}
		first := a.instance(1000, nil)
		a.look(first, i, lookup.Miss)
		a.look(a.instance(1000, nil), i, lookup.Hit)
		a.look(first, 10+i, lookup.Miss)
		a.look(a.instance(1000, nil), 10+i, lookup.Hit)
	}
}

// TestMonthsFoundAreNotCrowdedOut has an instance find in Redis what it is asked for,
// while it knows as many newer series of that card as are kept.
func TestMonthsFoundAreNotCrowdedOut(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	first, second := a.instance(1000, nil), a.instance(1000, nil)
	month := func(l *lookup.Lookups, m time.Month, want lookup.Origin) {
		t.Helper()
		got, err := l.Lookup(t.Context(), a.id(1), []card.Month{{Year: 2020, Month: m}})
		if err != nil || got.Origin != want || len(got.Flow.Usage.Months) != 1 || got.Flow.Usage.Months[0].Month.Month != m {
			t.Errorf("lookup of month %d = origin %d, %+v, %v; want origin %d", m, got.Origin, got.Flow.Usage.Months, err, want)
		}
	}
	month(first, 1, lookup.Miss)
	kept, err := a.redis.Get(a.key(1))
	if err != nil {
		t.Fatal(err)
	}
	for m := time.Month(2); m <= 5; m++ {
		a.redis.Del(a.key(1))
		month(second, m, lookup.Miss)
	}
	if err := a.redis.Set(a.key(1), kept); err != nil {
		t.Fatal(err)
	}
	month(second, 1, lookup.Hit)
}

// TestClockWasAhead has a record in Redis of an instance whose clock was wrong. The
// others take it for nothing and replace it.
func TestClockWasAhead(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	if err := a.redis.Set(a.key(1), lookup.RecordAt(t, a.id(1), time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	a.look(a.instance(1000, nil), 1, lookup.Miss)
	got := a.look(a.instance(1000, nil), 1, lookup.Hit)
	if ahead := time.Until(got.Flow.RetrievedAt); ahead > 0 {
		t.Errorf("the answer was retrieved %v from now, want in the past", ahead)
	}
}
