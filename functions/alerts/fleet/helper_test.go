package fleet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/quota"
)

// account is what linkcard has of one account. Its fields are edited between
// sweeps, or by its hooks while the lock is held.
type account struct {
	mu    sync.Mutex
	cards []linkcard.CardInfo
	flows map[string]linkcard.CardFlow // of those cards with more to say than a package
	pools map[string]linkcard.PoolStatistics

	// The hooks see each call with its number, from 1, before it is answered.
	onList func(call int, r linkcard.ListCardInfoRequest, page *linkcard.CardPage) error
	onFlow func(call int, id string) error
	onPool func(credential string) error

	lists   []linkcard.ListCardInfoRequest
	lookups []string
	asked   []string // pools
	limits  map[string]*rate.Limiter
	latency time.Duration
}

// day is the first moment of the bubbles' time, in UTC.
var day = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func iccid(i int) string { return fmt.Sprintf("898603%014d", i) }

// newAccount has cards of which each nth, from the first, has used 90 % of its
// data.
func newAccount(cards, nth int) *account {
	a := &account{flows: make(map[string]linkcard.CardFlow), pools: make(map[string]linkcard.PoolStatistics)}
	for i := range cards {
		info := linkcard.CardInfo{
			Iccid: aliyun.Text(iccid(i)), Status: "30", OsStatus: "100", DataType: "single", DataLevel: "100M",
			PeriodAddFlow: "10.00MB", PeriodRestFlow: "90.00MB", ExpireTime: "2001-01-01 00:00:00",
			FlowLatestModifiedTime: "1999-12-31 00:00:00", Period: "1101", Vendor: "CMCC",
		}
		if nth > 0 && i%nth == 0 {
			info.PeriodAddFlow, info.PeriodRestFlow = "90.00MB", "10.00MB"
		}
		a.cards = append(a.cards, info)
	}
	return a
}

// perSecond is the quota of each action of a limited account.
const perSecond = 20

// limited has a quota for each action, evenly spaced.
func (a *account) limited(latency time.Duration) *account {
	a.limits, a.latency = make(map[string]*rate.Limiter), latency
	for _, action := range []string{"list", "flow", "pool"} {
		a.limits[action] = rate.NewLimiter(rate.Limit(perSecond), 1)
	}
	return a
}

// pace waits for quota and for an answer.
func (a *account) pace(ctx context.Context, action string) error {
	if limit := a.limits[action]; limit != nil {
		if err := limit.Wait(ctx); err != nil {
			return &quota.ExhaustedError{Action: action}
		}
	}
	if a.latency == 0 {
		return ctx.Err() // A timer of 0 s can crash the runtime under the race detector.
	}
	timer := time.NewTimer(a.latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *account) ListCardInfo(ctx context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error) {
	if err := a.pace(ctx, "list"); err != nil {
		return linkcard.ListCardInfoResponse{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lists = append(a.lists, r)
	all := a.cards
	if r.ICCID != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(c linkcard.CardInfo) bool { return string(c.Iccid) != string(r.ICCID) })
	}
	from := min((r.PageNo-1)*r.PageSize, len(all))
	page := linkcard.CardPage{Total: len(all), List: slices.Clone(all[from:min(from+r.PageSize, len(all))])}
	if a.onList != nil {
		if err := a.onList(len(a.lists), r, &page); err != nil {
			return linkcard.ListCardInfoResponse{}, err
		}
	}
	return linkcard.ListCardInfoResponse{Data: page}, nil
}

func (a *account) GetCardFlowInfo(ctx context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error) {
	if err := a.pace(ctx, "flow"); err != nil {
		return linkcard.GetCardFlowInfoResponse{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lookups = append(a.lookups, string(r.ICCID))
	if a.onFlow != nil {
		if err := a.onFlow(len(a.lookups), string(r.ICCID)); err != nil {
			return linkcard.GetCardFlowInfoResponse{}, err
		}
	}
	if flow, ok := a.flows[string(r.ICCID)]; ok {
		return linkcard.GetCardFlowInfoResponse{Data: flow}, nil
	}
	if !a.has(string(r.ICCID)) {
		return linkcard.GetCardFlowInfoResponse{}, failure(aliyun.NotFound, "linkcard.common.CardNotExist")
	}
	return linkcard.GetCardFlowInfoResponse{Data: linkcard.CardFlow{ListPackageDTO: []linkcard.PackageDTO{
		{PackageName: "100M", EffectiveTime: "1999-01-01 00:00:00", ExpireTime: "2000-12-31 23:59:59"},
	}}}, nil
}

// has looks first where the card was in the beginning.
func (a *account) has(id string) bool {
	if i, err := strconv.Atoi(id[len(id)-14:]); err == nil && i < len(a.cards) && string(a.cards[i].Iccid) == id {
		return true
	}
	return slices.ContainsFunc(a.cards, func(c linkcard.CardInfo) bool { return string(c.Iccid) == id })
}

func (a *account) GetCredentialPoolStatistics(
	ctx context.Context, r linkcard.GetCredentialPoolStatisticsRequest,
) (linkcard.GetCredentialPoolStatisticsResponse, error) {
	if err := a.pace(ctx, "pool"); err != nil {
		return linkcard.GetCredentialPoolStatisticsResponse{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.CredentialNo)
	if a.onPool != nil {
		if err := a.onPool(r.CredentialNo); err != nil {
			return linkcard.GetCredentialPoolStatisticsResponse{}, err
		}
	}
	statistics, ok := a.pools[r.CredentialNo]
	if !ok {
		return linkcard.GetCredentialPoolStatisticsResponse{}, failure(aliyun.Invalid, linkcard.CredentialUnknown)
	}
	return linkcard.GetCredentialPoolStatisticsResponse{Data: statistics}, nil
}

func failure(kind aliyun.Kind, code string) error {
	return &aliyun.Error{Action: "Test", Kind: kind, Code: code}
}

// usage needs lookups of the cards that have used 80 % of their data.
type usage struct{}

func (usage) GoesByTag() bool { return false }

func (usage) NeedsLookup(o rule.Observation, _ time.Time) bool {
	ratio, _ := o.Ratio.Value()
	return ratio >= 0.8
}

// caller does what the caller of a scan does: it keeps what it is given, through
// JSON.
type caller struct {
	scanner *fleet.Scanner
	at      fleet.Checkpoint
	known   fleet.Known

	parts        int
	written      int                                   // bytes
	observations map[incident.Subject]rule.Observation // of the last sweep
	repeated     []incident.Subject                    // observed more than once in it
}

func newCaller(a *account, edit func(*fleet.Config)) *caller {
	config := fleet.Config{Cards: a, Pools: a, Rules: usage{}}
	if edit != nil {
		edit(&config)
	}
	return &caller{scanner: fleet.New(config), known: fleet.Known{
		Open: make(map[incident.Subject]fleet.Open), Lookups: make(map[card.ICCID]fleet.Lookup),
	}}
}

// run makes one run, and begins a sweep if the last is finished.
func (c *caller) run(ctx context.Context, t *testing.T) error {
	t.Helper()
	if c.at.Sweep == "" || !c.at.Finished.IsZero() {
		c.begin()
	}
	known := fleet.Known{Open: maps.Clone(c.known.Open), Lookups: maps.Clone(c.known.Lookups), Seen: slices.Clone(c.known.Seen)}
	for part, err := range c.scanner.Scan(ctx, c.at, known) {
		if err != nil {
			return err
		}
		c.keep(t, part)
	}
	return nil
}

func (c *caller) begin() {
	if c.at.Sweep == "" {
		c.at = fleet.Begin(time.Now(), fleet.Census{})
	} else {
		c.at = c.at.Next(time.Now())
	}
	c.known.Seen, c.parts, c.written, c.repeated = nil, 0, 0, nil
	c.observations = make(map[incident.Subject]rule.Observation)
}

func (c *caller) keep(t *testing.T, part fleet.Part) {
	t.Helper()
	c.parts++
	c.at = fleet.Checkpoint{}
	c.written += recode(t, part.Checkpoint, &c.at)
	for id, l := range part.Lookups {
		var again fleet.Lookup
		c.written += recode(t, l, &again)
		c.known.Lookups[id] = again
	}
	for _, id := range part.Forget {
		delete(c.known.Lookups, id)
	}
	var seen fleet.Marks
	c.written += recode(t, part.Seen, &seen)
	c.known.Seen = append(c.known.Seen, seen...)
	for _, o := range part.Observations {
		if _, ok := c.observations[o.Subject]; ok {
			c.repeated = append(c.repeated, o.Subject)
		}
		c.observations[o.Subject] = o
	}
}

// recode encodes and decodes a value and returns the size between.
func recode(t *testing.T, from, to any) int {
	t.Helper()
	data, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
	return len(data)
}

// sweep runs until a sweep is finished.
func (c *caller) sweep(t *testing.T) {
	t.Helper()
	for range 100 {
		err := c.run(t.Context(), t)
		if !c.at.Finished.IsZero() {
			return
		}
		if err == nil {
			t.Fatal("a run without an error has not finished the sweep")
		}
	}
	t.Fatal("the sweep does not finish")
}

// runCut makes a run that has just so much time.
func runCut(t *testing.T, c *caller, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := c.run(ctx, t); err == nil && c.at.Finished.IsZero() {
		t.Fatal("a run without an error has not finished the sweep")
	}
}

func cardOf(i int) incident.Subject { return incident.Subject{Kind: incident.Card, ID: iccid(i)} }

func poolOf(no string) incident.Subject { return incident.Subject{Kind: incident.Pool, ID: no} }

// check compares what a finished sweep has counted.
func check(t *testing.T, c *caller, checked, failed int) {
	t.Helper()
	if got := c.at.Counts; got.Checked != checked || got.Failed != failed {
		t.Errorf("%d checked and %d failed, want %d and %d", got.Checked, got.Failed, checked, failed)
	}
	if len(c.repeated) > 0 {
		t.Errorf("%d subjects were observed more than once", len(c.repeated))
	}
}

func checkCalls(t *testing.T, a *account, c *caller, lists, lookups int) {
	t.Helper()
	if len(a.lists) != lists || len(a.lookups) != lookups {
		t.Errorf("%d listing calls and %d lookups, want %d and %d", len(a.lists), len(a.lookups), lists, lookups)
	}
	if c.at.Counts.ListCalls != len(a.lists) || c.at.Counts.FlowCalls != len(a.lookups) {
		t.Errorf("counted %d listing calls and %d lookups, want %d and %d",
			c.at.Counts.ListCalls, c.at.Counts.FlowCalls, len(a.lists), len(a.lookups))
	}
	a.lists, a.lookups = nil, nil
}
