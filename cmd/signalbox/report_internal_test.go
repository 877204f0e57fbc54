package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// ran is what a command printed and its exit code.
type ran struct {
	stdout, stderr string
	code           int
}

// start runs a command with a text as its standard input.
func start(t *testing.T, environ []string, stdin string, args ...string) ran {
	t.Helper()
	var stdout, stderr strings.Builder
	c := console{environ: environ, stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr}
	code := run(t.Context(), args, c)
	return ran{stdout.String(), stderr.String(), code}
}

func TestReportCommandForwardsARate(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	atAlibaba := func() aliyuntest.Conversion {
		all := e.cloud.Conversions()
		return all[len(all)-1]
	}
	for _, where := range [][]string{{"--url", e.base}, nil} {
		got := start(t, environ, "", append(where, "report", "--rate", "0.530", "--time", "2026-11-25T04:00:00+08:00")...)
		if want := "forwarded: the rate 0.53 of 2026-11-24T20:00:00Z, request " + atAlibaba().RequestID + "\n"; got.stdout != want || got.code != exitOK || got.stderr != "" {
			t.Errorf("report to %v = %+v, want %s", where, got, want)
		}
		before := time.Now().Add(-time.Millisecond)
		got = start(t, environ, "", append(where, "report", "--verified", "1", "--requested", "4")...)
		if sent := atAlibaba(); got.code != exitOK || sent.Rate != "0.25" || time.UnixMilli(sent.ReportTime).Before(before) {
			t.Errorf("report to %v = %+v, at Alibaba %+v, want 0.25 of now", where, got, sent)
		}
		for _, args := range [][]string{{"--rate", "1.5"}, {"--rate", "-0"}, {"--verified", "5", "--requested", "4"}, {"--rate", "1", "--time", "1349055900"}} {
			sent := len(e.cloud.Conversions())
			got := start(t, environ, "", append(append(where, "report"), args...)...)
			if got.code != exitError || !regexp.MustCompile(`status 422: (conversionRate|verified|reportTime): `).MatchString(got.stderr) || len(e.cloud.Conversions()) != sent {
				t.Errorf("report %v to %v = %+v, want a refusal that names the member", args, where, got)
			}
		}
	}
}

// TestReportCommandNeedsNoMore has neither tokens nor a store where a rate goes to
// Alibaba, and no key where it goes to a function.
func TestReportCommandNeedsNoMore(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	var key, token []string
	for _, line := range environ {
		if strings.HasPrefix(line, "ALIBABA_") || strings.HasPrefix(line, "SIGNALBOX_DYSMS_") {
			key = append(key, line)
		}
		if strings.HasPrefix(line, "SIGNALBOX_API_TOKENS=") {
			token = append(token, line+",some-other-token-of-it")
		}
	}
	if got := start(t, key, "", "report", "--rate", "1"); got.code != exitOK || got.stderr != "" {
		t.Errorf("report with a key alone = %+v, want 0", got)
	}
	if got := start(t, token, "", "report", "--rate", "1", "--url", e.base); got.code != exitOK {
		t.Errorf("report with tokens alone = %+v, want 0", got)
	}
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, devToken+"\n")
	if got := start(t, nil, "", "report", "--rate", "1", "--url", e.base, "--token-file", file); got.code != exitOK {
		t.Errorf("report with a token from a file = %+v, want 0", got)
	}
	write(t, file, "a wrong secret of somebody's")
	for name, args := range map[string][]string{
		"unauthorized: Send": nil, "is empty": {"--token-file", os.DevNull}, "no such file": {"--token-file", file + "-missing"}, "must be tokens": {"--token-file", file},
	} {
		got := start(t, nil, "", append(args, "report", "--rate", "1", "--url", e.base)...)
		if name == "unauthorized: Send" {
			name = "or give --token-file"
		}
		if got.code != exitError || !strings.Contains(got.stderr, name) || strings.Contains(got.stderr, "wrong secret") {
			t.Errorf("report with %v = %+v, want %q", args, got, name)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// manyEvents is a file of so many OTPs, every second of them verified.
func manyEvents(otps int) string {
	var text strings.Builder
	for i := range otps {
		fmt.Fprintf(&text, `{"type":"requested","id":"otp-%d","to":"+6591%06d"}`+"\n", i, i)
		if i%2 == 0 {
			fmt.Fprintf(&text, `{"type":"verified","id":"otp-%d"}`+"\r\n\n", i)
		}
	}
	return text.String()
}

func TestReportCommandSendsEvents(t *testing.T) {
	t.Parallel()
	const otps = 3000
	e, environ := startEnvironment(t)
	file := filepath.Join(t.TempDir(), "events")
	text := manyEvents(otps)
	write(t, file, text+"nonsense\n"+`{"type":"delivered","id":"1"}`+"\n"+strings.Repeat("x", 3*maxEvent)+"\n"+`{"type":"requested","id":"last","time":1}`)
	got := start(t, environ, "", "report", "--events", file, "--url", e.base)
	last := strings.Count(text, "\n")
	want := fmt.Sprintf("line %d: An event has at most 64 KiB.\n", last+3) +
		fmt.Sprintf("line %d: This line is not one JSON value.\nline %d: type: The type is", last+1, last+2)
	counts := regexp.MustCompile(`^4504 events: (\d+) accepted, 0 duplicate, (\d+) late, 4 refused\n`).FindStringSubmatch(got.stdout)
	if got.code != exitError || counts == nil || !strings.Contains(got.stdout, want) ||
		!strings.Contains(got.stdout, fmt.Sprintf("line %d: time: ", last+4)) || !strings.Contains(got.stderr, "of the events 4 were refused") {
		t.Errorf("report of %d OTPs = %+v, want %s", otps, got, want)
	}
	got = start(t, environ, text, "report", "--events", "-", "--url", e.base)
	if !strings.HasPrefix(got.stdout, "4500 events: 0 accepted, 4500 duplicate, 0 late, 0 refused\n") || got.code != exitOK || got.stderr != "" {
		t.Errorf("the same events again = %+v, want duplicates alone", got)
	}
	if got := start(t, environ, " \n\n", "report", "--events", "-", "--url", e.base); got.code != exitError || !strings.Contains(got.stderr, "there is none") {
		t.Errorf("report of no events = %+v, want an error", got)
	}
}

func TestReportCommandSendsAnArray(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	text := "\ufeff\n[\n  {\"type\": \"requested\",\n   \"id\": \"a\"},\n  {\"type\": \"verified\", \"id\": \"a\"}, 7,\n"
	got := start(t, environ, text+`"x"]`, "report", "--events", "-", "--url", e.base)
	if !regexp.MustCompile(`^4 events: 2 accepted, 0 duplicate, 0 late, 2 refused\nline 5: .*\nline 6: `).MatchString(got.stdout) || got.code != exitError {
		t.Errorf("report of an array = %+v", got)
	}
	got = start(t, environ, text, "report", "--events", "-", "--url", e.base)
	if got.code != exitError || !strings.HasPrefix(got.stdout, "3 events: 0 accepted, 2 duplicate") || !strings.Contains(got.stderr, "line 6: the array breaks off") {
		t.Errorf("report of half an array = %+v, want what is whole to be counted", got)
	}
}

// TestReportCommandRefusesAtMostAFew prints no more than that.
func TestReportCommandRefusesAtMostAFew(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	got := start(t, environ, strings.Repeat("{}\n", 2500), "report", "--events", "-", "--url", e.base)
	if got.code != exitError || strings.Count(got.stdout, "\nline ") != shownRefusals || !strings.HasSuffix(got.stdout, "and 2490 more refused\n") {
		t.Errorf("report of 2,500 wrong events = %+v", got)
	}
}

func TestWindowsCommand(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	show := func(args ...string) ran {
		return start(t, environ, "", append([]string{"windows", "--url", e.base}, args...)...)
	}
	if got := show(); got.code != exitOK || got.stdout != "no windows\n" {
		t.Errorf("windows of nothing = %+v", got)
	}
	events := `{"type":"requested","id":"a","country":"SG"}` + "\n" + `{"type":"verified","id":"a"}` + "\n" + `{"type":"requested","id":"b"}`
	if got := start(t, environ, events, "report", "--events", "-", "--url", e.base); got.code != exitOK {
		t.Fatalf("report = %+v", got)
	}
	for pattern, args := range map[string][]string{
		`^ +start +end +requested +verified +rate +late +duplicate +status +reported +request\n +20\S+Z +20\S+Z +2 +1 +0\.5000 +0 +0 +(open|closing) +- +-\n$`:                nil,
		`^ +start +end +country +requested +verified +rate +status\n +20\S+Z +20\S+Z +SG +1 +1 +1\.0000 +\w+\n +20\S+Z +20\S+Z +unknown +1 +0 +0\.0000 +\w+\n$`:               {"--by", "country"},
		`^ +start +end +country +prefix +requested +verified +rate +status\n +20\S+Z +20\S+Z +SG +- +1 +1 +1\.0000 +\w+\n +20\S+Z +20\S+Z +unknown +- +1 +0 +0\.0000 +\w+\n$`: {"--by", "prefix"},
		`^\{"windows":\[\{"start":`: {"--json"},
		`^no windows\n$`:            {"--from", "1000000000000", "--to", "2001-09-09T09:46:41+08:00"},
	} {
		if got := show(args...); got.code != exitOK || !regexp.MustCompile(pattern).MatchString(got.stdout) {
			t.Errorf("windows %v = %+v, want %s", args, got, pattern)
		}
	}
	if got := show("--from", "2026-11-25T00:00:00Z", "--to", "2026-11-24T00:00:00Z"); got.code != exitError || !strings.Contains(got.stderr, "status 400: from: ") {
		t.Errorf("windows that end before they begin = %+v", got)
	}
}
