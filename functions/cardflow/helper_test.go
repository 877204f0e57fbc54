package cardflow_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/cardflow"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
	"signalbox/shared/web"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// newSource returns the real client with the fake behind it, in process.
func newSource(t *testing.T, cloud *aliyuntest.Server, perSecond float64) *linkcard.Client {
	t.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(perSecond),
		HTTPClient:  &http.Client{Transport: cloud.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return linkcard.New(api)
}

// wholeICCID matches a card's number, which its masked form does not.
var wholeICCID = regexp.MustCompile(`898603\d{6}`)

// newFunction returns the function without a guard, and makes sure that its log
// names no card but the one that the rule gives as an example.
func newFunction(t *testing.T, source cardflow.Source) http.Handler {
	t.Helper()
	var logs bytes.Buffer
	t.Cleanup(func() {
		if wholeICCID.MatchString(strings.ReplaceAll(logs.String(), card.ErrICCID.Error(), "")) {
			t.Errorf("log = %s, want no card's number", &logs)
		}
	})
	return cardflow.New(cardflow.Config{
		Source: source,
		Guard:  web.Open,
		Zone:   shanghai,
		Logger: logging.New(&logs, slog.LevelDebug),
	})
}

func get(t *testing.T, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody))
	return recorder
}

// checkProblem wants a refusal whose type ends in slug and that names field.
func checkProblem(t *testing.T, got *httptest.ResponseRecorder, status int, slug, field string) {
	t.Helper()
	var p struct{ Type, Field, Detail string }
	if err := json.Unmarshal(got.Body.Bytes(), &p); err != nil {
		t.Fatalf("body %q: %v", got.Body, err)
	}
	if got.Code != status || !strings.HasSuffix(p.Type, ":"+slug) || p.Field != field || p.Detail == "" {
		t.Errorf("answer = %d, %+v; want %d, slug %s, field %q and a detail", got.Code, p, status, slug, field)
	}
	if media := got.Header().Get("Content-Type"); media != "application/problem+json" {
		t.Errorf("Content-Type = %q, want application/problem+json", media)
	}
}

// checkGolden compares an answer with a file of testdata, which is what a lookup has
// always answered: members were only added since, see [flow.Flow].
func checkGolden(t *testing.T, name string, got *httptest.ResponseRecorder) {
	t.Helper()
	if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("answer = %d, %v, %s; want 200 and JSON", got.Code, got.Header(), got.Body)
	}
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var want, all map[string]any
	if err := errors.Join(json.Unmarshal(body, &want), json.Unmarshal(got.Body.Bytes(), &all)); err != nil {
		t.Fatal(err)
	}
	old := maps.Clone(all)
	maps.DeleteFunc(old, func(member string, _ any) bool { _, ok := want[member]; return !ok })
	if diff := cmp.Diff(want, old); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// until lets the clock of a bubble run until at.
func until(at time.Time) { <-time.After(time.Until(at)) }

// decodeFile reads an answer of Alibaba's from testdata.
func decodeFile(t *testing.T, name string) linkcard.GetCardFlowInfoResponse {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var answer linkcard.GetCardFlowInfoResponse
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}
