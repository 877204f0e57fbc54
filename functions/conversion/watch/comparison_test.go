package watch_test

import (
	"math"
	"testing"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/internal/testsize"
	"signalbox/shared/incident"
)

// compare puts windows, and the time that they are of, beside the past of a sender.
func (s *sender) compare(windows []window.Window) *watch.Comparison {
	c := watch.NewComparison(s.profile)
	c.Elapse(windows[0].Start, windows[len(windows)-1].End)
	for _, w := range windows {
		c.Add(w)
	}
	return c
}

// TestComparisonIsThatOfStep has one country fall, and compares the same windows: what is
// usual of everything and of the country is what Step says, which names it, too.
func TestComparisonIsThatOfStep(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(seedsOf["scenes"], 5*perDay)).train(perWeek + noon)
	compared := 0
	for range 2 * perHour {
		w := s.window(s.at, to("SG", 1, 0.3))
		recent := append(s.recent[max(len(s.recent)-watch.Longest+1, 0):len(s.recent):len(s.recent)], w)
		comparisons := make(map[int]*watch.Comparison)
		for _, n := range []int{1, 3, watch.Longest} {
			comparisons[n*5] = s.compare(recent[max(len(recent)-n, 0):])
		}
		s.pass(w)
		i := s.open[incident.Key{Subject: incident.Subject{Kind: watch.OTP, ID: watch.All}, Rule: watch.RateName}]
		d, ok := i.Details.Value.(watch.RateDetails)
		if !ok || len(d.Parts) != 1 || d.Parts[0].Country != "SG" || d.Parts[0].Prefix != "" {
			continue
		}
		compared++
		c := comparisons[d.Minutes]
		country, all := c.Country("SG"), c.Whole()
		if !country.Low || country.Pumped || country.New {
			t.Errorf("the comparison of %d minutes has %+v, want it low", d.Minutes, country)
		}
		part := d.Parts[0]
		if country.Requested != part.Requested || country.Verified != part.Verified || math.Abs(country.Rate.Usual-part.UsualRate) > 1e-9 {
			t.Errorf("the comparison of %d minutes has %+v, Step %+v", d.Minutes, country, part)
		}
		if math.Abs(all.Rate.Usual-d.UsualRate) > 0.01 || all.Requested < d.Requested { // less what may be pumped
			t.Errorf("the comparison of %d minutes has %+v, Step %+v", d.Minutes, all, d.Part)
		}
	}
	if compared < 12 {
		t.Errorf("%d windows were compared, want an hour of them", compared)
	}
}

// TestBandsHaveWhatIsUsual has nothing happen for two days: few quarters of an hour are
// outside of the bands.
func TestBandsHaveWhatIsUsual(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(seedsOf["scenes"]+1, perDay)).train(testsize.Of(1, 3) * perWeek)
	var total, rates, requests, low, pumped int
	look := func(c watch.Compared) {
		total++
		rate := float64(c.Verified) / float64(max(c.Requested, 1))
		if c.Requested > 0 && (rate < c.Rate.Low || rate > c.Rate.High) {
			rates++
		}
		if n := float64(c.Requested); n < c.Requests.Low || n > c.Requests.High {
			requests++
		}
		if c.Low {
			low++
		}
		if c.Pumped {
			pumped++
		}
		if c.Rate.Low > c.Rate.Usual || c.Rate.Usual > c.Rate.High || c.Requests.Low > c.Requests.High || !c.RequestsKnown {
			t.Errorf("%+v: want bands around what is usual, and known requests", c)
		}
	}
	for range 2 * 24 * 4 {
		var windows []window.Window
		for range 3 {
			windows = append(windows, s.window(s.at, nil))
			s.pass(windows[len(windows)-1])
		}
		c := s.compare(windows)
		look(c.Whole())
		for _, country := range c.Countries() {
			look(country)
		}
	}
	t.Logf("of %d: %d rates and %d requests outside, %d low, %d pumped", total, rates, requests, low, pumped)
	if rates > total/100 || requests > total/50 || low > total/500 || pumped > total/500 {
		t.Errorf("of %d: %d rates and %d requests outside, %d low, %d pumped; want few", total, rates, requests, low, pumped)
	}
}

// TestComparedSums are whole: countries add up to everything, and prefixes to countries.
func TestComparedSums(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(seedsOf["scenes"]+2, perDay)).train(perWeek)
	w := s.window(s.at, nil)
	w.By = append(w.By,
		window.Group{Key: window.Key{Country: "SG", Prefix: "+651111"}, Counts: window.Counts{Requested: 7, Verified: 3}},
		window.Group{Key: window.Key{Country: "SG", Rest: true}, Counts: window.Counts{Requested: 5, Verified: 2}},
		window.Group{Key: window.Key{Country: "PK", Prefix: "+923001111"}, Counts: window.Counts{Requested: 900}},
		window.Group{Key: window.Key{Country: "MC", Prefix: "+37761111"}, Counts: window.Counts{Requested: 40, Verified: 1}},
		window.Group{Counts: window.Counts{Requested: 4, Verified: 4}},
	)
	w = total(w)
	c := s.compare([]window.Window{w})
	var sum window.Counts
	for _, country := range c.Countries() {
		sum = sum.Add(country.Counts)
		var parts window.Counts
		for _, p := range c.Prefixes(country.Country) {
			parts = parts.Add(p.Counts)
			if p.Country != country.Country || (p.Prefix == "") != p.Rest {
				t.Errorf("%s has %+v", country.Country, p)
			}
		}
		if parts != country.Counts {
			t.Errorf("the prefixes of %s have %+v, the country %+v", country.Country, parts, country.Counts)
		}
		if (country.Country == "MC" || country.Country == "") != country.New {
			t.Errorf("%+v: want MC and unknown ones without a past", country)
		}
	}
	if want := (window.Counts{Requested: w.Requested, Verified: w.Verified}); sum != want || c.Whole().Counts != want {
		t.Errorf("countries have %+v, everything %+v, want %+v", sum, c.Whole().Counts, want)
	}
	if pk := c.Country("PK"); !pk.Pumped || pk.Low {
		t.Errorf("PK = %+v, want it pumped", pk)
	}
	if mc := c.Country("MC"); !mc.Pumped || mc.RequestsKnown {
		t.Errorf("MC = %+v, want it pumped, by the rate of all countries", mc)
	}
	if none := c.Country("AQ"); none.Requested != 0 || !none.New {
		t.Errorf("AQ = %+v, want nothing", none)
	}
}

// TestComparisonOfNothing has no window at all: what is usual is missing, as far as that is
// known.
func TestComparisonOfNothing(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(seedsOf["scenes"]+3, perDay)).train(3 * perHour)
	seen, unseen := watch.NewComparison(s.profile), watch.NewComparison(s.profile)
	seen.Elapse(monday.Add(24*time.Hour), monday.Add(25*time.Hour))
	unseen.Elapse(monday.Add(24*time.Hour), monday.Add(28*time.Hour))
	if all := seen.Whole(); all.Requested != 0 || !all.RequestsKnown || all.Requests.Usual < 100 || all.Requests.Low <= 0 {
		t.Errorf("of an hour that was seen: %+v, want requests to be missing", all)
	}
	if got := seen.Prefixes("SG"); len(got) == 0 || got[0].Requests.Usual <= 0 {
		t.Errorf("prefixes: %+v, want those of the past", got)
	}
	if all := unseen.Whole(); all.RequestsKnown {
		t.Errorf("of hours that were not: %+v, want them unknown", all)
	}
	none := watch.NewComparison(nil)
	none.Elapse(monday, monday.Add(24*time.Hour))
	none.Add(s.window(s.at, nil))
	if all := none.Whole(); !all.New || all.RequestsKnown || all.Requested == 0 || all.Low || all.Pumped {
		t.Errorf("without a past: %+v", all)
	}
}
