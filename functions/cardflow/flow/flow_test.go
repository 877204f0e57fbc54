package flow_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/cardflow/flow"
	"signalbox/shared/card"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	shanghai = time.FixedZone("CST", 8*60*60)
	at       = time.Date(2026, 3, 20, 10, 30, 0, 0, shanghai)
)

const id = card.ICCID("89860321999999915668")

// usage is of a card that uses an odd number of kilobytes a day since the month began.
func usage() card.Usage {
	month := card.MonthUsage{Month: card.MonthOf(at), Flow: card.ParseDataSize("40MB")}
	for day := range 19 {
		flow := card.Bytes(int64(2048+day%3) << 10)
		month.Days = append(month.Days, card.DayUsage{Day: card.Day{Year: 2026, Month: 3, Day: day + 1}, Flow: flow})
	}
	return card.Usage{
		Vendors: []card.VendorUsage{
			{Vendor: "CMCC", Used: card.ParseDataSize("30MB"), Ratio: card.ParseRatio("30%"), NetworkDelay: card.ParseNumber("20"), SignalStrength: card.ParseNumber("21")},
			{Vendor: "CUCC", Used: card.ParseDataSize("10MB"), Ratio: card.ParseRatio("10%")},
		},
		Months:   []card.MonthUsage{month},
		Packages: []card.Package{{Name: "100M", Effective: at.AddDate(0, -1, 0), Expires: at.AddDate(0, 0, 30).Add(time.Hour)}},
	}
}

func listing() flow.Listing {
	return flow.Listing{
		Known: true, Status: "30", Tags: []string{"field", "<b>"}, Remark: "north",
		Size: card.ParseDataSize("100MB"), Counted: at.Truncate(24 * time.Hour),
		Balance: card.Balance{
			Used: card.ParseDataSize("41MB"), Rest: card.ParseDataSize("59MB"), Ratio: card.ParseRatio("41%"),
			PeriodStart: time.Date(2026, 3, 1, 0, 0, 0, 0, shanghai), Renews: time.Date(2026, 4, 1, 0, 0, 0, 0, shanghai),
			Expires: at.AddDate(0, 0, 2),
		},
	}
}

func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func indent(t *testing.T, f flow.Flow) []byte {
	t.Helper()
	body, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	return pretty.Bytes()
}

func TestJSON(t *testing.T) {
	t.Parallel()
	whole := flow.New(id, usage(), listing(), at)
	whole.RequestID, whole.PageURL = "E4F94B97", "https://signalbox.example.com/cards/89860321999999915668?expires=1"
	checkGolden(t, "whole.golden.json", indent(t, whole))
	checkGolden(t, "unlisted.golden.json", indent(t, flow.New(id, usage(), flow.Listing{}, at)))
	checkGolden(t, "unknown.golden.json", indent(t, flow.New(id, card.Usage{}, flow.Listing{}, at)))
}

// TestUnknownIsNull wants null for all that nobody told, and no zero.
func TestUnknownIsNull(t *testing.T) {
	t.Parallel()
	var body map[string]any
	if err := json.Unmarshal(indent(t, flow.Flow{ICCID: id}), &body); err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{"iccid": true, "requestId": true, "vendors": true, "months": true, "packages": true, "totals": true, "forecast": true, "stale": true}
	for member, value := range body {
		if value != nil && !given[member] {
			t.Errorf("%s = %v, want null", member, value)
		}
	}
	totals, ok := body["totals"].(map[string]any)
	if !ok {
		t.Fatalf("totals = %v, want an object", body["totals"])
	}
	for member, value := range totals {
		if value != nil {
			t.Errorf("totals.%s = %v, want null", member, value)
		}
	}
}

func TestPooledCardHasNoDataOfItsOwn(t *testing.T) {
	t.Parallel()
	l := flow.Listing{Known: true, Pool: "CM-SF-1"}
	f := flow.New(id, usage(), l, at)
	if f.Balance.Used.Known() || f.Balance.Ratio.Known() || f.Balance.Expires.IsZero() {
		t.Errorf("balance of a pooled card = %+v, want its package alone", f.Balance)
	}
}

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		expires time.Time
		days    int
		known   bool
	}{
		{time.Time{}, 0, false},
		{at.Add(-time.Hour), 0, true},
		{at.Add(23 * time.Hour), 0, true},
		{at.Add(24 * time.Hour), 1, true},
		{at.AddDate(0, 0, 30), 30, true},
	} {
		days, ok := flow.Flow{RetrievedAt: at, Balance: card.Balance{Expires: tt.expires}}.DaysLeft()
		if days != tt.days || ok != tt.known {
			t.Errorf("DaysLeft until %v = %d, %v; want %d, %v", tt.expires, days, ok, tt.days, tt.known)
		}
	}
}

func TestETag(t *testing.T) {
	t.Parallel()
	tag := func(change func(*flow.Flow)) string {
		f := flow.New(id, usage(), listing(), at)
		change(&f)
		tag, err := f.ETag()
		if err != nil {
			t.Fatal(err)
		}
		return tag
	}
	first := tag(func(*flow.Flow) {})
	if !strings.HasPrefix(first, `W/"`) {
		t.Errorf("ETag = %s, want a weak one", first)
	}
	same := map[string]func(*flow.Flow){
		"requestId": func(f *flow.Flow) { f.RequestID = "another" },
	}
	for name, change := range same {
		if got := tag(change); got != first {
			t.Errorf("ETag with another %s = %s, want %s", name, got, first)
		}
	}
	later := flow.New(id, usage(), listing(), at.Add(time.Minute))
	if got, _ := later.ETag(); got != first {
		t.Errorf("ETag of the same, a minute later = %s, want %s", got, first)
	}
	others := map[string]func(*flow.Flow){
		"stale":  func(f *flow.Flow) { f.Stale = true },
		"link":   func(f *flow.Flow) { f.PageURL = "https://another" },
		"remark": func(f *flow.Flow) { f.Listing.Remark = "south" },
		"month":  func(f *flow.Flow) { f.Usage.Months = nil },
	}
	for name, change := range others {
		if tag(change) == first {
			t.Errorf("ETag with another %s is the same, want another", name)
		}
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	day := card.Day{Year: 2026, Month: 3, Day: 1}
	f := flow.Flow{ICCID: id, Usage: card.Usage{Months: []card.MonthUsage{
		{Month: card.MonthOf(at), Days: []card.DayUsage{{Day: day, Flow: card.ParseDataSize("1MB")}, {}}},
		{Days: []card.DayUsage{
			{Flow: card.ParseDataSize("=1+2")},
			{Flow: card.ParseDataSize(" -1")},
			{Flow: card.ParseDataSize("＠SUM(A1)")},
			{Flow: card.ParseDataSize("<b>\"x\",</b>")},
			{Flow: card.ParseDataSize("\u202eBM1\r\n\t\x00\x1b[31m\ufeff\xff")},
		}},
	}}}
	want := "iccid,month,day,flowBytes,flow\r\n" +
		"89860321999999915668,2026-03,2026-03-01,1048576,1MB\r\n" +
		"89860321999999915668,2026-03,,,\r\n" +
		"89860321999999915668,,,,'=1+2\r\n" +
		"89860321999999915668,,,,' -1\r\n" +
		"89860321999999915668,,,,'＠SUM(A1)\r\n" +
		"89860321999999915668,,,,\"<b>\"\"x\"\",</b>\"\r\n" +
		`89860321999999915668,,,,\u202eBM1\u000d\u000a\u0009\u0000\u001b[31m\ufeff` + "\uFFFD\r\n"
	if diff := cmp.Diff(want, string(f.CSV())); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}
}
