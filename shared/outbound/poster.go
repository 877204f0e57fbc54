package outbound

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"time"

	"signalbox/shared/delivery"
)

const (
	timeout = 10 * time.Second // of one request
	maxWait = 30 * time.Second // that a job waits here where a receiver asks to
)

// Config is what each kind of receiver is made of. URL is required.
type Config struct {
	// URL is where to post, a secret: https, or http on a loopback address.
	URL string
	// Secret signs the requests, where the kind has signatures. "": they are not signed.
	Secret string
	// AllowPrivate lets the address resolve to a private network.
	AllowPrivate bool
	// Interval is the least time between two requests. Zero: the kind's own, far below
	// its limit.
	Interval time.Duration
	// Transport sends the requests. Nil: [Transport].
	Transport http.RoundTripper
	// Jitter is that of [NewQueue].
	Jitter func(ceiling time.Duration) time.Duration
}

// Poster posts to one address, in order and at its pace, and tries again as [Queue]
// describes. It follows no redirect. It is safe for concurrent use.
type Poster struct {
	name      string
	url       *url.URL
	secrets   []string
	queue     *Queue
	pace      Pace
	transport http.RoundTripper
}

// NewPoster returns a Poster for a kind of receivers, whose name is in errors, such as
// "dingtalk", and which takes a request in each interval. The error says what is wrong
// with the URL without repeating it.
func NewPoster(kind string, interval time.Duration, c Config) (*Poster, error) {
	address, err := ParseURL(kind+" URL", c.URL)
	if err != nil {
		return nil, err
	}
	p := &Poster{
		name: kind, url: address, secrets: PartsOf(address),
		queue: NewQueue(c.Jitter), pace: NewPace(cmp.Or(c.Interval, interval)), transport: c.Transport,
	}
	if c.Secret != "" {
		p.secrets = append(p.secrets, c.Secret)
	}
	if p.transport == nil {
		p.transport = Transport(address, c.AllowPrivate)
	}
	return p, nil
}

// String names the kind of receiver without its URL.
func (p *Poster) String() string { return p.name }

// Request is one to make: what it has beside the address.
type Request struct {
	Query  url.Values // added to that of the address
	Header http.Header
	Body   []byte // JSON
}

// Post makes a request of what build returns for each attempt, until judge finds in an
// answer that the receiver took it, or until no attempt can help. Its errors are of the
// type [*delivery.Error].
func (p *Poster) Post(ctx context.Context, build func(now time.Time) Request, judge func(*Answer, time.Time) *delivery.Error) error {
	return p.queue.Do(ctx, Job{
		Attempted: "post to " + p.name, Pace: p.pace, MaxWait: maxWait,
		Send: func(ctx context.Context) *delivery.Error {
			answer, failure := p.ask(ctx, build(time.Now()))
			if failure != nil {
				return failure
			}
			return judge(answer, time.Now())
		},
	})
}

func (p *Poster) ask(ctx context.Context, r Request) (*Answer, *delivery.Error) {
	l := &Listener{Base: p.transport}
	request, err := p.request(ctx, r)
	if err == nil {
		var response *http.Response
		if response, err = l.Client(timeout).Do(request); err == nil {
			_ = response.Body.Close() // the listener has read it
		}
	}
	if l.Answer != nil {
		return l.Answer, nil
	}
	failure := l.Failure(ctx, err, p.secrets...)
	if errors.Is(err, errPrivate) {
		failure.Kind, failure.Reason, failure.Uncertain = delivery.KindConfig, errPrivate.Error(), false
	}
	return nil, failure
}

func (p *Poster) request(ctx context.Context, r Request) (*http.Request, error) {
	address := *p.url
	query := address.Query()
	maps.Copy(query, r.Query)
	address.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	maps.Copy(request.Header, r.Header)
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	return request, nil
}

// Rejected is the failure of a message for p that is not sent at all.
func (p *Poster) Rejected(reason string) error {
	return &delivery.Error{Kind: delivery.KindRejected, Reason: reason, Attempted: "check a message for " + p.name}
}
