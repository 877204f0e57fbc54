package conversion_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"signalbox/functions/conversion"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
	"signalbox/shared/web"
)

// now is the function's clock, close to the fake's: a time with more than
// milliseconds in it.
var now = time.Now().Truncate(time.Millisecond).Add(456_789)

// setup returns the function and the fake that it forwards to in process.
func setup(t *testing.T) (*conversion.Function, *aliyuntest.Server, *bytes.Buffer) {
	t.Helper()
	return setupWith(t, aliyuntest.Options{}, func() time.Time { return now })
}

// inBubble is for tests in a bubble of synctest, whose clock both sides have.
func inBubble(t *testing.T) (*conversion.Function, *aliyuntest.Server, *bytes.Buffer) {
	t.Helper()
	return setupWith(t, aliyuntest.Options{}, time.Now)
}

func setupWith(t *testing.T, o aliyuntest.Options, clock func() time.Time) (*conversion.Function, *aliyuntest.Server, *bytes.Buffer) {
	t.Helper()
	cloud := aliyuntest.New(o)
	var logs bytes.Buffer
	return instance(t, cloud, cmp.Or(o.QPS["ConversionData"], 10), clock, &logs), cloud, &logs
}

// instance returns a function that forwards to a fake in process, with its share of
// the quota.
func instance(t *testing.T, cloud *aliyuntest.Server, perSecond int, clock func() time.Time, logs io.Writer) *conversion.Function {
	t.Helper()
	return conversion.New(conversion.Config{
		Sink:   sink(t, cloud, perSecond),
		Guard:  web.Open,
		Logger: logging.New(logs, slog.LevelInfo),
		Now:    clock,
	})
}

// sink is a client of the fake.
func sink(t *testing.T, cloud *aliyuntest.Server, perSecond int) *dysms.Client {
	t.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://dysmsapi.ap-southeast-1.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(float64(perSecond)),
		HTTPClient:  &http.Client{Transport: cloud.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return dysms.New(api)
}

func post(t *testing.T, h http.Handler, media string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/conversions", body)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	recorder := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(recorder, r)
	return recorder
}

// problem is the body of a refusal, as a caller reads it.
type problem struct{ Type, Field, Detail string }

func readProblem(t *testing.T, got *httptest.ResponseRecorder) problem {
	t.Helper()
	if media := got.Header().Get("Content-Type"); media != "application/problem+json" {
		t.Errorf("Content-Type = %q, want application/problem+json", media)
	}
	var p problem
	if err := json.Unmarshal(got.Body.Bytes(), &p); err != nil {
		t.Fatalf("body %q: %v", got.Body, err)
	}
	return p
}
