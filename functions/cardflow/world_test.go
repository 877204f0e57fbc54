package cardflow_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"signalbox/functions/cardflow"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/quota"
	"signalbox/shared/web"
)

const listAction = "ListCardInfo"

// world is the function with its cache, and Alibaba behind it.
type world struct {
	t     *testing.T
	cloud *aliyuntest.Server
	http.Handler
}

// newWorld has a function that keeps answers as it does by default, at so many calls a
// second, unless change says otherwise.
func newWorld(t *testing.T, perSecond float64, change func(*cardflow.Config)) *world {
	t.Helper()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: 300})
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(perSecond),
		HTTPClient:  &http.Client{Transport: cloud.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	cards := linkcard.New(api)
	config := cardflow.Config{
		Source: cards, Lister: cards, Guard: web.Open, Zone: shanghai, Logger: slog.New(slog.DiscardHandler),
		TTL: time.Minute, Stale: time.Hour,
	}
	if change != nil {
		change(&config)
	}
	return &world{t, cloud, cardflow.New(config)}
}

// answered is an answer, as far as tests look at it.
type answered struct {
	*httptest.ResponseRecorder
	body struct {
		Stale      bool
		CardStatus *string
		RestBytes  *int64
		UsedBytes  *int64
		Tags       []string
		Months     []struct{ Month string }
		Title      string
		Type       string
	}
}

func (a *answered) cacheStatus() string { return a.Header().Get("Cache-Status") }

func (w *world) request(ctx context.Context, method, target, body string, header ...string) *answered {
	w.t.Helper()
	r := httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	got := &answered{ResponseRecorder: httptest.NewRecorder()}
	contract.Handler(w.t, w).ServeHTTP(got, r)
	if strings.HasSuffix(got.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(got.Body.Bytes(), &got.body); err != nil {
			w.t.Errorf("answer %s: %v", got.Body, err)
		}
	}
	return got
}

// look looks card i up.
func (w *world) look(i int, header ...string) *answered {
	w.t.Helper()
	return w.request(w.t.Context(), http.MethodGet, "/cards/"+w.cloud.ICCID(i)+"/flow", "", header...)
}

// calls returns how many calls of each action there were.
func (w *world) calls() (flow, list int) {
	return len(w.cloud.Calls(action)), len(w.cloud.Calls(listAction))
}

// check wants an answer of that status and Cache-Status.
func (w *world) check(what string, got *answered, code int, cacheStatus string) {
	w.t.Helper()
	if got.Code != code || got.cacheStatus() != cacheStatus {
		w.t.Errorf("%s = %d, Cache-Status %q, %.200s; want %d, %q", what, got.Code, got.cacheStatus(), got.Body, code, cacheStatus)
	}
}

func (w *world) checkCalls(when string, flow, list int) {
	w.t.Helper()
	if f, l := w.calls(); f != flow || l != list {
		w.t.Errorf("%s: %d lookups and %d listings at Alibaba, want %d and %d", when, f, l, flow, list)
	}
}
