package ledger

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"signalbox/functions/conversion/window"
)

// An OTP is one byte of flags, when it expires (in seconds, 4 bytes), and where it
// was requested the window's start (4 bytes) and length (a varint), the country (one
// byte for its length, and it) and the prefix.
const (
	flagRequested = 1 << iota
	flagVerified
	flagRest

	otpHead = 5
)

func encodeOTP(o window.OTP, expires time.Time) []byte {
	buf := make([]byte, otpHead, 40)
	if o.Verified {
		buf[0] |= flagVerified
	}
	binary.BigEndian.PutUint32(buf[1:], seconds(expires.Unix()))
	if !o.Requested {
		return buf
	}
	buf[0] |= flagRequested
	if o.Group.Rest {
		buf[0] |= flagRest
	}
	buf = binary.BigEndian.AppendUint32(buf, seconds(o.Span.Start))
	buf = binary.AppendVarint(buf, o.Span.Seconds)
	buf = append(buf, byte(len(o.Group.Country))) //nolint:gosec // two letters
	buf = append(buf, o.Group.Country...)
	return append(buf, o.Group.Prefix...)
}

// seconds bounds a time to 1970 and 2106.
func seconds(unix int64) uint32 {
	return uint32(min(max(unix, 0), math.MaxUint32))
}

// decodeOTP returns the zero value for what it cannot understand: an OTP whose
// record is broken is as one whose record has expired, and stops no other.
func decodeOTP(buf []byte) window.OTP {
	if len(buf) < otpHead {
		return window.OTP{}
	}
	o := window.OTP{Requested: buf[0]&flagRequested != 0, Verified: buf[0]&flagVerified != 0}
	if !o.Requested {
		return o
	}
	rest := buf[otpHead:]
	if len(rest) < 4 {
		return window.OTP{}
	}
	o.Span.Start = int64(binary.BigEndian.Uint32(rest))
	length, n := binary.Varint(rest[4:])
	if n <= 0 || len(rest) < 4+n+1 {
		return window.OTP{}
	}
	o.Span.Seconds = length
	rest = rest[4+n:]
	country := int(rest[0])
	if len(rest) < 1+country {
		return window.OTP{}
	}
	o.Group = window.Key{Country: string(rest[1 : 1+country]), Prefix: string(rest[1+country:]), Rest: buf[0]&flagRest != 0}
	return o
}

// expired reports whether an OTP's record may be dropped.
func expired(buf []byte, now time.Time) bool {
	return len(buf) < otpHead || int64(binary.BigEndian.Uint32(buf[1:])) < now.Unix()
}

// spanSize is the length of what encodeSpan returns.
const spanSize = 12

// encodeSpan has windows in the order of their starts.
func encodeSpan(s window.Span) []byte {
	buf := binary.BigEndian.AppendUint64(make([]byte, 0, 2*spanSize), uint64(s.Start)) //nolint:gosec // after 1970
	return binary.BigEndian.AppendUint32(buf, seconds(s.Seconds))
}

var errSpan = errors.New("not a window's key")

func decodeSpan(buf []byte) (window.Span, error) {
	if len(buf) < spanSize {
		return window.Span{}, errSpan
	}
	return window.Span{
		Start:   int64(binary.BigEndian.Uint64(buf)), //nolint:gosec // written by encodeSpan
		Seconds: int64(binary.BigEndian.Uint32(buf[8:])),
	}, nil
}
