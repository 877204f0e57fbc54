package conversion_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/conversion"
	"signalbox/internal/testsize"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/serve/event"
)

// What template.yaml says of the queue and of the function.
const (
	visibility  = 360 * time.Second
	maxReceives = 72
	batchSize   = 10
	instances   = 3
	invocation  = 60 * time.Second
	margin      = 2 * time.Second // that serve keeps for the answer
)

// sqsMessage is a report in the queue.
type sqsMessage struct {
	id, body   string
	sent       time.Time
	rate       string // as it is to arrive
	reportTime int64  // likewise
	visible    time.Time
	receives   int
	deleted    bool
}

// sqs is a queue that delivers at least once, and at times a message that is with
// another consumer.
type sqs struct {
	mu        sync.Mutex
	random    *rand.Rand
	all, live []*sqsMessage

	deliveries, duplicates int
}

// send puts report number n into the queue; one in ten gives a time of its own.
func (q *sqs) send(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	rate := float64(n) / 100_000
	m := &sqsMessage{id: "m-" + strconv.Itoa(n), sent: now, rate: dysms.FormatRate(rate), reportTime: now.UnixMilli()}
	m.body = `{"conversionRate":` + m.rate + `}`
	if n%10 == 0 {
		m.reportTime = now.Add(time.Hour).UnixMilli()
		m.body = `{"conversionRate":` + m.rate + `,"reportTime":` + strconv.FormatInt(m.reportTime, 10) + `}`
	}
	q.all, q.live = append(q.all, m), append(q.live, m)
}

// receive returns up to a batch of messages, oldest first, one in ten with one
// that another consumer has.
func (q *sqs) receive() []*sqsMessage {
	q.mu.Lock()
	defer q.mu.Unlock()
	var batch, inFlight []*sqsMessage
	now := time.Now()
	for _, m := range q.live {
		switch {
		case now.Before(m.visible):
			inFlight = append(inFlight, m)
		case len(batch) < batchSize:
			batch = append(batch, m)
		}
	}
	if len(inFlight) > 0 && 0 < len(batch) && len(batch) < batchSize && q.random.IntN(10) == 0 {
		q.duplicates++
		batch = append(batch, inFlight[q.random.IntN(len(inFlight))])
	}
	for _, m := range batch {
		m.visible = now.Add(visibility)
		m.receives++
	}
	q.deliveries += len(batch)
	return batch
}

// settle deletes the messages of a batch that are not to come back.
func (q *sqs) settle(batch []*sqsMessage, results []event.Result) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, r := range results {
		if r.Err == nil {
			batch[i].deleted = true
		}
	}
	q.live = slices.DeleteFunc(q.live, func(m *sqsMessage) bool { return m.deleted })
}

// deliveredAtLeast reports whether so many messages were delivered.
func (q *sqs) deliveredAtLeast(n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.deliveries >= n
}

// empty reports whether every message is deleted.
func (q *sqs) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.live) == 0
}

// lambdaEvent is a batch in the form that Lambda gives it.
func lambdaEvent(t *testing.T, batch []*sqsMessage) event.Batch {
	t.Helper()
	var records []string
	for _, m := range batch {
		records = append(records, fmt.Sprintf(`{"messageId":%q,"body":%q,"eventSource":"aws:sqs","attributes":{"SentTimestamp":"%d"}}`,
			m.id, m.body, m.sent.UnixMilli()))
	}
	e, err := event.Decode([]byte(`{"Records":[` + strings.Join(records, ",") + `]}`))
	if err != nil || e.Batch == nil {
		t.Fatalf("Decode(%v) = %+v, %v", records, e, err)
	}
	return *e.Batch
}

// invoke works on a batch as Lambda has it done: one in twenty invocations ends
// before its answer, at any moment, and of one in twenty the answer is lost.
func (q *sqs) invoke(t *testing.T, f *conversion.Function, batch []*sqsMessage, end time.Duration, lost bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), min(end, invocation-margin))
	defer cancel()
	began := time.Now()
	results := f.Batch(ctx, lambdaEvent(t, batch))
	if took := time.Since(began); took > invocation {
		t.Errorf("an invocation took %s, of %s", took, invocation)
		return
	}
	if crashed := end < invocation && ctx.Err() != nil; !crashed && !lost {
		q.settle(batch, results)
	}
}

// fault draws what goes wrong with a call: a third of them, and all in an outage of
// ten minutes in each hour.
func (q *sqs) fault(aliyuntest.Call) aliyuntest.Fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	if time.Now().Minute() < 10 {
		return aliyuntest.Fault{Kind: aliyuntest.Unavailable503}
	}
	kinds := []aliyuntest.Kind{
		aliyuntest.LostAnswer, aliyuntest.LostAnswer, aliyuntest.Slow, aliyuntest.Status500,
		aliyuntest.Throttle, aliyuntest.Reset, aliyuntest.Truncated,
	}
	if i := q.random.IntN(3 * len(kinds)); i < len(kinds) {
		return aliyuntest.Fault{Kind: kinds[i], Delay: time.Duration(q.random.IntN(20)) * time.Second}
	}
	return aliyuntest.Fault{}
}

// consume is one instance, for as long as there are messages.
func (q *sqs) consume(t *testing.T, f *conversion.Function, done <-chan struct{}) {
	t.Helper()
	for {
		batch := q.receive()
		if len(batch) == 0 {
			select {
			case <-done:
				return
			case <-time.After(time.Second):
				continue
			}
		}
		q.mu.Lock()
		end, lost := time.Hour, q.random.IntN(20) == 0
		if q.random.IntN(20) == 0 {
			end = time.Duration(q.random.Int64N(int64(invocation)))
		}
		q.mu.Unlock()
		q.invoke(t, f, batch, end, lost)
	}
}

// TestTwentyThousandDeliveries has three instances work a queue off, with
// duplicates, timeouts, crashes, lost answers and outages, until it has delivered
// 20,000 messages and is empty. Each report arrives, always with the same time.
func TestTwentyThousandDeliveries(t *testing.T) {
	t.Parallel()
	deliveries := testsize.Of(2_000, 20_000)
	synctest.Test(t, func(t *testing.T) {
		q := &sqs{random: rand.New(rand.NewPCG(8, 4))}
		cloud := aliyuntest.New(aliyuntest.Options{})
		cloud.Draw(q.fault)
		done := make(chan struct{})
		var wg sync.WaitGroup
		for range instances {
			f := instance(t, cloud, 3, time.Now, io.Discard)
			wg.Go(func() { q.consume(t, f, done) })
		}
		for n := 1; !q.deliveredAtLeast(deliveries); n++ {
			q.send(n)
			time.Sleep(500 * time.Millisecond)
		}
		for range 24 * 60 { // A day, for a queue that would never be empty.
			if time.Sleep(time.Minute); q.empty() {
				break
			}
		}
		close(done)
		wg.Wait()
		q.check(t, cloud.Conversions())
		t.Logf("%d reports, %d deliveries, %d of them of a message in flight, %d accepted",
			len(q.all), q.deliveries, q.duplicates, len(cloud.Conversions()))
	})
}

// check wants each report to have arrived, with one time.
func (q *sqs) check(t *testing.T, accepted []aliyuntest.Conversion) {
	t.Helper()
	times := map[string]map[int64]bool{}
	for _, c := range accepted {
		if times[c.Rate] == nil {
			times[c.Rate] = map[int64]bool{}
		}
		times[c.Rate][c.ReportTime] = true
	}
	for _, m := range q.all {
		if got := times[m.rate]; len(got) != 1 || !got[m.reportTime] {
			t.Errorf("report %s arrived with the times %v, want %d alone", m.id, got, m.reportTime)
		}
		if m.receives > maxReceives {
			t.Errorf("report %s was received %d times: it would be a dead letter", m.id, m.receives)
		}
	}
	if len(q.live) > 0 {
		t.Errorf("%d reports are still in the queue", len(q.live))
	}
	if len(accepted) <= len(q.all) || q.duplicates == 0 {
		t.Errorf("%d accepted of %d reports, %d delivered while in flight: nothing went wrong", len(accepted), len(q.all), q.duplicates)
	}
}
