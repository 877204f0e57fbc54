package loadtest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"signalbox/functions/cardflow"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve"
)

// nothing is a ResponseWriter that keeps nothing.
type nothing struct{ header http.Header }

func (n nothing) Header() http.Header       { return n.header }
func (nothing) Write(p []byte) (int, error) { return len(p), nil }
func (nothing) WriteHeader(int)             {}

// BenchmarkHit is what a lookup of a card that is kept costs, without the connection.
func BenchmarkHit(b *testing.B) {
	cloud := aliyuntest.New(aliyuntest.Options{})
	alibaba := httptest.NewServer(cloud)
	b.Cleanup(alibaba.Close)
	function, err := cardflow.FromEnv([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + alibaba.URL, "SIGNALBOX_API_TOKENS=" + token, "SIGNALBOX_CACHE_TTL=1h",
	}, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	handler, err := serve.Handler(function)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/cards/"+cloud.ICCID(0)+"/flow", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+token)
		handler.ServeHTTP(nothing{http.Header{}}, r)
	}
}
