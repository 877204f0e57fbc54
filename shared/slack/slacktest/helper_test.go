package slacktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"signalbox/shared/slack/slacktest"
)

// clock is a time that tests set.
type clock struct{ now time.Time }

func newServer(o slacktest.Options) (*slacktest.Server, *clock) {
	c := &clock{time.Date(2026, 11, 22, 9, 30, 0, 0, time.FixedZone("CST", 8*60*60))}
	o.Now = func() time.Time { return c.now }
	return slacktest.New(o), c
}

// answer is what the server said.
type answer struct {
	Status     int
	Body       string
	RetryAfter string
}

func do(t *testing.T, s *slacktest.Server, method, path, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://slack.example"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := s.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, string(said), response.Header.Get("Retry-After")}
}

func hook(t *testing.T, s *slacktest.Server, body string) answer {
	t.Helper()
	return do(t, s, http.MethodPost, s.WebhookPath(), body, "Content-Type", "application/json")
}

// result is the part of a Web API answer that tests read.
type result struct {
	OK                 bool
	Error, Channel, TS string
	UploadURL          string `json:"upload_url"`
	FileID             string `json:"file_id"`
	BotID              string `json:"bot_id"`
	RetryAfter         string `json:"-"`
	Status             int    `json:"-"`
}

// call calls a method with the right token.
func call(t *testing.T, s *slacktest.Server, method string, arguments map[string]any) result {
	t.Helper()
	body, err := json.Marshal(arguments)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, do(t, s, http.MethodPost, "/api/"+method, string(body),
		"Content-Type", "application/json; charset=utf-8", "Authorization", "Bearer xoxb-test"))
}

func decode(t *testing.T, a answer) result {
	t.Helper()
	r := result{Status: a.Status, RetryAfter: a.RetryAfter}
	if err := json.Unmarshal([]byte(a.Body), &r); err != nil {
		t.Fatalf("answer %q: %v", a.Body, err)
	}
	return r
}

// form encodes name and value pairs.
func form(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}
