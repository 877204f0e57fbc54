//go:build browser

package browsertest_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is for one command of a busy machine.
const patience = time.Minute

// browser is a chromium that is driven by its DevTools protocol, through a pipe.
//
// https://chromedevtools.github.io/devtools-protocol/
type browser struct {
	commands io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	tabs    map[string]*tab // by session
}

type reply struct {
	ID        int             `json:"id"`
	Method    string          `json:"method"`
	SessionID string          `json:"sessionId"`
	Params    json.RawMessage `json:"params"`
	Result    json.RawMessage `json:"result"`
	Error     *struct{ Message string }
}

// startBrowser starts chromium, and ends it after the test.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	in, commands, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// Not t.Context(): the browser is asked to end after the test.
	command := exec.CommandContext(context.Background(), "chromium", append(silent(t), "--remote-debugging-pipe", "about:blank")...) //nolint:usetesting // see above
	command.ExtraFiles = []*os.File{in, out}                                                                                         // chromium reads from 3 and writes to 4
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = in.Close(), out.Close()
	b := &browser{commands: commands, waiting: make(map[int]chan reply), tabs: make(map[string]*tab)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.read(answers)
	}()
	t.Cleanup(func() {
		b.call(t, "", "Browser.close", map[string]any{}, nil) // and its processes, which write to its folder
		<-done
		_ = command.Wait()
		_, _ = commands.Close(), answers.Close()
	})
	return b
}

// read hands out what chromium says until it ends.
func (b *browser) read(answers io.Reader) {
	messages := bufio.NewReader(answers)
	for {
		raw, err := messages.ReadBytes(0)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(raw[:len(raw)-1], &r) != nil {
			continue
		}
		b.mu.Lock()
		answer, tab := b.waiting[r.ID], b.tabs[r.SessionID]
		delete(b.waiting, r.ID)
		b.mu.Unlock()
		switch {
		case r.ID != 0 && answer != nil:
			answer <- r
		case tab != nil:
			tab.note(r)
		}
	}
}

// call sends a command and decodes its result into result, which may be nil.
func (b *browser) call(t *testing.T, session, method string, params, result any) {
	t.Helper()
	answer := make(chan reply, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.waiting[id] = answer
	b.mu.Unlock()
	raw, err := json.Marshal(map[string]any{"id": id, "sessionId": session, "method": method, "params": params})
	if err != nil {
		t.Fatal(err)
	}
	if session == "" {
		raw = []byte(strings.Replace(string(raw), `,"sessionId":""`, "", 1))
	}
	if _, err := b.commands.Write(append(raw, 0)); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			t.Fatalf("%s: %s", method, r.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(r.Result, result); err != nil {
				t.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(patience):
		t.Fatalf("%s was not answered within %v", method, patience)
	}
}

// tab is a page in the browser, with what happened in it.
type tab struct {
	*browser
	session string
	loaded  chan struct{}

	mu       sync.Mutex
	console  []string // errors and warnings
	requests []string // addresses
	policy   string   // of the page's answer
}

// view is how a page is looked at.
type view struct {
	width, height int
	dark          bool
	language      string // of the header Accept-Language
	authorization string // "": none
}

// open opens a tab on address and waits until it is there.
func (b *browser) open(t *testing.T, address string, v view) *tab {
	t.Helper()
	var target struct{ TargetID string }
	b.call(t, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call(t, "", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &tab{browser: b, session: attached.SessionID, loaded: make(chan struct{}, 1)}
	b.mu.Lock()
	b.tabs[p.session] = p
	b.mu.Unlock()
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.do(t, domain+".enable", nil, nil)
	}
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	p.do(t, "Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	p.do(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": v.width, "height": v.height, "deviceScaleFactor": 1, "mobile": v.width < 500}, nil)
	headers := map[string]any{"Accept-Language": v.language}
	if v.authorization != "" {
		headers["Authorization"] = v.authorization
	}
	p.do(t, "Network.setExtraHTTPHeaders", map[string]any{"headers": headers}, nil)
	p.navigate(t, address)
	return p
}

func (p *tab) navigate(t *testing.T, address string) {
	t.Helper()
	select {
	case <-p.loaded: // of the page before
	default:
	}
	var result struct{ ErrorText string }
	p.do(t, "Page.navigate", map[string]any{"url": address}, &result)
	if result.ErrorText != "" {
		t.Fatalf("%s: %s", address, result.ErrorText)
	}
	p.wait(t)
}

// wait waits until a page has loaded.
func (p *tab) wait(t *testing.T) {
	t.Helper()
	select {
	case <-p.loaded:
	case <-time.After(patience):
		t.Fatalf("no page loaded within %v", patience)
	}
}

func (p *tab) do(t *testing.T, method string, params, result any) {
	t.Helper()
	if params == nil {
		params = map[string]any{}
	}
	p.call(t, p.session, method, params, result)
}

// note keeps what a test asks for later.
func (p *tab) note(r reply) {
	var e struct {
		Type  string
		Entry struct{ Level, Text string }
		Args  []struct{ Value any }

		ExceptionDetails struct{ Text string }
		Request          struct{ URL string }
		Response         struct {
			URL     string
			Headers map[string]string
		}
	}
	_ = json.Unmarshal(r.Params, &e) // other events have other members
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.Method {
	case "Page.loadEventFired":
		select {
		case p.loaded <- struct{}{}:
		default:
		}
	case "Runtime.consoleAPICalled":
		p.console = append(p.console, fmt.Sprint(e.Type, e.Args))
	case "Runtime.exceptionThrown":
		p.console = append(p.console, e.ExceptionDetails.Text)
	case "Log.entryAdded":
		p.console = append(p.console, e.Entry.Level+": "+e.Entry.Text)
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, e.Request.URL)
	case "Network.responseReceived":
		if e.Type == "Document" {
			p.policy = e.Response.Headers["Content-Security-Policy"]
		}
	}
}

// happened returns what was noted so far.
func (p *tab) happened() (console, requests []string, policy string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.console...), append([]string{}, p.requests...), p.policy
}

// eval evaluates an expression of JavaScript in the page, as its developer may whatever the
// page's policy, and decodes what comes out, once it is there.
func (p *tab) eval(t *testing.T, expression string, result any) {
	t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	p.do(t, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if answer.ExceptionDetails != nil {
		t.Fatalf("%.80s: %s %s", expression, answer.ExceptionDetails.Text, answer.ExceptionDetails.Exception.Description)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(answer.Result.Value, result); err != nil {
		t.Fatalf("%.80s: %v in %s", expression, err, answer.Result.Value)
	}
}

// press presses a key, such as Tab.
func (p *tab) press(t *testing.T, key string) {
	t.Helper()
	codes := map[string]int{"Tab": 9, "Enter": 13}
	for _, kind := range []string{"keyDown", "keyUp"} {
		params := map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
		if key == "Enter" {
			params["text"] = "\r"
		}
		p.do(t, "Input.dispatchKeyEvent", params, nil)
	}
}

// shot takes a picture of the whole page.
func (p *tab) shot(t *testing.T) []byte {
	t.Helper()
	return p.binary(t, "Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true})
}

// pdf prints the page.
func (p *tab) pdf(t *testing.T) []byte {
	t.Helper()
	return p.binary(t, "Page.printToPDF", map[string]any{"paperWidth": 8.27, "paperHeight": 11.69})
}

func (p *tab) binary(t *testing.T, method string, params any) []byte {
	t.Helper()
	var answer struct{ Data string }
	p.do(t, method, params, &answer)
	data, err := base64.StdEncoding.DecodeString(answer.Data)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
