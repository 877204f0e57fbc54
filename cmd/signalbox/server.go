package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"signalbox/shared/config"
	"signalbox/shared/logging"
)

// serverOptions are the flags that say which function to speak to.
type serverOptions struct {
	function          string // its name
	url, tokenFile    string
	timeout, retryFor time.Duration
}

func (o *serverOptions) add(flags *pflag.FlagSet) {
	flags.StringVar(&o.url, "url", "", "`address` of a running "+o.function+" function, such as http://127.0.0.1:9000")
	flags.StringVar(&o.tokenFile, "token-file", "", "`file` with a token of that function's; none: the first of SIGNALBOX_API_TOKENS")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Second, "how long to wait for one answer")
	flags.DurationVar(&o.retryFor, "retry-for", 2*time.Minute, "how long to try a request again that may succeed later; 0s: not at all")
}

// base reads the address: https, or http on this machine, since a token goes with it.
func (o *serverOptions) base() (*url.URL, error) {
	var link config.Link
	base, err := url.Parse(o.url)
	if err != nil || link.UnmarshalText([]byte(o.url)) != nil || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("want --url with https (http on this machine alone), a host and at most a path, such as https://example.com or http://127.0.0.1:9000")
	}
	return base, nil
}

// checkOptional checks an address that may be left out.
func (o *serverOptions) checkOptional() error {
	if o.url == "" {
		return nil
	}
	_, err := o.base()
	return err
}

// token takes it from a file or the environment; a command line is seen by others.
func (o *serverOptions) token(environ []string) (config.Secret, error) {
	const variable = "SIGNALBOX_API_TOKENS"
	text, from := valueIn(environ, variable), variable
	if o.tokenFile != "" {
		file, err := os.ReadFile(o.tokenFile)
		if err != nil {
			return "", fmt.Errorf("read the token: %w", err)
		}
		text, from = strings.TrimSpace(string(file)), o.tokenFile
		if text == "" {
			return "", fmt.Errorf("read the token: %s is empty", o.tokenFile)
		}
	}
	if text == "" {
		return "", nil // the platform may be what lets callers pass
	}
	var tokens config.Tokens
	if err := tokens.UnmarshalText([]byte(text)); err != nil {
		return "", fmt.Errorf("read the token: %s %w", from, err)
	}
	return tokens[0].Secret, nil
}

// open returns the server that the flags name. say gets a line for each request that is
// tried again.
func (o *serverOptions) open(environ []string, say func(string, ...any)) (*server, error) {
	base, err := o.base()
	if err != nil {
		return nil, err
	}
	token, err := o.token(environ)
	if err != nil {
		return nil, err
	}
	return &server{
		base: base, where: "at " + base.String(), token: token,
		client:   &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment}},
		function: o.function, timeout: o.timeout, retryFor: o.retryFor, say: say,
	}, nil
}

// server is a function as it is reached over HTTP.
type server struct {
	function string // its name
	base     *url.URL
	where    string        // in errors
	token    config.Secret // "" for none
	client   *http.Client
	timeout  time.Duration // of one attempt
	retryFor time.Duration // of all attempts of one request
	say      func(format string, args ...any)
}

// close gives up its connections.
func (s *server) close() { s.client.CloseIdleConnections() }

// request is one request, which may be sent more than once.
type request struct {
	method, path string
	query        url.Values
	media        string // of body
	accept       string // of the answer; "" for JSON
	body         []byte
	most         int // bytes of the answer; 0: maxAnswer
}

// limit is how much of the answer is read.
func (r request) limit() int { return cmp.Or(r.most, maxAnswer) }

// maxAnswer bounds what is read of an answer. A day of windows by country is far less.
const maxAnswer = 64 << 20

// answer is one that was read whole.
type answer struct {
	asked  request
	from   string // the function's name
	status int
	body   []byte
	header http.Header
}

// attempt sends a request once. An error means that no answer came that can be read,
// and that another may.
func (s *server) attempt(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
	defer cancel()
	target := s.base.JoinPath(r.path)
	target.RawQuery = r.query.Encode()
	sent, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	if s.token != "" {
		sent.Header.Set("Authorization", "Bearer "+string(s.token))
	}
	if r.accept != "" {
		sent.Header.Set("Accept", r.accept)
	}
	if r.media != "" {
		sent.Header.Set("Content-Type", r.media)
	}
	// A redirect would lead a token elsewhere, and a POST to a GET.
	client := *s.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got, err := client.Do(sent)
	if err != nil {
		return answer{}, why(ctx, err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, int64(r.limit())+1))
	if err != nil {
		return answer{}, why(ctx, err)
	}
	return answer{r, s.function, got.StatusCode, body, got.Header}, nil
}

// why says what kept an answer from coming, without the address, which others print.
func why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// problem is what a function refuses with, as far as a command needs it.
type problem struct {
	Type, Title, Detail, Field string
}

// check returns an error for what is not the answer of the function, and for
// a refusal. A 422 with another body than a problem is an answer.
func (a answer) check() error {
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		media = "no media type"
	}
	switch {
	case a.status >= 300 && a.status < 400:
		return fmt.Errorf("it redirects to %s, which is not followed: is --url right?", logging.Untrusted(cmp.Or(a.header.Get("Location"), "nowhere")))
	case len(a.body) > a.asked.limit():
		return fmt.Errorf("the answer has more than %d MiB: ask for less", a.asked.limit()>>20)
	case media == "application/problem+json":
		return refusal{a.status, a.problem()}
	case a.asked.accept != "" && a.status == http.StatusOK && media == a.asked.accept:
		return nil
	case a.asked.accept != "" && a.status == http.StatusOK:
		return fmt.Errorf("status 200 with %s, want %s: is --url that of %s?", logging.Untrusted(media), a.asked.accept, a.from)
	case media != "application/json" || !json.Valid(a.body):
		return fmt.Errorf("status %d with %s that is no JSON: is --url that of %s?", a.status, logging.Untrusted(media), a.from)
	case a.status/100 != 2 && a.status != http.StatusUnprocessableEntity:
		return refusal{a.status, a.problem()}
	}
	return nil
}

func (a answer) problem() problem {
	var p problem
	_ = json.Unmarshal(a.body, &p) // what cannot be read has no words
	return p
}

// refusal is an answer that says no.
type refusal struct {
	status  int
	problem problem
}

// Error gives the function's own words, and for a few what to do here.
func (r refusal) Error() string {
	text := fmt.Sprintf("status %d", r.status)
	if r.problem.Field != "" {
		text += ": " + logging.Untrusted(r.problem.Field)
	}
	if words := cmp.Or(r.problem.Detail, r.problem.Title); words != "" {
		text += ": " + logging.Untrusted(words)
	}
	if r.status == http.StatusUnauthorized {
		text += " Set SIGNALBOX_API_TOKENS, or give --token-file."
	}
	return text
}
