package watch_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"signalbox/functions/conversion/window"
)

// The size of the simulated world.
const (
	countries  = 30
	prefixes   = 400
	perDay     = 100_000 // requests, about
	windowTime = 5 * time.Minute
	perHour    = int(time.Hour / windowTime)
	perWeek    = 7 * 24 * perHour
)

// monday is when every simulated world begins.
var monday = time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC)

// codes are countries and the first digits of their mobile numbers.
var codes = []struct{ country, digits string }{
	{"SG", "+65"},
	{"CN", "+86"},
	{"IN", "+91"},
	{"ID", "+62"},
	{"MY", "+60"},
	{"TH", "+66"},
	{"VN", "+84"},
	{"PH", "+63"},
	{"PK", "+92"},
	{"BD", "+880"},
	{"LK", "+94"},
	{"JP", "+81"},
	{"KR", "+82"},
	{"HK", "+852"},
	{"TW", "+886"},
	{"AU", "+61"},
	{"NZ", "+64"},
	{"US", "+1"},
	{"BR", "+55"},
	{"MX", "+52"},
	{"GB", "+44"},
	{"DE", "+49"},
	{"FR", "+33"},
	{"ES", "+34"},
	{"IT", "+39"},
	{"NG", "+234"},
	{"KE", "+254"},
	{"ZA", "+27"},
	{"AE", "+971"},
	{"SA", "+966"},
}

// prefixWorld is one prefix of the world.
type prefixWorld struct {
	key     window.Key
	country int
	volume  float64 // requests in a window, on average
	logit   float64 // of its rate
	spread  float64 // correlation within a window's requests
}

// world makes traffic: beta-binomial, with a daily and a weekly rhythm of volume and
// rate, days that are busier than others, and countries that have better days.
type world struct {
	chance   *rand.Rand
	prefixes []prefixWorld
	hours    [countries]int // of the time zone

	day      int
	dayBusy  [countries]float64
	dayLogit [countries]float64
	hour     int
	busy     [countries]float64
}

// newWorld draws a world whose prefixes get so many requests a day together.
func newWorld(seed uint64, volume float64) *world {
	w := &world{chance: rand.New(rand.NewPCG(seed, 12)), day: -1, hour: -1}
	var weights [countries]float64
	for c := range weights {
		weights[c] = 1 / math.Pow(float64(c+1), 0.9)
		w.hours[c] = w.chance.IntN(24)
	}
	w.chance.Shuffle(countries, func(i, j int) { weights[i], weights[j] = weights[j], weights[i] })
	var sum float64
	for n := range prefixes {
		c := n % countries
		if n >= countries {
			c = w.draw(weights[:])
		}
		share := weights[c] * math.Exp(w.chance.NormFloat64()) / 10
		sum += share
		w.prefixes = append(w.prefixes, prefixWorld{
			key:     window.Key{Country: codes[c].country, Prefix: fmt.Sprintf("%s%d", codes[c].digits, 80000+n*97)},
			country: c, volume: share, logit: w.chance.NormFloat64() * 0.25, spread: 0.002 + 0.018*w.chance.Float64(),
		})
	}
	var logits [countries]float64
	for c := range logits {
		logits[c] = logit(0.5 + 0.35*w.chance.Float64())
	}
	for i := range w.prefixes {
		p := &w.prefixes[i]
		p.volume *= volume / sum / 24 / float64(perHour)
		p.logit += logits[p.country]
	}
	return w
}

func (w *world) draw(weights []float64) int {
	var sum float64
	for _, x := range weights {
		sum += x
	}
	at := w.chance.Float64() * sum
	for i, x := range weights {
		if at -= x; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// rhythm is how busy an hour of the week is, 1 on average, and what it does to rates.
func rhythm(hourOfWeek int) (busy, logit float64) {
	hour, day := float64(hourOfWeek%24), hourOfWeek/24
	busy = 1 + 0.85*math.Sin((hour-9)/24*2*math.Pi)
	if day >= 5 {
		busy *= 0.7
	}
	return max(busy, 0.05), 0.12 * math.Sin((hour-8)/24*2*math.Pi)
}

// event changes the traffic of one prefix in one window.
type event func(p prefixWorld, at time.Time) (volume, rate float64)

// mean is what is to be expected of a prefix in the window at a time.
func (w *world) mean(p prefixWorld, at time.Time) (requests, rate float64) {
	n := int(at.Sub(monday) / time.Hour)
	if day := n / 24; day != w.day {
		w.day = day
		for c := range countries {
			w.dayBusy[c] = math.Exp(w.chance.NormFloat64()*0.1 - 0.005)
			w.dayLogit[c] = w.chance.NormFloat64() * 0.04
		}
	}
	if n != w.hour {
		w.hour = n
		for c := range countries {
			w.busy[c] = math.Exp(w.chance.NormFloat64()*0.1 - 0.005)
		}
	}
	busy, off := rhythm((n + w.hours[p.country]) % (7 * 24))
	return p.volume * busy * w.dayBusy[p.country] * w.busy[p.country], logistic(p.logit + off + w.dayLogit[p.country])
}

// window draws the window that begins at a time. change may be nil.
func (w *world) window(at time.Time, change event) window.Window {
	one := window.Window{Start: at, End: at.Add(windowTime), Status: window.Reported}
	for _, p := range w.prefixes {
		requests, rate := w.mean(p, at)
		if change != nil {
			volume, factor := change(p, at)
			requests, rate = requests*volume, rate*factor
		}
		one.By = appendGroup(one.By, p.key, w.counts(requests, rate, p.spread))
	}
	return total(one)
}

func appendGroup(groups []window.Group, key window.Key, c window.Counts) []window.Group {
	if c.Requested == 0 {
		return groups
	}
	return append(groups, window.Group{Key: key, Counts: c})
}

// total makes a window of its groups.
func total(w window.Window) window.Window {
	w.By = window.Merge(w.By)
	w.Requested, w.Verified = 0, 0
	for _, g := range w.By {
		w.Requested += g.Requested
		w.Verified += g.Verified
	}
	return w
}

// counts draws requests and verifications.
func (w *world) counts(requests, rate, spread float64) window.Counts {
	n := w.poisson(requests)
	if n == 0 || rate <= 0 {
		return window.Counts{Requested: n}
	}
	size := 1/spread - 1
	return window.Counts{Requested: n, Verified: w.binomial(n, w.beta(rate*size, (1-rate)*size))}
}

func (w *world) poisson(mean float64) int64 {
	if mean > 60 {
		return max(0, int64(math.Round(mean+math.Sqrt(mean)*w.chance.NormFloat64())))
	}
	n, product, limit := int64(0), w.chance.Float64(), math.Exp(-mean)
	for product > limit {
		product *= w.chance.Float64()
		n++
	}
	return n
}

func (w *world) binomial(n int64, p float64) (k int64) {
	if n > 200 {
		mean := float64(n) * p
		return min(n, max(0, int64(math.Round(mean+math.Sqrt(mean*(1-p))*w.chance.NormFloat64()))))
	}
	for range n {
		if w.chance.Float64() < p {
			k++
		}
	}
	return k
}

func (w *world) beta(a, b float64) float64 {
	x, y := w.gamma(a), w.gamma(b)
	return x / (x + y)
}

// gamma draws by the method of Marsaglia and Tsang.
func (w *world) gamma(shape float64) float64 {
	if shape < 1 {
		return w.gamma(shape+1) * math.Pow(w.chance.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := w.chance.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(w.chance.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// of returns the prefixes of a country.
func (w *world) of(country string) []prefixWorld {
	return slices.DeleteFunc(slices.Clone(w.prefixes), func(p prefixWorld) bool { return p.key.Country != country })
}
