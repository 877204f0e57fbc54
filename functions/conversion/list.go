package conversion

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"signalbox/functions/conversion/intake"
	"signalbox/functions/conversion/outbox"
	"signalbox/shared/quota"
	"signalbox/shared/web"
)

// result is what became of one item of a list.
type result struct {
	Status    string     `json:"status"`
	Key       string     `json:"key,omitempty"` // of one that waits
	RequestID string     `json:"requestId,omitempty"`
	Problem   *web.Error `json:"problem,omitempty"`
}

// The statuses of items that have none of package outbox.
const (
	statusDuplicate = "duplicate"
	statusRefused   = "refused"
)

// listing is a list that is being worked on.
type listing struct {
	*Function

	async   bool
	items   []item
	results []result
	// entries and answers are of the items without a key that are to wait.
	entries []outbox.Entry
	answers []outbox.Answer
}

// list forwards the items of a list, or has them wait, each alone. Where nothing came
// of any, the key of the list may be used again. header gets the longest Retry-After.
func (f *Function) list(
	ctx context.Context, header http.Header, items []intake.Item, async bool, c *outbox.Claim,
) (outbox.Record, error) {
	l := &listing{Function: f, async: async, results: make([]result, len(items))}
	for _, i := range items {
		one := f.read(i)
		one.report = one.at(c)
		l.items = append(l.items, one)
	}
	// Who has sent one report does not wait for all of a list.
	behind := quota.InBackground(ctx)
	for _, some := range l.parts() {
		l.each(behind, some)
	}
	record, err := l.record()
	if err != nil {
		return record, err
	}
	l.wait(header)
	if len(l.entries) == 0 {
		return record, nil
	}
	if c != nil {
		l.answers = append(l.answers, outbox.Answer{Claim: c, Record: record})
	}
	return record, f.add(ctx, l.entries, l.answers...)
}

// parts are the numbers of the items that can be worked on at the same time: of those
// that have one key, each is for itself.
func (l *listing) parts() [][]int {
	var first []int
	var repeated [][]int
	seen := make(map[string]bool)
	for n, i := range l.items {
		if i.key != "" && seen[i.key] {
			repeated = append(repeated, []int{n})
			continue
		}
		seen[i.key] = true
		first = append(first, n)
	}
	return append([][]int{first}, repeated...)
}

// listWorkers is how many items of a list are worked on at once.
const listWorkers = 8

func (l *listing) each(ctx context.Context, numbers []int) {
	next := make(chan int, len(numbers))
	for _, n := range numbers {
		if i := l.items[n]; l.async && i.problem == nil && i.key == "" {
			l.waits(n)
		} else {
			next <- n
		}
	}
	close(next)
	var wg sync.WaitGroup
	for range min(listWorkers, len(next)) {
		wg.Go(func() {
			for n := range next {
				l.results[n] = l.item(ctx, l.items[n])
			}
		})
	}
	wg.Wait()
}

// waits has an item without a key wait, with all others of its kind.
func (l *listing) waits(n int) {
	report, c := l.items[n].report, outbox.NewKey()
	record, err := accepted(report, c.Key)
	if err != nil {
		l.results[n] = result{Status: statusRefused, Problem: problemOf(err)}
		return
	}
	l.entries = append(l.entries, l.entry(report, c.Key))
	l.answers = append(l.answers, outbox.Answer{Claim: c, Record: record})
	l.results[n] = result{Status: string(outbox.Accepted), Key: c.Key}
}

func (l *listing) item(ctx context.Context, i item) result {
	if i.problem != nil {
		return result{Status: statusRefused, Problem: i.problem}
	}
	if ctx.Err() != nil {
		return result{Status: statusRefused, Problem: web.FromUpstream(&quota.ExhaustedError{Action: "ConversionData"})}
	}
	record, again, err := l.once(ctx, i.key, i.hash, func(ctx context.Context, c *outbox.Claim) (outbox.Record, error) {
		return l.one(ctx, i.at(c), l.async, c)
	})
	switch {
	case err != nil:
		return result{Status: statusRefused, Problem: problemOf(err)}
	case again:
		return result{Status: statusDuplicate, RequestID: record.RequestID}
	case l.async:
		return result{Status: string(outbox.Accepted), Key: i.key}
	default:
		return result{Status: string(outbox.Forwarded), RequestID: record.RequestID}
	}
}

// record is what the list is answered by.
func (l *listing) record() (record outbox.Record, err error) {
	for _, r := range l.results {
		if r.Status != statusRefused {
			record.Status = outbox.Answered
		}
	}
	record.Code = http.StatusOK
	if l.async {
		record.Code = http.StatusAccepted
	}
	record.Answer, err = json.Marshal(map[string][]result{"results": l.results})
	return record, err
}

// wait gives header the longest Retry-After of the items.
func (l *listing) wait(header http.Header) {
	const name = "Retry-After"
	longest := 0
	for _, r := range l.results {
		if r.Problem == nil {
			continue
		}
		if seconds, err := strconv.Atoi(r.Problem.Header.Get(name)); err == nil && seconds > longest {
			longest = seconds
			header.Set(name, r.Problem.Header.Get(name))
		}
	}
}
