package main

import (
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// terminal runs commands against a dev environment, in this process and by its address.
type terminal struct {
	t       *testing.T
	environ []string
}

// run runs a command line and returns what it printed, with its exit code.
func (x terminal) run(line string) (out, errs string, code int) {
	x.t.Helper()
	var stdout, stderr strings.Builder
	code = run(x.t.Context(), strings.Fields(line), console{environ: x.environ, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr})
	return stdout.String(), stderr.String(), code
}

// want runs a command line that has to succeed, and wants words of what it prints.
func (x terminal) want(line string, words ...string) string {
	x.t.Helper()
	out, errs, code := x.run(line)
	if code != exitOK {
		x.t.Errorf("signalbox %s: code %d, %s", line, code, errs)
	}
	for _, word := range words {
		if !strings.Contains(out, word) {
			x.t.Errorf("signalbox %s prints no %q:\n%s", line, word, out)
		}
	}
	return out
}

// TestActingCommands lists, explains, silences and ends, on a state of this process and
// on that of a server.
func TestActingCommands(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	x, card := terminal{t, environ}, e.cloud.ICCID(1)
	e.cloud.SetCard(card, func(c *aliyuntest.Card) {
		c.UsedBytes, c.Pool, c.Status, c.Expires = c.PackageBytes*93/100, "", aliyuntest.StatusInUse, time.Now().AddDate(1, 0, 0)
	})
	if out := x.want("incidents"); !strings.Contains(out, "no incidents") || !strings.Contains(out, "no sweep was finished yet") {
		t.Errorf("an empty list before the first sweep:\n%s", out)
	}
	x.want("sweep")
	x.want("incidents", "severity", "usage", "used 93 %", "ends 20", "60 of 60 cards checked, last sweep finished 20")
	x.want("incidents --severity critical --json", `"incidents":[`)
	x.want("incidents --csv", "subject,")
	x.want("explain "+card, "80 %, 90 %, 100 %", "yes, slack, dingtalk", "(93 %)", "status inUse\n", "3 days, 1 day ")
	x.want("explain "+card+" --json", `"reason":"notified"`)
	x.want("silence list", "no silences")
	x.want("silence add "+card+" --for 24h --name Ann", "is silenced until")
	x.want("silence add "+card+" --for 1h", "already, by Ann")
	x.want("silence list", "Ann", "token")
	x.want("silence list --json", `"silences":[`)
	x.want("explain "+card, "no: silenced until", "Ann")
	x.want("incidents --state silenced", "silenced until", "by Ann")
	x.want("silence end "+card, "no longer silenced")
	x.want("silence end "+card, "nobody has silenced it")

	const nobodys = "89860345190897740000"
	for _, line := range []string{"explain " + nobodys, "explain " + nobodys + " --json", "explain " + nobodys + " --url " + e.base} {
		if out, errs, code := x.run(line); code != exitNotFound || !strings.Contains(errs, "no card with this ICCID") || out == "" {
			t.Errorf("signalbox %s: code %d, want 4\n%s%s", line, code, out, errs)
		}
	}

	there := " --url " + e.base
	if out, errs, code := x.run("incidents" + there); code != exitOK || !strings.Contains(out, "no incidents") {
		t.Errorf("before the server's sweep: code %d\n%s%s", code, out, errs)
	}
	x.want("silence add "+card+there, "is silenced until")
	x.want("silence list"+there, "token")
	x.want("explain "+card+there, "no: silenced until")
	x.want("silence end "+card+there, "no longer silenced")
}

// TestActingCommandsRefuse says what is wrong.
func TestActingCommandsRefuse(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	x, card := terminal{t, environ}, e.cloud.ICCID(1)
	tests := []struct {
		line string
		code int
		want string
	}{
		{"explain", exitUsage, "want one ICCID"},
		{"explain 123", exitUsage, "an ICCID is"},
		{"explain 89860345******49986", exitUsage, "the number is masked"},
		{"silence add", exitUsage, "want one ICCID"},
		{"silence add " + card + " --for 999h", exitError, "1h, 24h, 7d or renewal"},
		{"silence end " + card + " --url ftp://x", exitUsage, "want --url with https"},
		{"incidents --json --csv", exitUsage, "not both"},
		{"incidents --state closed", exitError, "open, acknowledged or silenced"},
		{"incidents --url " + answering(t, written(200, "application/json", `{}`)), exitError, "is --url that of an alerts function?"},
		{"silence list --url " + answering(t, written(200, "application/json", `{}`)), exitError, "is --url that of an alerts function?"},
		{"silence end " + card + " --url " + answering(t, written(200, "application/json", `[]`)), exitError, "is --url that of an alerts function?"},
		{"explain " + card + " --url " + answering(t, written(200, "application/json", `{}`)), exitError, "is --url that of an alerts function?"},
	}
	for _, tt := range tests {
		if out, errs, code := x.run(tt.line); code != tt.code || !strings.Contains(errs, tt.want) {
			t.Errorf("signalbox %s: code %d, said %q%s; want %d and %q", tt.line, code, errs, out, tt.code, tt.want)
		}
	}
}
