package loadtest_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"
)

// bodyFile names the file with the answer of the bare server.
const bodyFile = "LOADTEST_BODY"

// TestMain is the test, or the bare server that it compares with.
func TestMain(m *testing.M) {
	if name := os.Getenv(bodyFile); name != "" {
		fmt.Fprintln(os.Stderr, serveBare(name))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// serveBare answers every request with one body.
func serveBare(name string) error {
	body, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT")),
		ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		}),
	}
	return server.ListenAndServe()
}
