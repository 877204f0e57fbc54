package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

var update = flag.Bool("update", false, "write the golden files")

// shownAnswer is one of a card that is in use, with a day that is not known.
const shownAnswer = `{
  "iccid": "89860345190897749986", "cardStatus": "inUse", "tags": ["berlin", "meters"], "remark": "Meter 17",
  "package": "联通-单卡通用流量-月包-1G", "packageFlow": "1GB", "usedFlow": "942MB", "restFlow": "82MB", "ratio": 0.92,
  "renewTime": "2026-12-01T00:00:00+08:00", "expireTime": "2027-05-21T23:59:59+08:00", "daysLeft": 177,
  "vendors": [{"vendor": "CUCC", "usedFlow": "900MB", "ratio": 0.88, "networkDelayMs": 34, "signalStrength": 17},
              {"vendor": "中国移动", "usedFlow": "42MB", "ratio": 0.04, "networkDelayMs": null, "signalStrength": null}],
  "months": [{"month": "2026-11", "flow": "942MB", "days": [
    {"day": "2026-11-01", "flowBytes": 0, "flow": "0"}, {"day": "2026-11-02", "flowBytes": 1, "flow": "1B"},
    {"day": "2026-11-03", "flowBytes": 500, "flow": "500B"}, {"day": "2026-11-04", "flowBytes": null, "flow": null},
    {"day": "2026-11-05", "flowBytes": 1000, "flow": "1000B"}, {"day": "2026-11-06", "flowBytes": 750, "flow": "750B"}]},
    {"month": "2026-10", "flow": "1GB", "days": [{"day": "2026-10-30", "flowBytes": 250, "flow": "250B"}, {"day": "2026-10-31", "flowBytes": 900, "flow": "900B"}]}],
  "packages": [{"name": "联通-单卡通用流量-月包-1G", "remark": "", "effectiveTime": "2025-06-15T00:00:00+08:00", "expireTime": "2027-05-21T23:59:59+08:00"},
               {"name": "Boost", "remark": "gift", "effectiveTime": null, "expireTime": null}],
  "forecast": {"reason": null, "probability": 0.97, "rough": false, "expected": "2026-11-27", "earliest": "2026-11-26", "latest": "2026-11-29", "meanPerDayFlow": "37.68MB"},
  "countedTime": "2026-11-25T03:12:00+08:00", "retrievedAt": "2026-11-25T12:05:06+08:00", "stale": true,
  "pageUrl": "https://cards.example.com/cards/89860345190897749986?expires=1796184306&signature=3f5a"}`

// unknownAnswer is one of which nothing is known.
const unknownAnswer = `{"iccid": "89860345190897749986", "vendors": [{}], "months": [{"days": [{}]}], "packages": [{"remark": ""}],
  "forecast": {"reason": "rest-unknown"}, "retrievedAt": "2026-11-25T12:05:06+08:00", "stale": false}`

func TestFlowLooks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		style        style
	}{
		{"terminal", shownAnswer, style{width: 100, blocks: true, color: true}},
		{"no-color", shownAnswer, style{width: 100, blocks: true}},
		{"narrow", shownAnswer, style{width: 20, blocks: true}},
		{"plain", shownAnswer, style{}},
		{"unknown", unknownAnswer, style{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkFlow(t, "flow-"+tt.name+".golden.txt", drawFlow(decodedFlow(t, tt.answer), tt.style))
		})
	}
}

// TestFlowSaysThatDataLasts names no day on which data would run out after it renews.
func TestFlowSaysThatDataLasts(t *testing.T) {
	t.Parallel()
	answer := strings.Replace(shownAnswer, `"probability": 0.97, "rough": false, "expected": "2026-11-27"`, `"probability": 0.01, "rough": false, "expected": "2026-12-03"`, 1)
	got := string(drawFlow(decodedFlow(t, answer), style{}))
	if want := "forecast: it lasts; the data runs out early with a probability of 1%\n"; !strings.Contains(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func decodedFlow(t *testing.T, text string) (f shownFlow) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// checkFlow wants what a golden file says, or writes it.
func checkFlow(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestFlowFitsTheTerminal has half a year of days, in terminals of many widths.
func TestFlowFitsTheTerminal(t *testing.T) {
	t.Parallel()
	var days []shownDay
	for i := range 184 {
		day, used := "2026-01-"+strconv.Itoa(100+i), int64(i*1000)
		days = append(days, shownDay{Day: &day, FlowBytes: &used})
	}
	f := decodedFlow(t, unknownAnswer)
	f.Ratio = new(float64)
	*f.Ratio = 1.7
	f.Months[0].Days = days
	for width := range 300 {
		for line := range strings.Lines(string(drawFlow(f, style{width: width, blocks: true}))) {
			if got, most := uniseg.StringWidth(strings.TrimSuffix(line, "\n")), (style{width: width}).columns(); got > most {
				t.Fatalf("in %d columns a line has %d, want %d at most: %q", width, got, most, line)
			}
		}
	}
}

// TestFlowShowsNothingRaw has what a vendor writes leave the terminal as it is.
func TestFlowShowsNothingRaw(t *testing.T) {
	t.Parallel()
	const evil = `\u001b[2J\u202e\u0007\r\n\t\u2066x`
	hostile := strings.NewReplacer("berlin", evil, "Meter 17", evil, "联通-单卡通用流量-月包-1G", evil, "CUCC", evil, "942MB", evil, "inUse", evil,
		"gift", evil, "2026-11-05", evil, "1000B", evil, "2026-11-27", evil, `"reason": null, "probability": 0.97`, `"reason": "`+evil+`", "probability": null`, "expires=1", evil)
	for _, answer := range []string{shownAnswer, hostile.Replace(shownAnswer)} {
		text := string(drawFlow(decodedFlow(t, answer), style{blocks: true}))
		if strings.ContainsAny(text, "\x1b\u202e\u2066\a\r\t") {
			t.Errorf("it has raw characters: %q", text)
		}
		if answer != shownAnswer && strings.Count(text, `\u001b[2J\u202e\u0007\u000d\u000a\u0009\u2066x`) < 10 {
			t.Errorf("it does not show what was written: %s", text)
		}
	}
	var anything shownFlow
	if got := drawFlow(anything, style{}); len(got) == 0 {
		t.Error("nothing is shown of an empty answer")
	}
}

func TestFlowCommand(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	id := e.cloud.ICCID(shownCard)
	for _, where := range [][]string{{"--url", e.base}, nil} {
		ask := func(args ...string) ran {
			t.Helper()
			return start(t, environ, "", append(append([]string{"flow", id}, where...), args...)...)
		}
		if got := ask(); got.code != exitOK || got.stderr != "" || !strings.HasPrefix(got.stdout, "card "+id+", status inUse\n") || !strings.Contains(got.stdout, "each day, at most ") {
			t.Errorf("flow of %v = %+v", where, got)
		}
		got := ask("--json", "--month", "202611,202610")
		var answer struct{ Months []struct{ Month string } }
		if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil || got.code != exitOK || len(answer.Months) != 2 {
			t.Errorf("flow --json of %v = %+v: %v; want two months", where, got, err)
		}
		got = ask("--csv", "--months", "202610")
		if lines := strings.Split(got.stdout, "\r\n"); got.code != exitOK || lines[0] != "iccid,month,day,flowBytes,flow" || !strings.HasPrefix(lines[1], id+",2026-10,") {
			t.Errorf("flow --csv of %v = %+v", where, got)
		}
		missing := start(t, environ, "", append([]string{"flow", "89860300000000000001"}, where...)...)
		if missing.code != exitNotFound || !strings.Contains(missing.stderr, "status 404") || missing.stdout != "" {
			t.Errorf("flow of no card of %v = %+v, want exit code 4", where, missing)
		}
	}
	if got := start(t, append(environ, "SIGNALBOX_API_TOKENS=a-wrong-token-of-mine"), "", "flow", id, "--url", e.base); got.code != exitError || !strings.Contains(got.stderr, "status 401") {
		t.Errorf("flow with a wrong token = %+v, want exit code 1", got)
	}
}

// TestFlowCommandWithoutAnAnswer has answers that are none, or that may come later.
func TestFlowCommandWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	problem := func(status int, slug string) string {
		return answering(t, written(status, "application/problem+json", `{"type":"urn:problem-type:signalbox:`+slug+`","detail":"No\u001b."}`))
	}
	tests := []struct {
		name, url string
		args      []string
		code      int
		want      string
	}{
		{"nobody there", "http://127.0.0.1:1", nil, exitUnavailable, "refused"},
		{"quota", problem(429, "quota-exhausted"), nil, exitUnavailable, "status 429: No?."},
		{"failing", problem(502, "upstream-unavailable"), nil, exitUnavailable, "status 502"},
		{"no rights", problem(502, "upstream-denied"), nil, exitError, "status 502"},
		{"a path of nobody's", problem(404, "no-such-path"), nil, exitError, "status 404"},
		{"never an answer", answering(t, hang), nil, exitUnavailable, "no answer within 200ms"},
		{"HTML", answering(t, written(200, "text/html", page500)), nil, exitError, "is --url that of cardflow?"},
		{"HTML for CSV", answering(t, written(200, "text/html", page500)), []string{"--csv"}, exitError, "want text/csv: is --url that of cardflow?"},
		{"another card", answering(t, written(200, "application/json", `{"iccid":"1"}`)), []string{"--json"}, exitError, "not about this card"},
		{"another type", answering(t, written(200, "application/json", `{"iccid":1}`)), nil, exitError, "not about this card"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"flow", "89860345190897749986", "--url", tt.url, "--retry-for", "0s", "--timeout", "1m"}, tt.args...)
			if strings.HasPrefix(tt.name, "never") {
				args = append(args, "--timeout", "200ms")
			}
			if got := start(t, nil, "", args...); got.code != tt.code || !strings.Contains(got.stderr, tt.want) || got.stdout != "" || strings.Contains(got.stderr, "\x1b") {
				t.Errorf("flow = %+v, want exit code %d and %q", got, tt.code, tt.want)
			}
		})
	}
}

func TestStyleOfNoTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []console{{stdout: file}, {stdout: new(strings.Builder)}} {
		if got := styleOf(c); got != (style{}) {
			t.Errorf("styleOf = %+v, want plain", got)
		}
	}
}
