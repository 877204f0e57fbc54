//go:build long

package e2e_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

// TestAbuse has a case for each fault of the client and the handlers under overload,
// hang-ups and abuse, by the number of its part in doc/decisions/0011. As those of
// TestFaults the cases look at the outside alone, so that they can be seen to
// fail on executables of the time before: -builds.
func TestAbuse(t *testing.T) {
	t.Parallel()
	t.Run("1 goodput", goodput)
	t.Run("1 goodput of four", goodputOfFour)
	t.Run("1 hang-ups", hangUps)
	t.Run("1 400 disconnects", disconnects)
	t.Run("1 burst after a hint", burstAfterAHint)
	t.Run("1 hint without throttling", hintWithoutThrottling)
	t.Run("1 throttled at low traffic", throttledAtLowTraffic)
	t.Run("1 clock steps back", clockStepsBack)
	t.Run("1 keys lost", keysLost)
	t.Run("1 redis refuses", redisRefuses)
	t.Run("1 cluster addresses", clusterAddresses)
	t.Run("2 dead connection", deadConnection)
	t.Run("2 number of connections", numberOfConnections)
	t.Run("2 echoes", echoes)
	t.Run("2 no credentials", noCredentials)
	t.Run("3 listens here alone", listensHereAlone)
	t.Run("3 invoke token", invokeToken)
	t.Run("3 invoke through an HTTP trigger", invokeThroughATrigger)
	t.Run("3 invoke body", invokeBody)
	t.Run("3 failed run", failedRun)
	t.Run("3 overlapping run", overlappingRun)
	t.Run("3 platform auth", platformAuth)
	t.Run("3 strict JSON", strictJSON)
	t.Run("3 long log lines", longLogLines)
	t.Run("3 caller hangs up", callerHangsUp)
	t.Run("3 connections", connections)
	t.Run("3 bodies at once", bodiesAtOnce)
	t.Run("3 harmless answers", harmlessAnswers)
	t.Run("3 wrong tokens", wrongTokens)
	t.Run("3 readyz", readyz)
	t.Run("4 time of a message", timeOfAMessage)
	t.Run("4 batch at once", batchAtOnce)
	t.Run("4 share of the time", shareOfTheTime)
	t.Run("4 messages not tried", messagesNotTried)
	t.Run("4 rate of 1e-7", rateWithAnExponent)
	t.Run("4 bounds of reportTime", boundsOfReportTime)
	t.Run("4 failing runtime API", failingRuntimeAPI)
}

// serve starts a function as a plain HTTP server.
func (o *outside) serve(t *testing.T, function string, env ...string) *servetest.HTTP {
	t.Helper()
	return servetest.StartHTTP(t, executable(t, function), append(o.of(function), env...)...)
}

// of is the environment of a function, where alerts alone keeps a state.
func (o *outside) of(function string) []string {
	env := append(slices.Clone(o.env), "SIGNALBOX_API_TOKENS="+token, "SIGNALBOX_DYSMS_ENDPOINT="+o.url, "SIGNALBOX_DYSMS_QPS=2000",
		"SIGNALBOX_CACHE_TTL=0s", "SIGNALBOX_CACHE_STALE=0s")
	if function == "alerts" {
		return env
	}
	return slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, "SIGNALBOX_STATE_FILE=") })
}

// flow is a lookup. Each is of another card or month than the ones before, so that no
// answer to another helps.
func (o *outside) flow() string {
	const cards, months = 50, 24
	n := int(o.asked.Add(1))
	month := time.Now().UTC().AddDate(0, -n/cards%months, 1-time.Now().UTC().Day())
	return "/cards/" + o.cloud.ICCID(n%cards) + "/flow?month=" + month.Format("200601")
}

// response is what came of a request: Status 0 where its caller left before.
type response struct {
	Status int
	Header http.Header
	Body   string
	At     time.Time
	Took   time.Duration
}

// patient is how long a case waits for an answer whose time is not what it looks at.
const patient = 30 * time.Second

// callers are clients that keep enough connections.
var callers = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 500}}

// ask sends a request with the token, for which header may have another or none, and
// gives up when ctx ends.
func ask(ctx context.Context, method, url, body string, header ...string) response {
	start := time.Now()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return response{Body: err.Error()}
	}
	for _, line := range append([]string{"Authorization: Bearer " + token, "Content-Type: " + contentType}, header...) {
		name, value, _ := strings.Cut(line, ": ")
		if req.Header.Set(name, value); value == "" {
			req.Header.Del(name)
		}
	}
	resp, err := callers.Do(req)
	if err != nil {
		return response{Body: err.Error(), At: time.Now(), Took: time.Since(start)}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return response{Body: err.Error(), At: time.Now(), Took: time.Since(start)}
	}
	return response{resp.StatusCode, resp.Header, string(text), time.Now(), time.Since(start)}
}

// within is ask with so much time.
func within(t *testing.T, limit time.Duration, method, url, body string, header ...string) response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return ask(ctx, method, url, body, header...)
}

// bestOf wants measure to find nothing wrong in one of a few tries: what else this
// machine does can only make it worse.
func bestOf(t *testing.T, tries int, measure func() error) {
	t.Helper()
	var err error
	for range tries {
		if err = measure(); err == nil {
			return
		}
		t.Log(err)
	}
	t.Error(err)
}

// atOnce does n things at once and returns when all are done.
func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}
