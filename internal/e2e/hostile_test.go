package e2e_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
)

var hostileRequests = flag.Int("hostile", 300, "how many hostile requests each function gets; CI sends 10000")

const (
	// clientsAtOnce send hostile requests.
	clientsAtOnce = 48
	// hangs is how long no answer may take: slow ones wait 2 s for their wrong
	// token, and 1 s for room.
	hangs = 20 * time.Second
	// growth is what a process may have more of in the end, in bytes.
	growth = 12 << 20
)

// TestHostileRequests sends them to the built functions, with right tokens, wrong
// ones and none.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	for _, function := range []string{"cardflow", "conversion"} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			cloud := aliyuntest.New(aliyuntest.Options{
				Cards: 60, QPS: map[string]int{"GetCardFlowInfo": unlimited, "ConversionData": unlimited},
			})
			server := httptest.NewServer(cloud)
			t.Cleanup(server.Close)
			p := servetest.StartHTTP(t, executable(t, function),
				"SIGNALBOX_LINKCARD_ENDPOINT="+server.URL, "SIGNALBOX_LINKCARD_QPS=10000",
				"SIGNALBOX_DYSMS_ENDPOINT="+server.URL, "SIGNALBOX_DYSMS_QPS=10000", "SIGNALBOX_API_TOKENS="+token,
				"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
				"GOMEMLIMIT=24MiB") // What is more is no garbage.
			attack(t, p, newGenerator(1, cloud.ICCID(2)), *hostileRequests/5) // It has its buffers then.
			server.CloseClientConnections()                                   // How many it keeps depends on what met.
			files, resident := descriptors(t, p.PID()), servetest.ResidentBytes(t, p.PID())
			statuses := attack(t, p, newGenerator(2, cloud.ICCID(2)), *hostileRequests)
			t.Logf("answers by status: %v", statuses)
			if statuses[200] == 0 || statuses[400] == 0 || statuses[401] == 0 || statuses[404] == 0 {
				t.Error("want some of the requests to be taken, and some to be refused for each reason")
			}
			eventually(t, func() error {
				server.CloseClientConnections()
				return unchanged(p.PID(), descriptors(t, p.PID())-files, servetest.ResidentBytes(t, p.PID())-resident)
			})
			if strings.Contains(p.Output(), cloud.ICCID(2)) || strings.Contains(p.Output(), "panic") {
				t.Error("the log has a whole ICCID, or a panic")
			}
			if text := longestLine(p.Output()); len(text) > 1500 {
				t.Errorf("the log has a line of %d bytes: %.300s", len(text), text)
			}
		})
	}
}

func unchanged(pid, files int, grown int64) error {
	if files > 0 || grown > growth {
		return fmt.Errorf("process %d has %d more files open and %d more bytes than before", pid, files, grown)
	}
	return nil
}

func longestLine(text string) string {
	longest := ""
	for line := range strings.Lines(text) {
		if len(line) > len(longest) {
			longest = line
		}
	}
	return longest
}

// attack sends n requests and returns how many answers there were of each status.
func attack(t *testing.T, p *servetest.HTTP, g generator, n int) map[int]int {
	t.Helper()
	requests, statuses := make(chan hostile), make(map[int]int)
	var mu sync.Mutex
	var clients sync.WaitGroup
	for range clientsAtOnce {
		clients.Go(func() {
			for h := range requests {
				got := h.send(t, strings.TrimPrefix(p.URL, "http://"))
				h.check(t, got)
				mu.Lock()
				statuses[got.status]++
				mu.Unlock()
			}
		})
	}
	for range n {
		requests <- g.request()
	}
	close(requests)
	clients.Wait()
	return statuses
}

// reply is what came back, with the status of the first answer in it; 0: none.
type reply struct {
	status int
	raw    string
}

// send returns what came back until the server closed the connection, or the client
// had its answer.
func (h hostile) send(t *testing.T, address string) reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hangs)
	defer cancel()
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		t.Errorf("connect: %v", err)
		return reply{}
	}
	defer connection.Close()
	deadline, _ := ctx.Deadline()
	_ = connection.SetDeadline(deadline)
	_, _ = io.WriteString(connection, h.sent) // It may be refused half-way.
	if half, ok := connection.(*net.TCPConn); ok && h.leaves {
		_ = half.CloseWrite()
	}
	got, err := h.receive(connection)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%s has no answer, or half of one: %.300q", h, got.raw)
	}
	return got
}

// receive reads answers as the RFC has it, and keeps them as they came.
func (h hostile) receive(connection io.Reader) (reply, error) {
	var raw strings.Builder
	var first int
	method, _, _ := strings.Cut(h.sent, " ")
	reader := bufio.NewReader(io.TeeReader(connection, &raw))
	for {
		answer, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			return reply{first, raw.String()}, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if first = cmp.Or(first, answer.StatusCode); first < 200 {
			first = 0 // More is to come.
		}
		if err != nil || first > 0 && !h.leaves {
			return reply{first, raw.String()}, err
		}
	}
}

func (h hostile) String() string {
	return fmt.Sprintf("%.300q (%d bytes, leaves %t)", h.sent, len(h.sent), h.leaves)
}

// check wants no answer that says that the server is at fault. Of a version or an
// encoding that it does not know, net/http has to say just that, by RFC 9110.
func (h hostile) check(t *testing.T, got reply) {
	t.Helper()
	line, _, _ := strings.Cut(h.sent, "\r\n")
	switch {
	case got.status == http.StatusNotImplemented && strings.Contains(h.sent, "Transfer-Encoding"):
	case got.status == http.StatusHTTPVersionNotSupported && !strings.HasSuffix(line, " HTTP/1.1"):
	case got.status >= 500 || got.status == 0 && got.raw != "":
		t.Errorf("%s got %.300q", h, got.raw)
	}
	for _, tag := range []string{"<script", "<img", "<svg"} {
		if strings.Contains(got.raw, tag) {
			t.Errorf("%s got %.500q, which has %s", h, got.raw, tag)
		}
	}
}
