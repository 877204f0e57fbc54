package watch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/dial"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
)

// TestBounded has random prefixes come, a thousand in each window, in a country that
// usually has few: the past stays small, and what it knows of others stays.
func TestBounded(t *testing.T) {
	t.Parallel()
	const each = window.MaxGroups
	chance := rand.New(rand.NewPCG(1, 2))
	s := newSender(newWorld(seedsOf["scenes"], perDay/5)).train(2 * windowsADay)
	before := s.encodedSize(t)
	for range *randoms / each {
		w := s.window(s.at, nil)
		for range each {
			w.By = append(w.By, window.Group{
				Key: window.Key{Country: "PK", Prefix: fmt.Sprintf("+92%07d", chance.IntN(10_000_000))}, Counts: window.Counts{Requested: 1},
			})
		}
		s.pass(total(w))
	}
	after := s.encodedSize(t)
	t.Logf("the past is %d bytes, before %d", after, before)
	if after > 200_000 {
		t.Errorf("the past is %d bytes after %d prefixes, before %d; want 200,000 at most", after, *randoms, before)
	}
	encoded, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	largest := s.largest("SG").key.Prefix
	if n := strings.Count(string(encoded), `"+`); n > watch.MaxPrefixes || !strings.Contains(string(encoded), `"`+largest+`"`) {
		t.Errorf("%d prefixes are known, want %d at most, and %s among them", n, watch.MaxPrefixes, largest)
	}
}

// TestTime evaluates a window with as many groups as one can have, with a full past.
func TestTime(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 3))
	p := new(watch.Profile)
	var recent []window.Window
	fastest := time.Hour
	for i := range 2 * watch.Longest {
		w := window.Window{Start: monday.Add(time.Duration(i) * windowTime), End: monday.Add(time.Duration(i+1) * windowTime)}
		for n := range window.MaxGroups {
			code := codes[n%len(codes)]
			g := window.Group{Key: window.Key{Country: code.country, Prefix: fmt.Sprint(code.digits, 1000+n)}, Counts: window.Counts{Requested: 20 + chance.Int64N(50)}}
			g.Verified = g.Requested * 7 / 10
			w.By = append(w.By, g)
		}
		for a := range 250 { // and the rest of each country
			code := string([]byte{'A' + byte(a/26), 'A' + byte(a%26)})
			w.By = append(w.By, window.Group{Key: window.Key{Country: code, Rest: true}, Counts: window.Counts{Requested: 5, Verified: 3}})
		}
		recent = append(recent, w)
		began := time.Now()
		p.Step(recent, watch.Settings{})
		if i >= watch.Longest {
			fastest = min(fastest, time.Since(began))
		}
	}
	t.Logf("a full window takes %v", fastest)
	if fastest > 50*time.Millisecond {
		t.Errorf("a full window takes %v, want 50ms at most", fastest)
	}
}

// TestEncode has the past be the same after it was stored, and refuses what is none.
func TestEncode(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(5, perDay/10)).train(windowsADay)
	encoded, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := watch.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	encodedAgain, err := again.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(encoded), string(encodedAgain)); diff != "" {
		t.Errorf("encoded again (-want +got):\n%.500s", diff)
	}
	newer := strings.Replace(string(encoded), `"schema":1`, `"schema":2`, 1)
	if _, err := watch.Decode([]byte(newer)); !errors.Is(err, watch.ErrSchema) {
		t.Errorf("Decode of a newer schema = %v, want ErrSchema", err)
	}
	for _, text := range []string{
		"", "{}", "[]", `{"schema":0}`, `{"schema":1}`, string(encoded[:len(encoded)/2]),
		strings.Replace(string(encoded), `"sum":[`, `"sum":[-`, 1),
		strings.Replace(string(encoded), `"cells":[`, `"cells":[1,`, 1),
		strings.Replace(string(encoded), `"hours":[`, `"hours":[1,`, 1),
	} {
		if _, err := watch.Decode([]byte(text)); err == nil || errors.Is(err, watch.ErrSchema) {
			t.Errorf("Decode(%.60q) = %v, want an error", text, err)
		}
	}
}

const windowsADay = 24 * perHour

func (s *sender) encodedSize(t *testing.T) int {
	t.Helper()
	encoded, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return len(encoded)
}

// TestLearntOnce has a window come again, and one that is older.
func TestLearntOnce(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(6, perDay/10)).train(windowsADay)
	before, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, windows := range [][]window.Window{nil, s.recent, s.recent[:5]} {
		if got := s.profile.Step(windows, watch.Settings{}); got != nil {
			t.Errorf("Step of %d windows that were learnt = %d evaluations, want none", len(windows), len(got))
		}
	}
	after, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the past has changed (-want +got):\n%.500s", diff)
	}
}

// TestNoWholeNumber has numbers be pumped: neither the past nor what is said of them holds
// one of them whole.
func TestNoWholeNumber(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(7, perDay/10)).train(2 * windowsADay)
	var numbers []string
	var wrote strings.Builder
	opened := 0
	for range 3 * perHour {
		w := s.window(s.at, nil)
		for range 40 {
			number := fmt.Sprintf("+923001%06d", s.chance.IntN(1_000_000))
			numbers = append(numbers, number)
			parsed, err := dial.Parse(number, "")
			if err != nil {
				t.Fatal(err)
			}
			w.By = append(w.By, window.Group{Key: window.Key{Country: parsed.Country, Prefix: parsed.Prefix}, Counts: window.Counts{Requested: 1}})
		}
		changes := s.pass(total(w))
		opened += len(openings(changes))
		encoded, err := json.Marshal(changes)
		if err != nil {
			t.Fatal(err)
		}
		wrote.Write(encoded)
	}
	encoded, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	wrote.Write(encoded)
	if opened == 0 {
		t.Error("nothing was said of what is pumped")
	}
	for _, number := range numbers {
		if strings.Contains(wrote.String(), number) || strings.Contains(wrote.String(), number[1:]) {
			t.Fatalf("%s was written", number)
		}
	}
}
