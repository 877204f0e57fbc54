package main

import (
	"bytes"
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // a part of what is printed; none: nothing is
	}{
		{"nothing", nil, exitUsage, "", "Available Commands"},
		{"no such command", []string{"deploy"}, exitUsage, "", `unknown command "deploy"`},
		{"nearly a command", []string{"repor"}, exitUsage, "", "Did you mean this?\n\treport"},
		{"help", []string{"help"}, exitOK, "Exit codes", ""},
		{"help of dev", []string{"dev", "--help"}, exitOK, "--cards", ""},
		{"completion", []string{"completion", "bash"}, exitOK, "__start_signalbox", ""},
		{"no such flag", []string{"dev", "--again"}, exitUsage, "", "signalbox dev: unknown flag: --again"},
		{"argument", []string{"dev", "now"}, exitUsage, "", `"now" is one argument too many`},
		{"too few cards", []string{"dev", "--once", "--cards", "2"}, exitUsage, "", "--cards of 3 or more"},
		{"cards that are no number", []string{"dev", "--cards", "many"}, exitUsage, "", "--cards"},
		{"no such port", []string{"dev", "--port", "65536"}, exitUsage, "", "--port from 0 to 65535"},
		{"nothing to report", []string{"report"}, exitUsage, "", "[rate verified events]"},
		{"half of the counts", []string{"report", "--verified", "1"}, exitUsage, "", "missing [requested]"},
		{"a rate and counts", []string{"report", "--rate", "1", "--verified", "1", "--requested", "1"}, exitUsage, "", "none of the others can be"},
		{"a rate and events", []string{"report", "--rate", "1", "--events", "-", "--url", "https://example.com"}, exitUsage, "", "none of the others can be"},
		{"a rate that is no number", []string{"report", "--rate", "NaN"}, exitUsage, "", "want a number such as 0.53"},
		{"a time that is none", []string{"report", "--rate", "1", "--time", "noon"}, exitUsage, "", "want a time such as"},
		{"events without a server", []string{"report", "--events", "-"}, exitUsage, "", "--events needs --url"},
		{"a token in the clear", []string{"report", "--rate", "1", "--url", "http://example.com"}, exitUsage, "", "http on this machine alone"},
		{"a token in the URL", []string{"windows", "--url", "https://token@example.com"}, exitUsage, "", "want --url"},
		{"windows of nobody", []string{"windows"}, exitUsage, "", "want --url"},
		{"windows by number", []string{"windows", "--url", "https://example.com", "--by", "number"}, exitUsage, "", "--by country or --by prefix"},
		{"flow of nothing", []string{"flow"}, exitUsage, "", "want one ICCID"},
		{"flow of no ICCID", []string{"flow", "1234"}, exitUsage, "", "an ICCID is"},
		{"flow of no month", []string{"flow", "89860345190897749986", "--month", "2026-11"}, exitUsage, "", "--month: "},
		{"flow of seven months", []string{"flow", "89860345190897749986", "--months", "202601,202602,202603,202604,202605,202606,202607"}, exitUsage, "", "at most 6 months"},
		{"flow in two forms", []string{"flow", "89860345190897749986", "--json", "--csv"}, exitUsage, "", "none of the others can be"},
		{"flow with a token in the clear", []string{"flow", "89860345190897749986", "--url", "http://example.com"}, exitUsage, "", "http on this machine alone"},
		{"no variables", []string{"report", "--rate", "0.5"}, exitError, "", "ALIBABA_CLOUD_ACCESS_KEY_ID: is not set"},
		{"rules alone", []string{"rules"}, exitUsage, "", "want rules check FILE"},
		{"rules of no file", []string{"rules", "check"}, exitUsage, "", "want one rules file"},
		{"rules of a file that is not there", []string{"rules", "check", "no-such-file"}, exitError, "", "read the rules file"},
		{"doctor of no function", []string{"doctor", "--only", "alarms"}, exitUsage, "", "want --only with some of cardflow,conversion,alerts"},
		{"doctor without time", []string{"doctor", "--timeout", "0s"}, exitUsage, "", "want a --timeout above 0"},
		{"a test message in no language", []string{"test-message", "--language", "fr"}, exitUsage, "", "--language must be"},
		{"a test message to nobody", []string{"test-message"}, exitError, "", "SIGNALBOX_SLACK_WEBHOOK_URL: is not set"},
		{"port taken", []string{"dev", "--port", port}, exitError, "", "address already in use; --port 0 takes a free port"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), tt.args, console{stdout: &stdout, stderr: &stderr}); code != tt.code {
				t.Errorf("run(%v) = %d, want %d", tt.args, code, tt.code)
			}
			for name, printed := range map[string]struct{ got, want string }{
				"stdout": {stdout.String(), tt.stdout}, "stderr": {stderr.String(), tt.stderr},
			} {
				if !strings.Contains(printed.got, printed.want) || (printed.want == "") != (printed.got == "") {
					t.Errorf("run(%v) wrote to %s %q, want %q in it", tt.args, name, printed.got, printed.want)
				}
			}
		})
	}
}

func TestOnceStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"dev", "--once", "--cards", strconv.Itoa(leastCards)}, console{stdout: &stdout, stderr: &stderr}); code != exitError {
		t.Errorf("run with an ended ctx = %d, want %d", code, exitError)
	}
}
