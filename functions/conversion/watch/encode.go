package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// schema is the version of what Encode writes.
const schema = 1

// ErrSchema says that a newer version has written a profile.
var ErrSchema = errors.New("a newer version of Signalbox has written the past of the OTP rates: go back to it, or have the past begin anew")

// number is written with four digits, which is all that a sum needs.
type number float64

// MarshalJSON writes four digits.
func (n number) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(n), 'g', 4, 64), nil
}

type encodedProfile struct {
	Schema    int                       `json:"schema"`
	From      time.Time                 `json:"from"`
	Until     time.Time                 `json:"until"`
	Weeks     []int64                   `json:"weeks"`
	Hours     []number                  `json:"hours"`
	Countries map[string]encodedCountry `json:"countries"`
	Spreads   [][10]number              `json:"spreads"`
}

// encodedCountry has requests and verifications in turn.
type encodedCountry struct {
	Sum      [2]number            `json:"sum"`
	Cells    []number             `json:"cells"`
	Prefixes map[string][2]number `json:"prefixes"`
	Others   [2]number            `json:"others"`
}

func (c *counted) encode() [2]number { return [2]number{number(c.requested), number(c.verified)} }

func decodeCounted(pair [2]number) counted { return counted{float64(pair[0]), float64(pair[1])} }

// Encode returns the profile as JSON, for one record of a store: some 80 KB for 30
// countries and 400 prefixes, and never more than 1 MB.
func (p *Profile) Encode() ([]byte, error) {
	e := encodedProfile{Schema: schema, From: p.from, Until: p.until, Countries: make(map[string]encodedCountry)}
	for _, c := range p.cells {
		e.Weeks, e.Hours = append(e.Weeks, c.week), append(e.Hours, number(c.hours))
	}
	for code, c := range p.countries {
		one := encodedCountry{Sum: c.sum.encode(), Others: c.others.encode(), Prefixes: make(map[string][2]number)}
		for _, cell := range c.cells {
			one.Cells = append(one.Cells, number(cell.requested), number(cell.verified))
		}
		for prefix, past := range c.prefixes {
			one.Prefixes[prefix] = past.encode()
		}
		e.Countries[code] = one
	}
	for _, s := range p.spreads {
		e.Spreads = append(e.Spreads, s.encode())
	}
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode the past of the OTP rates: %w", err)
	}
	return data, nil
}

func (s *spread) encode() (all [10]number) {
	for i, r := range []ratio{s.prefix, s.country, s.all, s.requests, s.prefixRequests} {
		all[2*i], all[2*i+1] = number(r.over), number(r.under)
	}
	return all
}

func decodeSpread(all [10]number) (s spread) {
	for i, r := range []*ratio{&s.prefix, &s.country, &s.all, &s.requests, &s.prefixRequests} {
		*r = ratio{float64(all[2*i]), float64(all[2*i+1])}
	}
	return s
}

var errProfile = errors.New("it is no profile")

// Decode returns what Encode wrote. What cannot be true of a profile is an error, so that
// nothing is compared with it.
func Decode(data []byte) (*Profile, error) {
	var version struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("decode the past of the OTP rates: %w", err)
	}
	if version.Schema > schema {
		return nil, ErrSchema
	}
	var e encodedProfile
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("decode the past of the OTP rates: %w", err)
	}
	if version.Schema < 1 || len(e.Weeks) != week || len(e.Hours) != week || len(e.Spreads) != horizons || e.Until.Before(e.From) {
		return nil, fmt.Errorf("decode the past of the OTP rates: %w", errProfile)
	}
	p := &Profile{from: e.From, until: e.Until, countries: make(map[string]*country)}
	for i := range p.cells {
		p.cells[i] = cell{e.Weeks[i], float64(e.Hours[i])}
	}
	for i := range p.spreads {
		p.spreads[i] = decodeSpread(e.Spreads[i])
	}
	for code, one := range e.Countries {
		c, ok := one.decode()
		if !ok {
			return nil, fmt.Errorf("decode the past of the OTP rates: country %q: %w", code, errProfile)
		}
		p.countries[code] = c
	}
	p.bound()
	return p, nil
}

func (e encodedCountry) decode() (*country, bool) {
	c := &country{sum: decodeCounted(e.Sum), others: decodeCounted(e.Others), prefixes: make(map[string]*counted)}
	if len(e.Cells) != 2*week || !c.sum.valid() || !c.others.valid() {
		return nil, false
	}
	for i := range c.cells {
		c.cells[i] = decodeCounted([2]number{e.Cells[2*i], e.Cells[2*i+1]})
		if !c.cells[i].valid() {
			return nil, false
		}
	}
	for prefix, pair := range e.Prefixes {
		past := decodeCounted(pair)
		if !past.valid() {
			return nil, false
		}
		c.prefixes[prefix] = &past
	}
	return c, true
}

// valid allows for the rounding of what was written.
func (c *counted) valid() bool {
	return c.requested >= 0 && c.verified >= 0 && c.verified <= c.requested*1.01+1 && !math.IsInf(c.requested, 0)
}
