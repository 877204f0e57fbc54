package conversion

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"signalbox/functions/conversion/intake"
	"signalbox/functions/conversion/outbox"
	"signalbox/shared/metric"
	"signalbox/shared/web"
)

// bounds are those of one request or message. 1,000 CloudEvents fit.
var bounds = intake.Bounds{Bytes: 512 << 10, Items: 1000}

// wish is what a request's header asks for.
type wish struct {
	key   string // "" for none
	async bool
}

// maxKey bounds an Idempotency-Key, in bytes.
const maxKey = 255

func (f *Function) wishOf(header http.Header) (wish, error) {
	w := wish{key: header.Get("Idempotency-Key"), async: prefersAsync(header)}
	_, keyed := header["Idempotency-Key"]
	switch {
	case f.outbox == nil && keyed:
		return w, withoutStore("Idempotency-Key")
	case f.outbox == nil && w.async:
		return w, withoutStore("Prefer: respond-async")
	case keyed && !validKey(header.Values("Idempotency-Key")):
		return w, web.BadParameter("Idempotency-Key", "Send this header once: 1 to 255 visible ASCII characters without spaces.")
	}
	return w, nil
}

func validKey(values []string) bool {
	if len(values) != 1 || values[0] == "" || len(values[0]) > maxKey {
		return false
	}
	return !strings.ContainsFunc(values[0], func(c rune) bool { return c <= ' ' || c > '~' })
}

// prefersAsync reads Prefer, see https://www.rfc-editor.org/rfc/rfc7240.
func prefersAsync(header http.Header) bool {
	for _, line := range header.Values("Prefer") {
		for preference := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(preference, ";")
			if strings.EqualFold(strings.TrimSpace(name), "respond-async") {
				return true
			}
		}
	}
	return false
}

// handleConversions answers POST /conversions.
func (f *Function) handleConversions(w http.ResponseWriter, r *http.Request) error {
	want, err := f.wishOf(r.Header)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), f.config.Timeout)
	defer cancel()
	batch, hash, err := readHashed(w, r)
	if err != nil {
		return err
	}
	work := func(ctx context.Context, c *outbox.Claim) (outbox.Record, error) {
		return f.list(ctx, w.Header(), batch.Items, want.async, c)
	}
	if !batch.List {
		one := f.read(batch.Items[0])
		if one.problem != nil {
			return one.problem
		}
		if want.key == "" && one.key != "" {
			want.key, hash = one.key, one.hash
		}
		work = func(ctx context.Context, c *outbox.Claim) (outbox.Record, error) {
			return f.one(ctx, one.at(c), want.async, c)
		}
	}
	answer, _, err := f.once(ctx, want.key, hash, work)
	if err != nil {
		return problemOf(err)
	}
	if want.async {
		w.Header().Set("Preference-Applied", "respond-async")
	}
	return writeAnswer(w, answer)
}

// readHashed reads a request, and names its body.
func readHashed(w http.ResponseWriter, r *http.Request) (intake.Batch, string, error) {
	sum := sha256.New()
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(r.Body, sum), r.Body}
	defer r.Body.Close() // forwarding may take long
	batch, err := intake.Read(w, r, bounds)
	return batch, hex.EncodeToString(sum.Sum(nil)), err
}

func writeAnswer(w http.ResponseWriter, r outbox.Record) error {
	media := "application/json"
	if r.Code >= http.StatusBadRequest {
		media = "application/problem+json"
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(r.Code)
	_, err := w.Write(append(r.Answer, '\n'))
	return err
}

// item is a report of a request or a message, or the problem that it has.
type item struct {
	report  outbox.Report
	problem *web.Error
	key     string // "" for none
	hash    string // of its body
	undated bool   // it says no time of its own, and none is known at which it was sent
}

// at returns the report as it is under a claim. Without a time of its own it is of when
// it first came: what was forwarded then, and whose answer was lost, says the same.
func (i item) at(c *outbox.Claim) outbox.Report {
	r := i.report
	if i.undated && c != nil && c.First != 0 {
		r.Time = c.First
	}
	return r
}

// read reads one item. A CloudEvent's key is its source and its id, with a space that
// no Idempotency-Key has.
func (f *Function) read(i intake.Item) item {
	if i.Problem != nil {
		return item{problem: i.Problem}
	}
	p, err := parseReport(i.Data, f.config.Now(), i.Time)
	if err != nil {
		return item{problem: problemOf(err)}
	}
	read := item{report: outbox.Report{Rate: p.rate, Time: p.at.UnixMilli()}, undated: p.undated}
	if i.ID != "" && f.outbox != nil {
		sum := sha256.Sum256(i.Data)
		read.key, read.hash = i.Source+" "+i.ID, hex.EncodeToString(sum[:])
	}
	return read
}

// one forwards a report, or has it wait. What waits has a key, by which it can be
// asked for.
func (f *Function) one(ctx context.Context, r outbox.Report, async bool, c *outbox.Claim) (outbox.Record, error) {
	if !async {
		return f.forward(ctx, r)
	}
	if c == nil {
		c = outbox.NewKey()
	}
	record, err := accepted(r, c.Key)
	if err != nil {
		return record, err
	}
	return record, f.add(ctx, []outbox.Entry{f.entry(r, c.Key)}, outbox.Answer{Claim: c, Record: record})
}

func (f *Function) entry(r outbox.Report, key string) outbox.Entry {
	return outbox.Entry{Key: key, Report: r, Accepted: f.config.Now().UnixMilli()}
}

// add has reports wait.
func (f *Function) add(ctx context.Context, entries []outbox.Entry, answers ...outbox.Answer) error {
	if err := f.outbox.Add(ctx, entries, answers...); err != nil {
		return err
	}
	f.config.Meter.Add(metric.Reports, len(entries), countAccepted)
	return nil
}

// acceptedAnswer is the answer to a report that waits.
type acceptedAnswer struct {
	Status         outbox.Status `json:"status"`
	Key            string        `json:"key"`
	ConversionRate json.Number   `json:"conversionRate"`
	ReportTime     int64         `json:"reportTime"`
}

func accepted(r outbox.Report, key string) (record outbox.Record, err error) {
	record = outbox.Record{Status: outbox.Accepted, Code: http.StatusAccepted, Report: &r}
	record.Answer, err = json.Marshal(acceptedAnswer{outbox.Accepted, key, rateNumber(r.Rate), r.Time})
	return record, err
}

// problemOf is err as a caller sees it. What is not known otherwise is the store's.
func problemOf(err error) *web.Error {
	if problem, ok := errors.AsType[*web.Error](err); ok {
		return problem
	}
	if inFlight, ok := errors.AsType[*outbox.InFlightError](err); ok {
		return web.NewError(http.StatusConflict, "key-in-flight",
			"This key came a moment ago and is not answered yet; try again after the time in Retry-After.").RetryAfter(inFlight.RetryAfter)
	}
	switch {
	case errors.Is(err, outbox.ErrOtherBody):
		return web.NewError(http.StatusUnprocessableEntity, "key-used", "This key came with another body within the last 24 hours.")
	case errors.Is(err, outbox.ErrFull):
		return web.NewError(http.StatusServiceUnavailable, "outbox-full",
			"As many reports wait as may; try again after the time in Retry-After.").RetryAfter(time.Minute).Because(err)
	default:
		return storeFailed(err)
	}
}
