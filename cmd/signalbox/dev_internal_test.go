package main

import (
	"bufio"
	"context"
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// dev is a running signalbox dev.
type dev struct {
	client *http.Client
	curls  []string // the lines to try
	export []string // the lines that set another command's variables
	inbox  string
	cancel context.CancelFunc
	done   chan struct{}
	code   int // once it is done
}

// startDev reads what signalbox dev prints until it has said everything.
func startDev(t *testing.T, args ...string) *dev {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	transport := &http.Transport{}
	d := &dev{client: &http.Client{Transport: transport}, cancel: cancel, done: make(chan struct{})}
	stdout, writer := io.Pipe()
	go func() {
		defer close(d.done)
		defer writer.Close()
		d.code = run(ctx, append([]string{"dev", "--port", "0", "--cards", "60"}, args...), console{stdout: writer, stderr: t.Output()})
	}()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		d.stop()
	})
	lines := bufio.NewScanner(stdout)
	for d.inbox == "" && lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "curl ") {
			d.curls = append(d.curls, line)
		}
		if strings.HasPrefix(line, "export ") {
			d.export = append(d.export, line)
		}
		if inbox, ok := strings.CutPrefix(line, "Slack inbox: "); ok {
			d.inbox = inbox
		}
	}
	return d
}

// stop ends signalbox dev and returns its exit code.
func (d *dev) stop() int {
	d.cancel()
	<-d.done
	return d.code
}

// page is what comes back from an address.
type page struct {
	status      int
	media, body string
}

// curl does what curl does with a line as printed.
func (d *dev) curl(t *testing.T, line string) page {
	t.Helper()
	method, url, body, header := http.MethodGet, "", "", http.Header{}
	words := shellWords(t, line)
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "-sS":
		case "-X":
			i++
			method = words[i]
		case "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		case "-d":
			i++
			body = words[i]
		default:
			url = words[i]
		}
	}
	return d.do(t, method, url, body, header)
}

// try is curl, and again while a window has not closed.
func (d *dev) try(t *testing.T, line string) page {
	t.Helper()
	got := d.curl(t, line)
	for strings.Contains(got.body, `"closed":0`) {
		got = d.curl(t, line)
	}
	return got
}

func (d *dev) do(t *testing.T, method, url, body string, header http.Header) page {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := d.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{response.StatusCode, response.Header.Get("Content-Type"), string(answer)}
}

// shellWords splits a line of words that are plain or within single quotes.
func shellWords(t *testing.T, line string) []string {
	t.Helper()
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ") {
		end := " "
		if line[0] == '\'' {
			line, end = line[1:], "'"
		}
		word, rest, closed := strings.Cut(line, end)
		if end == "'" && !closed {
			t.Fatalf("no closing quote after %s", word)
		}
		if end == " " && strings.ContainsAny(word, "'\"$&;|<>?*\\`") {
			t.Fatalf("a shell would not take %s as it is", word)
		}
		words, line = append(words, word), rest
	}
	return words
}

func TestDevServesWhatItPrints(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	want := []string{`"usedBytes":`, `"responseCode":"OK"`, `"accepted":3`, `"windows":1`, `"rate":0.5`, `"messages":5`}
	if len(d.curls) != len(want) || d.inbox == "" {
		t.Fatalf("dev printed curl lines %q and inbox %q, want six and an address", d.curls, d.inbox)
	}
	for i, line := range d.curls {
		if got := d.try(t, line); got.status != http.StatusOK || !strings.Contains(got.body, want[i]) {
			t.Errorf("%s\n= %d, %s; want 200 with %s", line, got.status, got.body, want[i])
		}
	}
	inbox := d.do(t, http.MethodGet, d.inbox, "", http.Header{})
	if inbox.status != http.StatusOK || !strings.HasPrefix(inbox.media, "text/html") {
		t.Errorf("GET %s = %d, %s; want 200 and HTML", d.inbox, inbox.status, inbox.media)
	}
	if !strings.Contains(inbox.body, "Package ends soon") {
		t.Errorf("the inbox does not show the sweep's message:\n%s", inbox.body)
	}
	list := regexp.MustCompile(`href="(http://[^"]*/incidents\?expires=[^"]+)"`)
	for _, path := range []string{"", "/dingtalk", "/feishu", "/wecom", "/webhook"} {
		shown := d.do(t, http.MethodGet, d.inbox+path, "", http.Header{})
		found := list.FindStringSubmatch(shown.body)
		if found == nil {
			t.Errorf("%s%s does not lead to the incidents:\n%s", d.inbox, path, shown.body)
			continue
		}
		incidents := d.do(t, http.MethodGet, html.UnescapeString(found[1]), "", http.Header{"Accept": {"text/html"}})
		if incidents.status != http.StatusOK || !strings.Contains(incidents.body, "<h1>Incidents</h1>") {
			t.Errorf("GET %s = %d, want the incidents: %s", found[1], incidents.status, incidents.body)
		}
	}
	for _, name := range []string{"dingtalk", "feishu", "wecom", "webhook"} {
		if other := d.do(t, http.MethodGet, d.inbox+"/"+name, "", http.Header{}); other.status != http.StatusOK || !strings.Contains(other.body, "Package ends soon") {
			t.Errorf("GET %s/%s = %d, want the sweep's message:\n%s", d.inbox, name, other.status, other.body)
		}
	}
	if code := d.stop(); code != exitOK {
		t.Errorf("dev stopped with %d, want 0", code)
	}
}

// TestDevPointsOtherCommandsAtIt pastes what dev prints into a shell, and runs each command.
func TestDevPointsOtherCommandsAtIt(t *testing.T) {
	t.Parallel()
	for _, mode := range [][]string{nil, {"--bot"}} {
		t.Run(strings.Join(mode, ""), func(t *testing.T) {
			t.Parallel()
			d := startDev(t, mode...)
			shell := exec.CommandContext(t.Context(), "sh", "-c", strings.Join(append(d.export, "env"), "\n"))
			shell.Env = []string{"PATH=/usr/bin:/bin"}
			environ, err := shell.Output()
			if err != nil || len(d.export) == 0 {
				t.Fatalf("%q in a shell: %v", d.export, err)
			}
			base := strings.TrimSuffix(d.inbox, "/inbox")
			iccid := aliyuntest.New(aliyuntest.Options{Cards: 60}).ICCID(shownCard)
			for _, tt := range []struct {
				line, want string
			}{
				{"sweep --dry-run", "Package ends soon"},
				{"sweep", `"cards": 60`},
				{"flow " + iccid, "used 942.00MB of 1GB"},
				{"flow " + iccid + " --url " + base, "used 942.00MB of 1GB"},
				{"report --rate 0.5", "0.5"},
				{"report --rate 0.5 --url " + base, "0.5"},
				{"windows --url " + base, "no windows"},
				{"doctor", "credentials: ListCardInfo was answered"},
				{"test-message", "slack (slack): delivered in en"},
				{"rules check " + valueIn(strings.Split(string(environ), "\n"), "SIGNALBOX_RULES_FILE"), "nothing to mend"},
			} {
				var out, errs strings.Builder
				if code := run(t.Context(), strings.Fields(tt.line), console{environ: strings.Split(string(environ), "\n"), stdout: &out, stderr: &errs}); code != exitOK || !strings.Contains(out.String(), tt.want) {
					t.Errorf("signalbox %s = %d, want 0 and %q:\n%s%s", tt.line, code, tt.want, &out, &errs)
				}
			}
			inbox := d.do(t, http.MethodGet, d.inbox, "", http.Header{})
			for _, want := range []string{"ends soon", "Test message of Signalbox"} {
				if !strings.Contains(inbox.body, want) {
					t.Errorf("the inbox lacks %q:\n%s", want, inbox.body)
				}
			}
		})
	}
}

// TestDevIsObserved shows the paths by which a deployed function is.
func TestDevIsObserved(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	for _, line := range d.curls {
		d.try(t, line)
	}
	base := strings.TrimSuffix(d.inbox, "/inbox")
	for path, want := range map[string][]string{
		"/healthz": {`"status":"ok"`}, "/readyz": {`{"status":"ready"}`},
		"/metrics": {
			`signalbox_upstream_call_duration_seconds_count{function="cardflow",action="GetCardFlowInfo",outcome="ok"} 1`,
			`signalbox_upstream_call_duration_seconds_count{function="conversion",action="ConversionData",outcome="ok"} 2`,
			`signalbox_upstream_call_duration_seconds_count{function="alerts",action="ListCardInfo",outcome="ok"} 2`,
			`signalbox_unauthorized_requests_total{function="conversion"} 0`,
		},
	} {
		got := d.do(t, http.MethodGet, base+path, "", http.Header{})
		for _, words := range want {
			if got.status != http.StatusOK || !strings.Contains(got.body, words) {
				t.Errorf("GET %s = %d, %s; want 200 with %s", path, got.status, got.body, words)
			}
		}
	}
}

// TestDevGuardsAndRefuses shows that the functions behind dev are as deployed.
func TestDevGuardsAndRefuses(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	if len(d.curls) == 0 {
		t.Fatal("dev printed no curl line")
	}
	unguarded := strings.Replace(d.curls[0], devToken, "some-other-token", 1)
	if got := d.curl(t, unguarded); got.status != http.StatusUnauthorized {
		t.Errorf("a lookup with another token = %d, %s; want 401", got.status, got.body)
	}
	base := strings.TrimSuffix(d.inbox, "/inbox")
	if got := d.do(t, http.MethodGet, base+"/nothing", "", http.Header{}); got.media != "application/problem+json" {
		t.Errorf("GET /nothing = %s, %s; want a problem document", got.media, got.body)
	}
	for path, status := range map[string]int{"/": 200, "/healthz": 200, "/nothing": 404} {
		if got := d.do(t, http.MethodGet, base+path, "", http.Header{}); got.status != status {
			t.Errorf("GET %s = %d, %s; want %d", path, got.status, got.body, status)
		}
	}
}

// TestServeWhileItCannot ends what goes on beside a server that cannot serve.
func TestServeWhileItCannot(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	err = serveWhile(t.Context(), listener, http.NotFoundHandler(), func(ctx context.Context) error {
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
			t.Error("the work goes on")
		}
		return nil
	})
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("serveWhile on a closed listener = %v, want net.ErrClosed", err)
	}
}
