package conversion

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"signalbox/functions/conversion/dial"
	"signalbox/functions/conversion/intake"
	"signalbox/functions/conversion/window"
	"signalbox/shared/country"
	"signalbox/shared/web"
)

// otpEvent is an event as callers write it.
type otpEvent struct {
	Type    string         `json:"type"`
	ID      string         `json:"id"`
	Time    jsontext.Value `json:"time"` // milliseconds since 1970, or RFC 3339
	Country string         `json:"country"`
	To      string         `json:"to"`
}

// maxOTPID bounds an id, in bytes.
const maxOTPID = 256

// parseOTPEvent reads one event. One without a time is of the item's, and where that
// is not known of now. Of the number that the OTP went to nothing is kept but its
// country and all digits but the last four.
func parseOTPEvent(item intake.Item, now time.Time) (window.Event, *web.Error) {
	if item.Problem != nil {
		return window.Event{}, item.Problem
	}
	var raw otpEvent
	if err := web.DecodeJSON(item.Data, &raw); err != nil {
		problem, ok := errors.AsType[*web.Error](err)
		if !ok {
			problem = web.BadMember("", "The event cannot be read.")
		}
		return window.Event{}, problem
	}
	var at time.Time
	kind, problem := raw.kind()
	if problem == nil {
		problem = raw.checkID()
	}
	if problem == nil {
		at, problem = raw.time(item.Time, now)
	}
	if problem != nil {
		return window.Event{}, problem
	}
	number, problem := raw.number()
	if problem != nil {
		return window.Event{}, problem
	}
	return window.Event{Kind: kind, ID: raw.ID, Time: at, Country: number.Country, Prefix: number.Prefix}, nil
}

func (e *otpEvent) kind() (window.Kind, *web.Error) {
	switch e.Type {
	case "requested":
		return window.OTPRequested, nil
	case "verified":
		return window.OTPVerified, nil
	default:
		return 0, web.BadMember("type", `The type is "requested" or "verified".`)
	}
}

// checkID refuses an id that is or holds a number, too: ids are stored.
func (e *otpEvent) checkID() *web.Error {
	switch {
	case e.ID == "":
		return web.BadMember("id", "Give the id of the OTP, the same in both of its events.")
	case len(e.ID) > maxOTPID:
		return web.BadMember("id", "The id has at most 256 bytes.")
	case strings.ContainsFunc(e.ID, unicode.IsControl):
		return web.BadMember("id", "The id has no control characters.")
	case dial.IsNumber(e.ID), len(e.To) > 1 && strings.Contains(e.ID, e.To[1:]):
		return web.BadMember("id", "The id must not hold the number that the OTP went to: ids are stored.")
	default:
		return nil
	}
}

// latest is the end of the years that RFC 3339 can write, in milliseconds.
const latest = 253402300799999

func (e *otpEvent) time(byDefault, now time.Time) (time.Time, *web.Error) {
	kind := e.Time.Kind()
	if kind == jsontext.KindInvalid || kind == jsontext.KindNull {
		if byDefault.IsZero() {
			return now, nil
		}
		return byDefault, nil
	}
	if ms, err := strconv.ParseInt(string(e.Time), 10, 64); err == nil && ms >= 0 && ms <= latest {
		return time.UnixMilli(ms), nil
	}
	if text, err := jsontext.AppendUnquote(nil, e.Time); err == nil && kind == jsontext.KindString {
		if at, err := time.Parse(time.RFC3339, string(text)); err == nil {
			return at, nil
		}
	}
	return time.Time{}, web.BadMember("time", "The time is whole milliseconds since 1970, or as RFC 3339 has it, such as 2026-11-25T04:05:06Z.")
}

func (e *otpEvent) number() (dial.Number, *web.Error) {
	if e.Country != "" && !country.Is(e.Country) {
		return dial.Number{}, web.BadMember("country", "The country is two capital letters of ISO 3166-1, such as SG.")
	}
	if e.To == "" {
		return dial.Number{Country: e.Country}, nil
	}
	number, err := dial.Parse(e.To, e.Country)
	if err != nil {
		return dial.Number{}, web.BadMember("to", "The number is + and 7 to 15 digits, the country code first.")
	}
	if number.Country == "" {
		number.Country = e.Country
	}
	return number, nil
}

// fewDigits is more than anybody gives the name of a member, and less than a number has.
const fewDigits = 5

// withoutNumber returns the name of a member, which the caller may have chosen, with
// no number in it.
func withoutNumber(name string) string {
	digits := 0
	masked := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			digits++
			return '*'
		}
		return r
	}, name)
	if digits > fewDigits {
		return masked
	}
	return name
}
