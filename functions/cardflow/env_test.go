package cardflow_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/functions/cardflow"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
)

const token = "a-token-of-26-characters--"

func TestFromEnvGuards(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	environ := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid",
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + server.URL,
	}
	tests := []struct {
		name, variable, shown, platform string
		status                          int
	}{
		{"token shown", "SIGNALBOX_API_TOKENS=another-token-of-mine," + token, token, "", 200},
		{"no token shown", "SIGNALBOX_API_TOKENS=" + token, "", "", 401},
		{"another token shown", "SIGNALBOX_API_TOKENS=" + token, "some-other-token", "", 401},
		{"the platform has authenticated", "SIGNALBOX_AUTH=platform", "", "cardflow", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			function, err := cardflow.FromEnv(append([]string{tt.variable, "FC_FUNCTION_NAME=" + tt.platform}, environ...), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/cards/"+cloud.ICCID(0)+"/flow", http.NoBody)
			if tt.shown != "" {
				r.Header.Set("Authorization", "Bearer "+tt.shown)
			}
			got := httptest.NewRecorder()
			contract.Handler(t, function.Handler).ServeHTTP(got, r)
			if got.Code != tt.status {
				t.Errorf("answer = %d, %s; want %d", got.Code, got.Body, tt.status)
			}
		})
	}
}

func TestFromEnvListsEverythingWrong(t *testing.T) {
	t.Parallel()
	_, err := cardflow.FromEnv([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=", // and no id
		"SIGNALBOX_LINKCARD_ENDPOINT=http://linkcard.aliyuncs.com",
		"SIGNALBOX_LINKCARD_QPS=many",
		"SIGNALBOX_TIMEZONE=Shanghai",
		"SIGNALBOX_AUTH=maybe",
		"SIGNALBOX_API_TOKENS=tooShort",
		"SIGNALBOX_LOG_LEVEL=loud",
	}, io.Discard)
	if err == nil {
		t.Fatal("FromEnv with everything wrong = nil, want an error")
	}
	lines := strings.Split(err.Error(), "\n")
	for _, variable := range []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SIGNALBOX_LINKCARD_ENDPOINT", "SIGNALBOX_LINKCARD_QPS",
		"SIGNALBOX_TIMEZONE", "SIGNALBOX_AUTH", "SIGNALBOX_API_TOKENS", "SIGNALBOX_LOG_LEVEL",
	} {
		if n := strings.Count("\n"+err.Error(), "\n"+variable+": "); n != 1 {
			t.Errorf("%s is named on %d lines, want one", variable, n)
		}
	}
	if len(lines) != 8 || strings.Contains(err.Error(), "tooShort") {
		t.Errorf("FromEnv = %v, want 8 lines and no token", err)
	}
}

func TestFromEnvListsEverythingMissing(t *testing.T) {
	t.Parallel()
	_, err := cardflow.FromEnv(nil, io.Discard)
	for _, variable := range []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SIGNALBOX_API_TOKENS"} {
		if err == nil || !strings.Contains(err.Error(), variable+": is not set") {
			t.Errorf("FromEnv of nothing = %v, want %s named", err, variable)
		}
	}
}

// TestReadyWithoutCredentials is on Function Compute, with a function that has no role.
func TestReadyWithoutCredentials(t *testing.T) {
	t.Parallel()
	function, err := cardflow.FromEnv([]string{"FC_FUNCTION_NAME=f", "SIGNALBOX_AUTH=platform"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/cards/89860300000000000001/flow", http.NoBody)
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
