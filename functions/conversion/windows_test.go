package conversion_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/aliyuntest"
)

// windowsAnswer is the answer to GET /otp-windows, as a caller reads it.
type windowsAnswer struct {
	Windows []struct {
		Start, End          time.Time
		Requested, Verified int
		Late, Duplicate     int
		Rate                *float64
		Status              string
		ReportTime          *int64
		RequestID           *string
		By                  []struct {
			Country             *string
			Prefix              string
			Rest                bool
			Requested, Verified int
			Rate                *float64
		}
	}
}

// TestWindowsThroughTheirLife looks at a window while it is open, closing, waiting and
// reported.
func TestWindowsThroughTheirLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		begin := time.Now().Truncate(5 * time.Minute).Add(time.Hour)
		time.Sleep(time.Until(begin))
		w.otp(t, begin, 4, 1)
		malaysia := window.Event{Kind: window.OTPRequested, ID: "my", Time: begin, Country: "MY", Prefix: "+60123"}
		unknown := window.Event{Kind: window.OTPRequested, ID: "?", Time: begin}
		if _, err := w.ledger.Add(t.Context(), []window.Event{malaysia, unknown, malaysia}); err != nil {
			t.Fatal(err)
		}
		look := func(status string) windowsAnswer {
			t.Helper()
			got := decoded[windowsAnswer](t, ask(t, w, "GET", "/otp-windows?by=country", ""), http.StatusOK)
			if len(got.Windows) != 1 || got.Windows[0].Status != status {
				t.Errorf("windows = %+v, want one that is %s", got, status)
			}
			return got
		}
		look("open")
		time.Sleep(5 * time.Minute)
		look("closing")
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Count: 4})
		time.Sleep(11 * time.Minute)
		if report := run(t, w.Function); report.Why != "unavailable (ServiceUnavailable)" || report.Waiting != 1 {
			t.Errorf("run = %+v, want the window to wait", report)
		}
		if got := look("waiting").Windows[0]; got.ReportTime != nil || got.RequestID != nil {
			t.Errorf("a window that waits = %+v, want no report", got)
		}
		run(t, w.Function)
		got := look("reported").Windows[0]
		sent := w.cloud.Conversions()[0]
		if got.Requested != 6 || got.Verified != 1 || got.Duplicate != 1 || got.Late != 0 || *got.Rate != 1.0/6 ||
			*got.ReportTime != begin.Add(5*time.Minute).UnixMilli() || *got.RequestID != sent.RequestID || sent.ReportTime != *got.ReportTime {
			t.Errorf("window = %+v, at the fake %+v", got, sent)
		}
		if len(got.By) != 3 || *got.By[0].Country != "SG" || got.By[0].Requested != 4 || *got.By[0].Rate != 0.25 ||
			*got.By[1].Country != "MY" || got.By[2].Country != nil {
			t.Errorf("by country = %+v, want SG, MY and unknown", got.By)
		}
		late := window.Event{Kind: window.OTPVerified, ID: "my", Time: begin}
		if _, err := w.ledger.Add(t.Context(), []window.Event{late}); err != nil {
			t.Fatal(err)
		}
		if got := look("reported").Windows[0]; got.Late != 1 || got.Verified != 1 {
			t.Errorf("window = %+v, want one late event that is not counted", got)
		}
		run(t, w.Function)
		if n := len(w.cloud.Conversions()); n != 1 {
			t.Errorf("%d reports, want 1", n)
		}
	})
}

// TestWindowsBy has more prefixes of one country than a window knows apart: the numbers of
// each country are whole, and those by prefix add up to the same.
func TestWindowsBy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
	now := time.Now()
	var events []window.Event
	for i := range window.MaxOpenGroups + 10 {
		events = append(events, window.Event{Kind: window.OTPRequested, ID: fmt.Sprint("pk", i), Time: now, Country: "PK", Prefix: fmt.Sprintf("+92300%04d", i)})
	}
	for i := range 20 {
		sg := window.Event{Kind: window.OTPRequested, ID: fmt.Sprint("sg", i), Time: now, Country: "SG", Prefix: fmt.Sprintf("+65%04d", i)}
		events = append(events, sg, window.Event{Kind: window.OTPVerified, ID: sg.ID, Time: now})
	}
	if _, err := w.ledger.Add(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	countries := make(map[string][2]int)
	for _, part := range decoded[windowsAnswer](t, ask(t, w, "GET", "/otp-windows?by=country", ""), http.StatusOK).Windows[0].By {
		if part.Rest || part.Prefix != "" {
			t.Errorf("by country: %+v, want countries alone", part)
		}
		countries[*part.Country] = [2]int{part.Requested, part.Verified}
	}
	if want := map[string][2]int{"PK": {window.MaxOpenGroups + 10, 0}, "SG": {20, 20}}; !maps.Equal(countries, want) {
		t.Errorf("by country: %v, want %v", countries, want)
	}
	apart := 0
	for _, part := range decoded[windowsAnswer](t, ask(t, w, "GET", "/otp-windows?by=prefix", ""), http.StatusOK).Windows[0].By {
		if !part.Rest {
			apart++
		}
		left := countries[*part.Country]
		countries[*part.Country] = [2]int{left[0] - part.Requested, left[1] - part.Verified}
	}
	if countries["PK"] != [2]int{} || countries["SG"] != [2]int{} || apart != window.MaxGroups {
		t.Errorf("by prefix: %v are missing, and %d are apart, want none and %d", countries, apart, window.MaxGroups)
	}
}

func TestWindowsQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
	at := func(text string) string { return url.QueryEscape(text) }
	tests := []struct {
		query  string
		status int
		field  string
	}{
		{"", 200, ""},
		{"from=" + at("2026-11-25T04:00:00Z") + "&to=" + at("2026-11-25T05:00:00+08:00"), 400, "from"},
		{"from=" + at("2026-11-25T04:00:00+08:00") + "&to=" + at("2026-11-25T04:00:00Z"), 200, ""},
		{"from=" + at("2026-10-01T00:00:00Z") + "&to=" + at("2026-11-25T00:00:00Z"), 400, "from"},
		{"from=yesterday", 400, "from"},
		{"to=1764043200000", 400, "to"},
		{"by=country", 200, ""},
		{"by=prefix", 200, ""},
		{"by=prefix&from=" + at("2026-11-24T03:59:59Z") + "&to=" + at("2026-11-25T04:00:00Z"), 400, "from"},
		{"by=number", 400, "by"},
		{"by=country&by=country", 400, "by"},
		{"since=1", 400, "since"},
	}
	for _, tt := range tests {
		got := ask(t, w, "GET", "/otp-windows?"+tt.query, "")
		if got.Code != tt.status {
			t.Errorf("GET /otp-windows?%s = %d, %s; want %d", tt.query, got.Code, got.Body, tt.status)
			continue
		}
		if tt.status == http.StatusOK {
			if strings.TrimSpace(got.Body.String()) != `{"windows":[]}` {
				t.Errorf("GET /otp-windows?%s = %s, want no windows", tt.query, got.Body)
			}
		} else if p := readProblem(t, got); p.Field != tt.field {
			t.Errorf("GET /otp-windows?%s = %+v, want field %s", tt.query, p, tt.field)
		}
	}
}

// TestDeadWindow has Alibaba down for longer than windows are kept, in which each of
// them becomes a dead letter, and then has one of them retried.
func TestDeadWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		time.Sleep(24 * time.Hour) // The fake takes no time before 2000.
		begin := time.Now().Truncate(5 * time.Minute)
		for i := range 30 {
			w.otp(t, begin.Add(-time.Duration(i)*5*time.Minute), 4, 1)
		}
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Count: -1})
		time.Sleep(70 * time.Hour)
		if report := run(t, w.Function); report.DeadLetters != 0 || report.Closed != 30 || report.Waiting == 0 {
			t.Errorf("run after 70 h = %+v, want the windows to wait", report)
		}
		time.Sleep(4 * time.Hour)
		dead := 0
		for range 5 {
			dead += run(t, w.Function).DeadLetters
			time.Sleep(time.Minute)
		}
		if dead != 30 {
			t.Errorf("%d dead letters after 74 h, want 30", dead)
		}
		w.cloud.ClearFaults()
		letters := decoded[lettersAnswer](t, ask(t, w, "GET", "/dead-letters?limit=5", ""), http.StatusOK)
		if letters.Total != 30 || len(letters.DeadLetters) != 5 || !letters.DeadLetters[0].Window {
			t.Fatalf("dead letters = %+v", letters)
		}
		id := letters.DeadLetters[0].ID
		ask(t, w, "POST", "/dead-letters/"+id+"/retry", "")
		want := conversion.Report{Forwarded: 1}
		if report := run(t, w.Function); report != want {
			t.Errorf("run = %+v, want %+v", report, want)
		}
		all, err := w.ledger.Windows(t.Context(), begin.Add(-5*time.Hour), begin.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		counts := map[window.Status]int{}
		for _, one := range all {
			counts[one.Status]++
		}
		if diff := cmp.Diff(map[window.Status]int{window.Reported: 1, window.Dead: 29}, counts); diff != "" {
			t.Errorf("windows (-want +got):\n%s", diff)
		}
		for _, limit := range []string{"0", "x", "1001"} {
			if got := ask(t, w, "GET", "/dead-letters?limit="+limit, ""); got.Code != http.StatusBadRequest {
				t.Errorf("limit %s = %d, want 400", limit, got.Code)
			}
		}
	})
}
