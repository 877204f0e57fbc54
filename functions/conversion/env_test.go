package conversion_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"signalbox/functions/conversion"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
)

func TestFromEnvGuards(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	const token = "a-token-of-26-characters--"
	function, err := conversion.FromEnv([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid",
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_DYSMS_ENDPOINT=" + server.URL,
		"SIGNALBOX_API_TOKENS=" + token,
	}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]int{"": 401, "Bearer " + token: 200} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/conversions", strings.NewReader(`{"conversionRate":0.53}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", header)
		got := httptest.NewRecorder()
		before := time.Now()
		contract.Handler(t, function.Handler).ServeHTTP(got, r)
		if got.Code != want {
			t.Errorf("Authorization %q = %d, %s; want %d", header, got.Code, got.Body, want)
		}
		if arrived := cloud.Conversions(); want == http.StatusOK && (len(arrived) != 1 || arrived[0].ReportTime < before.UnixMilli()) {
			t.Errorf("at the fake %+v, want one report of now", arrived)
		}
	}
}

func TestFromEnvListsEverythingWrong(t *testing.T) {
	t.Parallel()
	_, err := conversion.FromEnv([]string{"SIGNALBOX_DYSMS_ENDPOINT=ftp://x", "SIGNALBOX_DYSMS_QPS=NaN"}, io.Discard)
	for _, variable := range []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SIGNALBOX_DYSMS_ENDPOINT", "SIGNALBOX_DYSMS_QPS", "SIGNALBOX_API_TOKENS",
	} {
		if err == nil || !strings.Contains(err.Error(), variable+": ") {
			t.Errorf("FromEnv with everything wrong = %v, want %s named", err, variable)
		}
	}
}

// TestReadyWithoutCredentials is on Function Compute, with a function that has no role.
func TestReadyWithoutCredentials(t *testing.T) {
	t.Parallel()
	function, err := conversion.FromEnv([]string{"FC_FUNCTION_NAME=f", "SIGNALBOX_AUTH=platform"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/conversions", strings.NewReader(`{"conversionRate":0.53}`))
	r.Header.Set("Content-Type", "application/json")
	got := httptest.NewRecorder()
	contract.Handler(t, function.Handler).ServeHTTP(got, r)
	if got.Code != http.StatusBadGateway || !strings.Contains(got.Body.String(), "upstream-denied") {
		t.Errorf("a call without credentials = %d, %s; want 502, denied", got.Code, got.Body)
	}
	if parts := function.Ready(t.Context()); len(parts) != 1 || parts[0].Part != "credentials" {
		t.Errorf("Ready = %+v, want that the credentials are missing", parts)
	}
}
