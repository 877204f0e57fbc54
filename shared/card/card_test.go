package card_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"signalbox/shared/card"
)

func TestParseICCID(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		ok       bool
	}{
		{"twenty digits", "89860321000000015668", true},
		{"shortest", "898603210000156", true},
		{"longest", "8986032100000001566812", true},
		{"hexadecimal letter", "898603210000D0015668", true},
		{"too short", "89860321000015", false},
		{"too long", "89860321000000015668123", false},
		{"empty", "", false},
		{"the document's masked sample", "89860321******15668", false},
		{"space inside", "89860321 00000015668", false},
		{"path tricks", "../898603210000015668", false},
		{"full-width digits", "８９８６０３２１００", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id, err := card.ParseICCID(tt.in)
			if (err == nil) != tt.ok {
				t.Fatalf("ParseICCID(%q) error = %v, want ok %v", tt.in, err, tt.ok)
			}
			if tt.ok && string(id) != tt.in {
				t.Errorf("ParseICCID(%q) = %q, want the text kept", tt.in, string(id))
			}
			if !tt.ok && !errors.Is(err, card.ErrICCID) {
				t.Errorf("ParseICCID(%q) error = %v, want ErrICCID", tt.in, err)
			}
		})
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	tests := map[card.ICCID]string{
		"89860321000000015668":   "89860321******15668",
		"8986032100000001566812": "89860321******66812",
		"898603210015668":        "8986******15668",
		"":                       "******",
	}
	for id, want := range tests {
		for _, got := range []string{id.Masked(), fmt.Sprint(id), fmt.Sprintf("%v %#v", id, id)[:len(want)]} {
			if got != want {
				t.Errorf("ICCID(%q) shows as %q, want %q", string(id), got, want)
			}
		}
	}
}

func TestParseDataSize(t *testing.T) {
	t.Parallel()
	const unknown = -1
	tests := map[string]int64{
		"0KB": 0, "100MB": 100 << 20, "130.00MB": 130 << 20, "1.5GB": 3 << 29, "30M": 30 << 20,
		"12G": 12 << 30, "2TB": 2 << 40, "17B": 17, " 1.00 mb ": 1 << 20, "1.5gB": 3 << 29, ".5K": 512,
		"": unknown, "-": unknown, "100": unknown, "MB": unknown, "100PB": unknown, "-5MB": unknown,
		"1e3MB": unknown, "1.2.3MB": unknown, "NaNMB": unknown, "0x10MB": unknown, "1_000MB": unknown,
		"99999999999TB": unknown, "兆": unknown, ".MB": unknown,
	}
	for text, want := range tests {
		size := card.ParseDataSize(text)
		got, ok := size.Bytes()
		if !ok {
			got = unknown
		}
		if got != want || size.Text() != text {
			t.Errorf("ParseDataSize(%q) = %d, text %q; want %d, same text", text, got, size.Text(), want)
		}
	}
}

func TestBytesWritesWhatItReads(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{0, 1, 1023, 1024, 30 << 20, 130 << 20, 3 << 29} {
		size := card.Bytes(n)
		if back := card.ParseDataSize(size.Text()); back != size {
			t.Errorf("Bytes(%d) writes %q, which reads as %+v", n, size.Text(), back)
		}
	}
	if card.Bytes(-1).Known() {
		t.Error("Bytes(-1) is known, want unknown")
	}
}

func TestRatio(t *testing.T) {
	t.Parallel()
	const unknown = -1.0
	tests := map[string]float64{
		"80%": 0.8, "0%": 0, "100 %": 1, "120.5%": 1.205, "45.8%": 0.458, ".5%": 0.005, "5.%": 0.05,
		"": unknown, "-": unknown, "80": unknown, "0.8": unknown, "%": unknown, "-1%": unknown, "NaN%": unknown,
	}
	for text, want := range tests {
		got, ok := card.ParseRatio(text).Value()
		if !ok {
			got = unknown
		}
		if got != want {
			t.Errorf("ParseRatio(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestRatioOf(t *testing.T) {
	t.Parallel()
	used, rest := card.ParseDataSize("92MB"), card.ParseDataSize("8.00MB")
	if r := card.RatioOf(used, rest); r.Text() != "92%" {
		t.Errorf("RatioOf(%v, %v) = %v, want 92%%", used, rest, r)
	}
	for _, r := range []card.Ratio{
		card.RatioOf(used, card.DataSize{}),
		card.RatioOf(card.DataSize{}, rest),
		card.RatioOf(card.Bytes(0), card.Bytes(0)),
	} {
		if r.Known() {
			t.Errorf("ratio of what is not known = %v, want unknown", r)
		}
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	if m, err := card.ParseMonth("202112"); err != nil || m.String() != "2021-12" || m.Vendor() != "202112" {
		t.Errorf("ParseMonth(202112) = %v, %v", m, err)
	}
	if d, err := card.ParseDay("20211201"); err != nil || d.String() != "2021-12-01" {
		t.Errorf("ParseDay(20211201) = %v, %v", d, err)
	}
	for _, bad := range []string{"", "202113", "2021-12", "20211", "2021123", "000001", "２０２１１２", " 202112"} {
		if m, err := card.ParseMonth(bad); !errors.Is(err, card.ErrMonth) {
			t.Errorf("ParseMonth(%q) = %v, %v; want ErrMonth", bad, m, err)
		}
	}
	for _, bad := range []string{"", "20210230", "202112011"} {
		if d, err := card.ParseDay(bad); !errors.Is(err, card.ErrDay) {
			t.Errorf("ParseDay(%q) = %v, %v; want ErrDay", bad, d, err)
		}
	}
	if (card.Month{}).String() != "unknown" || (card.Day{}).String() != "unknown" {
		t.Error("the zero month and day do not print as unknown")
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("CST", 8*60*60)
	got := card.ParseTime("2022-04-30 23:59:59", shanghai)
	if want := "2022-04-30T23:59:59+08:00"; got.Format(time.RFC3339) != want {
		t.Errorf("ParseTime = %v, want %s", got, want)
	}
	for _, bad := range []string{"", "-", "2022-04-31 00:00:00", "2022-04-30"} {
		if got := card.ParseTime(bad, shanghai); !got.IsZero() {
			t.Errorf("ParseTime(%q) = %v, want the zero time", bad, got)
		}
	}
}

func TestUsageSummaries(t *testing.T) {
	t.Parallel()
	usage := card.Usage{
		Vendors: []card.VendorUsage{{}, {Ratio: card.ParseRatio("30%")}, {Ratio: card.ParseRatio("80%")}, {Ratio: card.ParseRatio("n/a")}},
	}
	if r := usage.HighestRatio(); r.Text() != "80%" {
		t.Errorf("HighestRatio = %v, want 80%%", r)
	}
	if (card.Usage{}).HighestRatio().Known() {
		t.Error("a card without data has a ratio, want none")
	}
}

func FuzzParseICCID(f *testing.F) {
	f.Add("89860321000000015668")
	f.Add("898603210000D0015668")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := card.ParseICCID(s)
		if err != nil {
			return
		}
		if masked := id.Masked(); !strings.Contains(masked, "******") || strings.Contains(masked, s) {
			t.Errorf("Masked(%q) = %q hides nothing", s, masked)
		}
	})
}

func FuzzParseDataSize(f *testing.F) {
	f.Add("130.00MB")
	f.Add("1.5 gb")
	f.Fuzz(func(t *testing.T, s string) {
		size := card.ParseDataSize(s)
		if n, ok := size.Bytes(); ok && n < 0 || size.Text() != s {
			t.Errorf("ParseDataSize(%q) = %d bytes, text %q", s, n, size.Text())
		}
	})
}
