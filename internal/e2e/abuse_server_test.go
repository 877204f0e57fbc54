//go:build long

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
)

// runAlone starts an executable as it is run, with no HOST, and returns what it has printed,
// and how it ended, at the latest after some time.
func runAlone(t *testing.T, limit time.Duration, binary string, env ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = env, t.TempDir(), &out, &out
	err := cmd.Run()
	return out.String(), err
}

// listensHereAlone has somebody come by another address of this machine.
func listensHereAlone(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	port := servetest.FreePort(t)
	go runAlone(t, patient, executable(t, "cardflow"), append(o.of("cardflow"), "PORT="+port)...)
	eventually(t, func() error {
		if got := within(t, time.Second, "GET", "http://127.0.0.1:"+port+"/healthz", ""); got.Status != 200 {
			return fmt.Errorf("GET /healthz = %d, %s", got.Status, got.Body)
		}
		return nil
	})
	if conn, err := net.DialTimeout("tcp", "127.0.0.2:"+port, time.Second); err == nil { //nolint:noctx // has a timeout
		conn.Close()
		t.Error("without HOST the server listens on every address, want 127.0.0.1")
	}
}

func platformAuth(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	out, err := runAlone(t, 10*time.Second, executable(t, "cardflow"), append(o.of("cardflow"), "SIGNALBOX_AUTH=platform", "HOST=127.0.0.1", "PORT=10239")...)
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Errorf("a plain HTTP server that asks nobody for a token ends with %v, want exit code 1", err)
	}
	wants(t, out, "SIGNALBOX_AUTH")
}

func strictJSON(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "conversion")
	for _, body := range []string{`{"verified":1,"verified":2,"requested":3}`, `{"Verified":1,"requested":2}`} {
		if got := within(t, patient, "POST", p.URL+"/conversions", body); got.Status != 400 {
			t.Errorf("%s is answered %d, %s; want 400", body, got.Status, got.Body)
		}
	}
}

// longLogLines sends what callers choose: a method, a member's name and a parameter's.
func longLogLines(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	iccid := o.cloud.ICCID(2)
	cards, reports := o.serve(t, "cardflow"), o.serve(t, "conversion")
	within(t, patient, strings.Repeat("M", 3000), cards.URL+o.flow(), "")
	within(t, patient, "GET", cards.URL+o.flow()+"&"+iccid+strings.Repeat("x", 3000)+"=1", "")
	within(t, patient, "POST", reports.URL+"/conversions", `{"`+iccid+strings.Repeat("x", 3000)+`":1}`)
	for _, p := range []*servetest.HTTP{cards, reports} {
		lacks(t, p.Output(), iccid)
		if line := longestLine(p.Output()); len(line) > 1500 {
			t.Errorf("the log has a line of %d bytes", len(line))
		}
	}
}

func callerHangsUp(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.Slow, Delay: 10 * time.Second, Count: -1})
	p := o.serve(t, "cardflow")
	within(t, 500*time.Millisecond, "GET", p.URL+o.flow(), "")
	eventually(t, func() error {
		if !strings.Contains(p.Output(), "GET /cards/{iccid}/flow") {
			return errors.New("the log has no line of the request")
		}
		return nil
	})
	wants(t, p.Output(), `"status":499`)
	lacks(t, p.Output(), `"level":"ERROR"`)
}

// connections has more connections kept than there may be.
func connections(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "cardflow")
	files := descriptors(t, p.PID())
	for range 1100 {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	most := 0
	for began := time.Now(); time.Since(began) < 3*time.Second; {
		most = max(most, descriptors(t, p.PID())-files)
		<-time.After(50 * time.Millisecond)
	}
	if got := within(t, patient, "GET", p.URL+"/healthz", ""); got.Status != 200 {
		t.Errorf("GET /healthz beside 1,100 connections = %d, %s", got.Status, got.Body)
	}
	if most > 1010 {
		t.Errorf("%d connections were open, want at most 1,000", most)
	}
}

func atLeast(n, want int) error {
	if n < want {
		return fmt.Errorf("%d, want at least %d", n, want)
	}
	return nil
}

// bodiesAtOnce has sixteen bodies come slowly.
func bodiesAtOnce(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "conversion")
	for range 16 {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /conversions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{", token)
	}
	var got response
	for range 5 { // until the sixteen have arrived
		got = within(t, patient, "POST", p.URL+"/conversions", `{"conversionRate":0.5}`)
		if got.Status != 200 {
			break
		}
		<-time.After(100 * time.Millisecond)
	}
	if got.Status != 503 || got.Header.Get("Retry-After") == "" {
		t.Errorf("a 17th body = %d, %s after %v, want 503 with Retry-After after about 1s", got.Status, got.Body, got.Took)
	}
}

func harmlessAnswers(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "cardflow")
	for _, path := range []string{o.flow(), "/nothing"} {
		got := within(t, patient, "GET", p.URL+path, "")
		kept := got.Header.Get("Cache-Control")
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || kept != "no-store" && kept != "private" {
			t.Errorf("GET %s has the header %v, want nosniff, and no-store or private", path, got.Header)
		}
	}
}

func wrongTokens(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "cardflow")
	start := time.Now()
	for range 4 {
		if got := within(t, patient, "GET", p.URL+o.flow(), "", "Authorization: Bearer guessed-token-1234"); got.Status != 401 {
			t.Errorf("a wrong token is answered %d, want 401", got.Status)
		}
	}
	if took := time.Since(start); took < 1400*time.Millisecond {
		t.Errorf("four wrong tokens took %v, want at least 1.5s", took)
	}
	bestOf(t, 5, func() error {
		if got := within(t, patient, "GET", p.URL+o.flow(), ""); got.Status != 200 || got.Took > time.Second {
			return fmt.Errorf("the right token is answered %d after %v, want 200 at once", got.Status, got.Took)
		}
		return nil
	})
	wants(t, p.Output(), `"address":"127.0.0.1/32"`)
	wants(t, within(t, patient, "GET", p.URL+"/metrics", "").Body, `signalbox_unauthorized_requests_total{function="cardflow"} 4`)
}

// readyz has no credentials to sign with.
func readyz(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	p := o.serve(t, "cardflow", "FC_FUNCTION_NAME=f", "ALIBABA_CLOUD_ACCESS_KEY_ID=", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=")
	within(t, patient, "GET", p.URL+o.flow(), "")
	got := within(t, patient, "GET", p.URL+"/readyz", "")
	if got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, "credentials") {
		t.Errorf("GET /readyz without credentials = %d, %s; want 503 that names them", got.Status, got.Body)
	}
}
