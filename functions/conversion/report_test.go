package conversion_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAcceptedReports(t *testing.T) {
	t.Parallel()
	const given = 1349055900000 // the document's
	clock := now.UnixMilli()
	tests := []struct {
		name, body string
		rate       string // as it arrives at the fake
		reportTime int64
	}{
		{"rate", `{"conversionRate":0.53,"reportTime":1349055900000}`, "0.53", given},
		{"counts", `{"verified":53,"requested":100,"reportTime":1349055900000}`, "0.53", given},
		{"the clock's time", `{"conversionRate":0.53}`, "0.53", clock},
		{"null is not given", `{"conversionRate":0.53,"verified":null,"reportTime":null}`, "0.53", clock},
		{"nothing verified", `{"verified":0,"requested":7}`, "0", clock},
		{"all verified", `{"verified":7,"requested":7}`, "1", clock},
		{"a third", `{"verified":1,"requested":3}`, "0.3333333333333333", clock},
		{"one in ten million", `{"verified":1,"requested":10000000}`, "0.0000001", clock},
		{"small", `{"conversionRate":0.0000001}`, "0.0000001", clock},
		{"an exponent", `{"conversionRate":1e-7}`, "0.0000001", clock},
		{"an upper-case exponent", `{"conversionRate":5.3E-1}`, "0.53", clock},
		{"an exponent without a sign", `{"conversionRate":1e0}`, "1", clock},
		{"an exponent too small to matter", `{"conversionRate":1e-400}`, "0", clock},
		{"the first time", `{"conversionRate":0.5,"reportTime":946684800000}`, "0.5", 946684800000},
		{"lowest", `{"conversionRate":0}`, "0", clock},
		{"highest", `{"conversionRate":1.0}`, "1", clock},
		{"a clock an hour ahead", `{"conversionRate":0.5,"reportTime":` + at(time.Hour) + `}`, "0.5", now.Add(time.Hour).UnixMilli()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			function, cloud, _ := setup(t)
			got := post(t, function, "application/json", strings.NewReader(tt.body))
			if got.Code != http.StatusOK {
				t.Fatalf("POST %s = %d, %s; want 200", tt.body, got.Code, got.Body)
			}
			arrived := cloud.Conversions()
			if len(arrived) != 1 || arrived[0].Rate != tt.rate || arrived[0].ReportTime != tt.reportTime {
				t.Fatalf("POST %s: at the fake %+v, want rate %s, time %d", tt.body, arrived, tt.rate, tt.reportTime)
			}
			want := `{"conversionRate":` + tt.rate + `,"reportTime":` + strconv.FormatInt(tt.reportTime, 10) +
				`,"responseCode":"OK","responseDescription":"OK","requestId":"` + arrived[0].RequestID + `"}` + "\n"
			if diff := cmp.Diff(want, got.Body.String()); diff != "" || !json.Valid(got.Body.Bytes()) {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// at writes a time so long after now as a report gives it.
func at(after time.Duration) string { return strconv.FormatInt(now.Add(after).UnixMilli(), 10) }

func TestRefusedReports(t *testing.T) {
	t.Parallel()
	const notJSON, wrong, rate = "invalid-json", "invalid-member", "conversionRate"
	tests := []struct {
		name, body  string
		status      int
		slug, field string
	}{
		{"neither rate nor counts", `{}`, 422, wrong, rate},
		{"null for a body", `null`, 422, wrong, rate},
		{"null for a rate", `{"conversionRate":null}`, 422, wrong, rate},
		{"both", `{"conversionRate":0.53,"verified":53,"requested":100}`, 422, wrong, rate},
		{"rate and one count", `{"conversionRate":0.53,"requested":100}`, 422, wrong, rate},
		{"above 1", `{"conversionRate":1.1}`, 422, wrong, rate},
		{"percent", `{"conversionRate":53}`, 422, wrong, rate},
		{"below 0", `{"conversionRate":-0.1}`, 422, wrong, rate},
		{"minus zero", `{"conversionRate":-0}`, 422, wrong, rate},
		{"exponent above 1", `{"conversionRate":5.3e1}`, 422, wrong, rate},
		{"exponent below 0", `{"conversionRate":-1e-7}`, 422, wrong, rate},
		{"huge exponent", `{"conversionRate":1e999}`, 422, wrong, rate},
		{"rate as a text", `{"conversionRate":"0.53"}`, 422, wrong, rate},
		{"rate as another text", `{"conversionRate":"NaN"}`, 422, wrong, rate},
		{"rate as a boolean", `{"conversionRate":true}`, 422, wrong, rate},
		{"rate as a list", `{"conversionRate":[0.53]}`, 422, wrong, rate},
		{"NaN", `{"conversionRate":NaN}`, 400, notJSON, ""},
		{"a plus sign", `{"conversionRate":+0.5}`, 400, notJSON, ""},
		{"no digit before the point", `{"conversionRate":.5}`, 400, notJSON, ""},
		{"hexadecimal", `{"conversionRate":0x1p-1}`, 400, notJSON, ""},
		{"requested missing", `{"verified":1}`, 422, wrong, "requested"},
		{"verified missing", `{"requested":1}`, 422, wrong, "verified"},
		{"more verified than requested", `{"verified":101,"requested":100}`, 422, wrong, "verified"},
		{"none requested", `{"verified":0,"requested":0}`, 422, wrong, "requested"},
		{"verified below 0", `{"verified":-1,"requested":100}`, 422, wrong, "verified"},
		{"requested below 0", `{"verified":0,"requested":-1}`, 422, wrong, "requested"},
		{"a fraction verified", `{"verified":0.5,"requested":1}`, 422, wrong, "verified"},
		{"count as a text", `{"verified":"53","requested":100}`, 422, wrong, "verified"},
		{"time in seconds", `{"conversionRate":0.53,"reportTime":1349055900}`, 422, wrong, "reportTime"},
		{"time before the first one", `{"conversionRate":0.53,"reportTime":946684799999}`, 422, wrong, "reportTime"},
		{"time before 1970", `{"conversionRate":0.53,"reportTime":-1}`, 422, wrong, "reportTime"},
		{"time in the future", `{"conversionRate":0.53,"reportTime":` + at(25*time.Hour) + `}`, 422, wrong, "reportTime"},
		{"time in microseconds", `{"conversionRate":0.53,"reportTime":1349055900000000}`, 422, wrong, "reportTime"},
		{"time as a text", `{"conversionRate":0.53,"reportTime":"1349055900000"}`, 422, wrong, "reportTime"},
		{"unknown member", `{"conversionRate":0.53,"reporttimes":1}`, 422, wrong, "reporttimes"},
		{"two objects", `{"conversionRate":0.53}{"conversionRate":0.54}`, 400, notJSON, ""},
		{"a list in a list", `{"conversionRate":[[0.53]]}`, 422, wrong, rate},
		{"a number", `0.53`, 400, notJSON, ""},
		{"empty", ``, 400, notJSON, ""},
		{"not JSON", `conversionRate=0.53`, 400, notJSON, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			function, cloud, _ := setup(t)
			got := post(t, function, "application/json", strings.NewReader(tt.body))
			p := readProblem(t, got)
			if got.Code != tt.status || !strings.HasSuffix(p.Type, ":"+tt.slug) || p.Field != tt.field || p.Detail == "" {
				t.Errorf("POST %s = %d, %+v; want %d, slug %s, field %q", tt.body, got.Code, p, tt.status, tt.slug, tt.field)
			}
			if calls := cloud.Calls(""); len(calls) != 0 {
				t.Errorf("POST %s: %d calls of Alibaba, want none", tt.body, len(calls))
			}
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	const body = `{"conversionRate":0.53}`
	tests := []struct {
		name, media string
		body        io.Reader
		status      int
		slug        string
	}{
		{"a form", "application/x-www-form-urlencoded", strings.NewReader(body), 415, "not-json"},
		{"no type", "", strings.NewReader(body), 415, "not-json"},
		{"over 512 KiB", "application/json", strings.NewReader(body + strings.Repeat(" ", 512<<10)), 413, "body-too-large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			function, _, _ := setup(t)
			got := post(t, function, tt.media, tt.body)
			if p := readProblem(t, got); got.Code != tt.status || !strings.HasSuffix(p.Type, ":"+tt.slug) {
				t.Errorf("answer = %d, %+v; want %d, slug %s", got.Code, p, tt.status, tt.slug)
			}
		})
	}
}

// TestWrongKindNamesTheRule wants a number that is no whole one refused with what it is
// to be, and not only with what it is not.
func TestWrongKindNamesTheRule(t *testing.T) {
	t.Parallel()
	f, _, _ := setup(t)
	for body, rule := range map[string]string{
		`{"verified":1.5,"requested":2}`:                             "a whole number",
		`{"verified":"1","requested":2}`:                             "without quotes",
		`{"verified":1,"requested":99999999999999999999}`:            "at most 18 digits",
		`{"conversionRate":0.5,"reportTime":"1349055900000"}`:        "without quotes",
		`{"conversionRate":0.5,"reportTime":"2026-11-25T04:05:06Z"}`: "a whole number",
	} {
		got := readProblem(t, post(t, f, "application/json", strings.NewReader(body)))
		if !strings.Contains(got.Detail, rule) {
			t.Errorf("POST %s: %q, want %q in it", body, got.Detail, rule)
		}
	}
}
