package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// step is one request worth trying.
type step struct {
	title, method, url, body string
	// after is how long to wait before it.
	after time.Duration
}

// otpEvents are two OTPs, one of which is verified.
const otpEvents = `[{"type":"requested","id":"otp-1","to":"+6591234567"},{"type":"requested","id":"otp-2","country":"MY"},{"type":"verified","id":"otp-1"}]`

// steps are the main jobs: a lookup, a forward, events whose rate is reported, a sweep.
func (e *environment) steps() []step {
	return []step{
		{title: "Look a card up", method: http.MethodGet, url: e.base + "/cards/" + e.cloud.ICCID(shownCard) + "/flow"},
		{title: "Forward a conversion rate", method: http.MethodPost, url: e.base + "/conversions", body: `{"verified":53,"requested":100}`},
		{title: "Count OTP events", method: http.MethodPost, url: e.base + "/otp-events", body: otpEvents},
		{
			title: "Close their window and report its rate, a second later, as the timer does", method: http.MethodPost,
			url: e.base + "/conversion/invoke", after: devWindow + 100*time.Millisecond,
		},
		{title: "Look at the windows", method: http.MethodGet, url: e.base + "/otp-windows?by=country"},
		{title: "Sweep the fleet", method: http.MethodPost, url: e.base + "/invoke"},
	}
}

// curl returns the step as a line for a shell.
func (s step) curl() string {
	words := []string{"curl", "-sS", "-X", s.method, "-H", "'Authorization: Bearer " + devToken + "'"}
	if s.body != "" {
		words = append(words, "-H", "'Content-Type: application/json'", "-d", "'"+s.body+"'")
	}
	return strings.Join(append(words, "'"+s.url+"'"), " ")
}

// once takes every step and prints what went to and fro, and what Alibaba and Slack
// got.
func once(ctx context.Context, e *environment, stdout io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for _, s := range e.steps() {
		if err := pause(ctx, s.after); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "== %s\n$ %s\n", s.title, s.curl())
		status, body, err := s.take(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "HTTP %d\n%s\n\n", status, readable(body))
		if status != http.StatusOK {
			return fmt.Errorf("%s: status %d", strings.ToLower(s.title), status)
		}
	}
	fmt.Fprintln(stdout, "== Alibaba")
	for _, c := range e.cloud.Conversions() {
		fmt.Fprintf(stdout, "rate %s of %s, request %s\n", c.Rate, time.UnixMilli(c.ReportTime).UTC().Format(time.RFC3339Nano), c.RequestID)
	}
	fmt.Fprintln(stdout)
	return e.printInbox(stdout)
}

func (e *environment) printInbox(stdout io.Writer) error {
	inbox := e.slack.Inbox()
	if len(inbox) == 0 {
		return fmt.Errorf("the sweep of %d cards posted nothing to Slack", e.cloud.Cards())
	}
	for _, m := range inbox {
		fmt.Fprintf(stdout, "== Slack\n%s\n", m.Plain())
	}
	return nil
}

func (s step) take(ctx context.Context) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, s.method, s.url, strings.NewReader(s.body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+devToken)
	if s.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// innermost is an object that holds no other.
var innermost = regexp.MustCompile(`\{[^{}]*\}`)

// readable indents JSON and keeps each innermost object on one line.
func readable(body []byte) string {
	var indented bytes.Buffer
	if err := json.Indent(&indented, bytes.TrimSpace(body), "", "  "); err != nil {
		return string(body)
	}
	return innermost.ReplaceAllStringFunc(indented.String(), func(object string) string {
		return strings.Join(strings.Fields(object), " ")
	})
}
