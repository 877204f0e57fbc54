package aliyuntest_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// noon is a Wednesday in Shanghai, the 18th of its month.
var noon = time.Date(2026, 11, 18, 4, 0, 0, 0, time.UTC)

// caller signs calls by hand and sends them, in process unless base says otherwise.
type caller struct {
	client *http.Client
	base   string
	now    func() time.Time
	token  string
	nonce  atomic.Int64
}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

func setup(t *testing.T, o aliyuntest.Options) (*aliyuntest.Server, *caller) {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	s := aliyuntest.New(o)
	return s, &caller{client: &http.Client{Transport: s.Transport()}, base: "http://linkcard.aliyuncs.com/", now: o.Now, token: o.SecurityToken}
}

// params returns the complete parameters of an action, given as name, value, ...
func (c *caller) params(action string, own ...string) url.Values {
	version := "2021-05-20"
	if action == "ConversionData" {
		version = "2018-05-01"
	}
	p := url.Values{
		"Action": {action}, "Version": {version}, "Format": {"JSON"}, "RegionId": {"ap-southeast-1"},
		"AccessKeyId": {"testid"}, "SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureType": {""},
		"SignatureNonce": {strconv.FormatInt(c.nonce.Add(1), 10)}, "Timestamp": {c.now().UTC().Format("2006-01-02T15:04:05Z")},
	}
	if c.token != "" {
		p.Set("SecurityToken", c.token)
	}
	for i := 0; i+1 < len(own); i += 2 {
		p.Set(own[i], own[i+1])
	}
	return p
}

// signed adds the signature.
func signed(method string, p url.Values) url.Values {
	p = maps.Clone(p)
	p.Set("Signature", aliyuntest.Sign(method, p, "testsecret"))
	return p
}

// get makes one whole, correct call.
func (c *caller) get(t *testing.T, action string, own ...string) reply {
	t.Helper()
	return c.send(t, c.request(t, http.MethodGet, "?"+signed(http.MethodGet, c.params(action, own...)).Encode(), ""))
}

func (c *caller) request(t *testing.T, method, target, form string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.base+strings.TrimPrefix(target, "/"), strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (c *caller) send(t *testing.T, r *http.Request) reply {
	t.Helper()
	got, err := c.try(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (c *caller) try(r *http.Request) (reply, error) {
	resp, err := c.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(body)}, err
}

// code returns the error code of a gateway error or of a business failure.
func (r reply) code(t *testing.T) string {
	t.Helper()
	body := decode[struct{ Code, ResponseCode string }](t, r.body)
	return body.Code + body.ResponseCode
}

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("decode %.200q: %v", body, err)
	}
	return v
}
