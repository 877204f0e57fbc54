// Package prometheus reads what Signalbox tells about itself as Prometheus does: the pages
// of built executables with its parser and promlint, the rules and the dashboard with its
// parser and engine. It is a module of its own, so that these, and what they need, are none
// of the product's.
package prometheus_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// root is the project, as seen from this package.
const root = "../../.."

// token is what the dev environment has callers show.
const token = "signalbox-dev-token"

// patience bounds what this test waits for: a busy machine is slow.
const patience = 2 * time.Minute

// page is what one process has answered GET /metrics.
type page struct{ name, text string }

// world is the executables at work beside fakes, after lookups, reports, OTP events and
// sweeps: the pages of all of them, a few times in a row.
type world struct {
	scrapes [][]page
	beats   int // heartbeats that were called
}

// the is made once for all tests.
var the = sync.OnceValues(func() (*world, error) {
	b := &builder{context: context.Background()}
	defer b.end()
	return b.world()
})

func worldOf(t *testing.T) *world {
	t.Helper()
	w, err := the()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// builder makes a world, and what it has begun ends with it.
type builder struct {
	context context.Context //nolint:containedctx // of all processes
	folder  string
	environ []string // of functions that use the fakes
	iccid   string
	ending  []func()
}

func (b *builder) end() {
	for _, f := range slices.Backward(b.ending) {
		f()
	}
}

func (b *builder) world() (*world, error) {
	var err error
	if b.folder, err = os.MkdirTemp("", "signalbox-prometheus"); err != nil {
		return nil, err
	}
	b.ending = append(b.ending, func() { _ = os.RemoveAll(b.folder) })
	if err := b.build(); err != nil {
		return nil, err
	}
	if err := b.dev(); err != nil {
		return nil, err
	}
	redis, err := miniredis.Run()
	if err != nil {
		return nil, err
	}
	b.ending = append(b.ending, redis.Close)
	beats := make(chan struct{}, 100)
	heart := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { beats <- struct{}{} }))
	b.ending = append(b.ending, heart.Close)

	servers := []*server{
		{name: "serve", command: "signalbox", arguments: []string{"serve", "--state", b.folder}, environ: []string{"SIGNALBOX_HEARTBEAT_URL=" + heart.URL + "/secret"}},
		{name: "cardflow", command: "cardflow", environ: []string{"SIGNALBOX_REDIS_URL=redis://" + redis.Addr()}},
		{name: "conversion", command: "conversion", environ: []string{"SIGNALBOX_STATE_FILE=" + filepath.Join(b.folder, "one.db")}},
		{name: "alerts", command: "alerts", environ: []string{"SIGNALBOX_STATE_FILE=" + filepath.Join(b.folder, "two.db")}},
	}
	for _, s := range servers {
		if err := b.start(s); err != nil {
			return nil, err
		}
	}
	for _, s := range servers {
		if err := b.use(s); err != nil {
			return nil, err
		}
	}
	w := &world{}
	for range 3 {
		var pages []page
		for _, s := range servers {
			text, err := s.ask(http.MethodGet, "/metrics", "", http.StatusOK)
			if err != nil {
				return nil, err
			}
			pages = append(pages, page{s.name, text})
		}
		w.scrapes = append(w.scrapes, pages)
	}
	w.beats = len(beats)
	return w, nil
}

// build builds the command line and the bootstraps.
func (b *builder) build() error {
	for name, from := range map[string]string{
		"signalbox": "./cmd/signalbox", "cardflow": "./functions/cardflow/bootstrap",
		"conversion": "./functions/conversion/bootstrap", "alerts": "./functions/alerts/bootstrap",
	} {
		build := exec.CommandContext(b.context, "go", "build", "-o", filepath.Join(b.folder, name), from)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", from, err, out)
		}
	}
	return nil
}

var (
	exported = regexp.MustCompile(`^\s*export (SIGNALBOX_\w+|ALIBABA_\w+|\w+)='(.*)'$`)
	iccid    = regexp.MustCompile(`/cards/(\d{19,20})/flow`)
)

// dev starts the fakes, and reads from what signalbox dev prints how functions use them.
func (b *builder) dev() error {
	command := exec.CommandContext(b.context, filepath.Join(b.folder, "signalbox"), "dev", "--port", "0")
	command.Stderr = io.Discard
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := b.run(command); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := iccid.FindStringSubmatch(lines.Text()); found != nil {
			b.iccid = found[1]
		}
		if found := exported.FindStringSubmatch(lines.Text()); found != nil && found[1] != "SIGNALBOX_STATE_FILE" {
			b.environ = append(b.environ, found[1]+"="+found[2])
		}
		if strings.HasPrefix(lines.Text(), "Slack inbox:") {
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if b.iccid == "" || len(b.environ) == 0 {
		return fmt.Errorf("signalbox dev says neither a card nor what to export: %w", lines.Err())
	}
	return nil
}

// run starts a process that ends with the world.
func (b *builder) run(command *exec.Cmd) error {
	if err := command.Start(); err != nil {
		return err
	}
	b.ending = append(b.ending, func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(10*time.Second, func() { _ = command.Process.Kill() })
		_ = command.Wait()
		late.Stop()
	})
	return nil
}

// server is a process that serves functions.
type server struct {
	name, command      string
	arguments, environ []string
	url                string
	logs               strings.Builder
}

func (b *builder) start(s *server) error {
	free, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed at once
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	s.url = "http://127.0.0.1:" + port
	command := exec.CommandContext(b.context, filepath.Join(b.folder, s.command), s.arguments...)
	command.Env = slices.Concat(b.environ, s.environ, []string{"PORT=" + port, "SIGNALBOX_SWEEP_EVERY=1m"})
	command.Stderr = &s.logs
	if err := b.run(command); err != nil {
		return err
	}
	return s.await("/healthz", "")
}

// await asks until the answer has a text.
func (s *server) await(path, want string) error {
	var text string
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if text, err = s.ask(http.MethodGet, path, "", http.StatusOK); err == nil && strings.Contains(text, want) {
			return nil
		}
	}
	return fmt.Errorf("%s: GET %s has no %q: %w\n%s", s.name, path, want, err, text)
}

// ask makes a request and wants a status.
func (s *server) ask(method, path, body string, want int) (string, error) {
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body)) //nolint:noctx // the client has a timeout
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Timeout: patience}).Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != want {
		err = fmt.Errorf("%s: %s %s answers %s, not %d: %s", s.name, method, path, response.Status, want, text)
	}
	return string(text), err
}

// use has a server do what it is for.
func (b *builder) use(s *server) error {
	type request struct {
		method, path, body string
		want               int
	}
	get, post := http.MethodGet, http.MethodPost
	events := `[{"type":"requested","id":"otp-1","to":"+6591234567"},{"type":"requested","id":"otp-2","country":"MY"},{"type":"verified","id":"otp-1"}]`
	lookups := []request{
		{get, "/cards/" + b.iccid + "/flow", "", 200}, {get, "/cards/" + b.iccid + "/flow", "", 200},
		{get, "/cards/89860000000000000000/flow", "", 404}, {get, "/no/such/" + b.iccid, "", 404},
	}
	reports := []request{{post, "/conversions", `{"verified":53,"requested":100}`, 200}, {post, "/otp-events", events, 200}}
	var requests []request
	var await []string
	switch s.name {
	case "serve":
		requests = slices.Concat(lookups, reports)
		await = []string{`signalbox_sweep_last_success_timestamp_seconds{function="alerts"}`, `signalbox_heartbeats_total{function="alerts",outcome="ok"} 1`, `signalbox_otp_windows{function="conversion"`}
	case "cardflow":
		requests = lookups
	case "conversion":
		requests = append(reports, request{post, "/invoke", "", 200})
	case "alerts":
		requests = []request{{post, "/invoke", "", 200}}
	}
	for _, r := range requests {
		if _, err := s.ask(r.method, r.path, r.body, r.want); err != nil {
			return err
		}
	}
	for _, want := range await {
		if err := s.await("/metrics", want); err != nil {
			return err
		}
	}
	return nil
}
