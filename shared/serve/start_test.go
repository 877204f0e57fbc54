package serve_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"signalbox/shared/serve"
	"signalbox/shared/serve/internal/sample"
	"signalbox/shared/serve/servetest"
)

const mistakes = "SAMPLE_ONE: missing\nSAMPLE_TWO: not a number\n"

func TestMainPrintsAllMistakes(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	for _, variable := range []string{"FC_RUNTIME_API=127.0.0.1:9", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:9", "PORT=9000"} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			cmd := exec.CommandContext(t.Context(), binary)
			cmd.Env = []string{variable, "SAMPLE=broken"}
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			exit, _ := errors.AsType[*exec.ExitError](cmd.Run())
			if exit == nil || exit.ExitCode() != 1 {
				t.Errorf("exit = %v, want code 1", exit)
			}
			if stderr.String() != mistakes || stdout.Len() != 0 {
				t.Errorf("stderr %q, stdout %q, want just %q", stderr.String(), stdout.String(), mistakes)
			}
		})
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	noHandler := func([]string) (serve.Function, error) { return serve.Function{Name: "hollow"}, nil }
	tests := []struct {
		name    string
		environ []string
		open    func([]string) (serve.Function, error)
		want    string
	}{
		{
			"mistakes and a bad port",
			[]string{"SAMPLE=broken", "PORT=http"},
			sample.Open,
			mistakes + `PORT: "http" is not a port: want a number from 1 to 65535` + "\n",
		},
		{
			"fc's port comes first",
			[]string{"PORT=80", "FC_CUSTOM_LISTEN_PORT=70000"},
			sample.Open,
			`FC_CUSTOM_LISTEN_PORT: "70000" is not a port: want a number from 1 to 65535` + "\n",
		},
		{
			"port zero",
			[]string{"PORT=0"},
			sample.Open,
			`PORT: "0" is not a port: want a number from 1 to 65535` + "\n",
		},
		{"no handler", nil, noHandler, `function "hollow" has no handler` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stderr strings.Builder
			if code := serve.Run(t.Context(), tt.environ, &stderr, tt.open); code != 1 || stderr.String() != tt.want {
				t.Errorf("Run = %d, stderr %q, want 1, %q", code, stderr.String(), tt.want)
			}
		})
	}
}

// TestPortTaken wants the address once, and what to set.
func TestPortTaken(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	code := serve.Run(t.Context(), []string{"PORT=" + port}, &stderr, sample.Open)
	want := "listen on 127.0.0.1:" + port + ": bind: address already in use; set HOST or PORT to listen elsewhere\n"
	if code != 1 || stderr.String() != want {
		t.Errorf("Run = %d, stderr %q, want 1, %q", code, stderr.String(), want)
	}
}

func TestStopLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	server := servetest.StartHTTP(t, servetest.Build(t, bootstrap))
	body, end := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/stream", body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := new(http.Transport).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()

	code := make(chan int, 1)
	go func() { code <- server.Stop() }()
	untilClosed(t, strings.TrimPrefix(server.URL, "http://"))
	if _, err := end.Write([]byte("rest")); err != nil {
		t.Fatal(err)
	}
	end.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil || string(got) != `{"bytes":4,"whole":true}`+"\n" {
		t.Errorf("the request in flight got %s, %v, want its whole answer", got, err)
	}
	if got := <-code; got != 0 {
		t.Errorf("exit code = %d, want 0:\n%s", got, server.Output())
	}
}

// untilClosed waits until nobody listens on address any more.
func untilClosed(t *testing.T, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			break
		}
		connection.Close()
	}
	if ctx.Err() != nil {
		t.Fatalf("%s still listens after SIGTERM", address)
	}
}
