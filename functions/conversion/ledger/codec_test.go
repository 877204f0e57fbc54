package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
)

// FuzzOTP has any bytes be the record of an OTP: it is read as something that is
// written and read again as the same, or as nothing.
func FuzzOTP(f *testing.F) {
	span := rules.Span(begin)
	for _, o := range []window.OTP{
		{},
		{Verified: true},
		{Requested: true, Span: span},
		{Requested: true, Verified: true, Span: span, Group: window.Key{Country: "SG", Prefix: "+659123"}},
		{Requested: true, Span: span, Group: window.Key{Rest: true}},
		{Requested: true, Span: span, Group: window.Key{Country: "SG", Rest: true}},
	} {
		encoded := ledger.EncodeOTP(o, begin)
		if diff := cmp.Diff(o, ledger.DecodeOTP(encoded)); diff != "" {
			f.Errorf("an OTP that was written and read (-want +got):\n%s", diff)
		}
		if ledger.Expired(encoded, begin) || !ledger.Expired(encoded, begin.Add(time.Second)) {
			f.Errorf("%+v expires at another time than it was given", o)
		}
		f.Add(encoded)
		f.Add(encoded[:len(encoded)-1])
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		o := ledger.DecodeOTP(record)
		if diff := cmp.Diff(o, ledger.DecodeOTP(ledger.EncodeOTP(o, begin))); diff != "" {
			t.Errorf("%x is read, written and read as another (-first +second):\n%s", record, diff)
		}
	})
}

// FuzzSpan has any bytes name a window, as the file does and as Redis does: what is
// read is written and read again as the same.
func FuzzSpan(f *testing.F) {
	span := rules.Span(begin)
	f.Add(ledger.EncodeSpan(span))
	f.Add([]byte(ledger.Member(span)))
	f.Add([]byte("-1+0"))
	f.Add([]byte("+"))
	f.Fuzz(func(t *testing.T, name []byte) {
		if s, err := ledger.DecodeSpan(name); err == nil {
			if again, err := ledger.DecodeSpan(ledger.EncodeSpan(s)); err != nil || again != s {
				t.Errorf("%x is read as %+v, and again as %+v, %v", name, s, again, err)
			}
		}
		if s, err := ledger.SpanOf(string(name)); err == nil {
			if again, err := ledger.SpanOf(ledger.Member(s)); err != nil || again != s {
				t.Errorf("%q is read as %+v, and again as %+v, %v", name, s, again, err)
			}
		}
	})
}
