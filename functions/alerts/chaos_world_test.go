package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

const (
	chaosCards = 90
	chaosEvery = 15 * time.Minute
	chaosRun   = 9 * time.Minute // the deadline of a run
	chaosLease = 2 * time.Minute
	calmSweeps = 6
)

// chaos is a fleet, the clouds around it and what goes wrong with them.
type chaos struct {
	seed  uint64
	cloud *aliyuntest.Server
	hook  *slacktest.Server // of the receiver by webhook
	bot   *slacktest.Server
	state *mapStore
	truth []int // the condition of each card, an index of conditions
	rates rates

	mu      sync.Mutex
	calm    bool
	numbers map[string]int // calls so far, by what is called
	trace   []string
	stepped time.Duration // by which the clock is wrong
	grouped bool          // a group was open
}

// rates are how often a call goes wrong.
type rates struct{ listing, lookups, slack, store, kill float64 }

// process is one that may be killed: from then on it can neither read nor write.
type process struct {
	*alerts.Function
	kill   context.CancelFunc
	killAt int // the number of the call that it does not survive; 0: it is not killed
	dead   bool
}

// condition is a state of a card, and the incidents that are open because of it.
type condition struct {
	name string
	edit func(*aliyuntest.Card)
	open map[string]incident.Severity // by rule
}

var conditions = []condition{
	{"healthy", func(*aliyuntest.Card) {}, nil},
	{"at 85 %", func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * 85 / 100 }, map[string]incident.Severity{rule.UsageName: incident.Warning}},
	{"used up", func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes }, map[string]incident.Severity{rule.UsageName: incident.Critical}},
	{"ends soon", func(c *aliyuntest.Card) { c.Expires = time.Now().AddDate(0, 0, 5) }, map[string]incident.Severity{rule.ExpiryName: incident.Warning}},
	{"has ended", func(c *aliyuntest.Card) { c.Expires = time.Now().AddDate(0, 0, -1) }, map[string]incident.Severity{rule.ExpiryName: incident.Critical}},
	{"stopped", func(c *aliyuntest.Card) { c.Status, c.OsStatus = aliyuntest.StatusStopped, "200" }, map[string]incident.Severity{rule.StoppedName: incident.Warning}},
	{"stopped for money", func(c *aliyuntest.Card) { c.Status, c.OsStatus = aliyuntest.StatusStopped, "300" }, map[string]incident.Severity{rule.StoppedName: incident.Critical}},
}

func newChaos(t *testing.T, seed uint64) *chaos {
	t.Helper()
	quick := map[string]int{"ListCardInfo": 1 << 20, "GetCardFlowInfo": 1 << 20}
	c := &chaos{
		seed:  seed,
		cloud: aliyuntest.New(aliyuntest.Options{Cards: chaosCards, QPS: quick}),
		hook:  slacktest.New(slacktest.Options{}), bot: slacktest.New(slacktest.Options{}),
		state: newMapStore(), truth: make([]int, chaosCards), numbers: make(map[string]int), calm: true,
	}
	chance := c.chance("rates", 0)
	rate := func() float64 { return []float64{0, 0.03, 0.3}[chance.IntN(3)] }
	c.rates = rates{rate(), rate(), rate(), rate() / 3, rate()}
	for i := range chaosCards {
		c.set(i, 0)
	}
	c.cloud.Draw(c.cloudFault)
	c.state.applied = func(b store.Batch) { c.checkFenced(t, b) }
	return c
}

// chance is the same for the same schedule, purpose and number.
func (c *chaos) chance(purpose string, number int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", purpose, number)
	return rand.New(rand.NewPCG(c.seed, h.Sum64()))
}

// set brings a card into a condition.
func (c *chaos) set(card, condition int) {
	c.truth[card] = condition
	c.cloud.SetCard(c.cloud.ICCID(card), func(sim *aliyuntest.Card) {
		sim.Tags, sim.Vendor = []string{tagOf(card)}, carrierOf(card)
		sim.Status, sim.OsStatus, sim.UsedBytes = aliyuntest.StatusInUse, "100", sim.PackageBytes/10
		sim.Effective, sim.Expires = time.Now().AddDate(-1, 0, 0), time.Now().AddDate(1, 0, 0)
		sim.Refreshed = time.Now()
		conditions[condition].edit(sim)
	})
}

// start starts a process on what earlier ones have left.
func (c *chaos) start(t *testing.T, killAt int) *process {
	t.Helper()
	p := &process{killAt: killAt}
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       unlimited{},
		HTTPClient:  &http.Client{Transport: c.link("alibaba", p, c.cloud.Transport(), nil)},
		Background:  true,
	})
	if err != nil {
		t.Fatal(err)
	}
	webhook, hookErr := slack.NewWebhook(slack.WebhookConfig{
		URL:    "https://hooks.slack.com" + c.hook.WebhookPath(),
		Client: &http.Client{Transport: c.link("webhook", p, c.hook.Transport(), c.hook)},
	})
	bot, botErr := slack.NewBot(slack.BotConfig{
		Token: "xoxb-test", Channel: "alerts",
		Client: &http.Client{Transport: c.link("bot", p, c.bot.Transport(), c.bot)},
	})
	if err := errors.Join(hookErr, botErr); err != nil {
		t.Fatal(err)
	}
	p.Function, err = alerts.New(alerts.Config{
		Cards: linkcard.New(api),
		Rules: rule.Policy{Default: rule.Settings{
			rule.Expiry{Days: []int{7}}, rule.Usage{Percent: []int{80, 100}}, rule.Stopped{On: true},
		}, Groups: rule.DefaultGroups()},
		Receivers: []notify.Receiver{{Name: "webhook", Poster: toSlack(webhook)}, {Name: "bot", Bot: bot, Channel: "alerts", Render: layout.Slack}},
		Store:     mortal{c.state, c, p}, Zone: shanghai, Style: message.Style{Zone: shanghai, ShowICCID: true},
		Every: chaosEvery, LeaseTime: chaosLease, Logger: logging.Discard(), Now: c.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// now is the process's clock, which may step.
func (c *chaos) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.stepped)
}

// unlimited has a permit for every call.
type unlimited struct{}

func (unlimited) Wait(ctx context.Context, _ string) error         { return ctx.Err() }
func (unlimited) Throttled(context.Context, string, time.Duration) {}
func (unlimited) Answered(string, time.Duration)                   {}

var errDead = errors.New("the process is dead")

// count numbers a call, and kills the process whose last one it is.
func (c *chaos) count(p *process, what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbers[what]++
	if p.killAt > 0 && !p.dead {
		if p.killAt--; p.killAt == 0 {
			p.dead = true
			c.say("killed at %s call %d", what, c.numbers[what])
			p.kill()
		}
	}
	if p.dead {
		return errDead
	}
	return nil
}

func (c *chaos) say(format string, args ...any) {
	c.trace = append(c.trace, time.Now().UTC().Format("15:04:05 ")+fmt.Sprintf(format, args...))
}

// mortal is the store as one process reaches it.
type mortal struct {
	*mapStore
	chaos   *chaos
	process *process
}

func (m mortal) Get(ctx context.Context, collection, key string) ([]byte, error) {
	if err := m.chaos.storeFault(m.process, "get "+collection); err != nil {
		return nil, err
	}
	return m.mapStore.Get(ctx, collection, key)
}

func (m mortal) List(ctx context.Context, collection string) ([]store.Record, error) {
	if err := m.chaos.storeFault(m.process, "list "+collection); err != nil {
		return nil, err
	}
	return m.mapStore.List(ctx, collection)
}

// Apply may fail before the batch is written, and after it.
func (m mortal) Apply(ctx context.Context, b store.Batch) error {
	if err := m.chaos.storeFault(m.process, "apply "+b.Put[0].Collection); err != nil {
		return err
	}
	err := m.mapStore.Apply(ctx, b)
	return errors.Join(err, m.chaos.storeFault(m.process, "answer "+b.Put[0].Collection))
}

// link is a transport of one process.
func (c *chaos) link(name string, p *process, next http.RoundTripper, faults *slacktest.Server) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if err := c.count(p, name); err != nil {
			return nil, err
		}
		if faults != nil {
			c.slackFault(name, faults)
		}
		response, err := next.RoundTrip(r)
		if dead := c.count(p, name+" answer"); dead != nil {
			return nil, dead
		}
		return response, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// cloudFault draws what goes wrong with a call of Alibaba's.
func (c *chaos) cloudFault(call aliyuntest.Call) aliyuntest.Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	rate := c.rates.lookups
	if call.Action == "ListCardInfo" {
		rate = c.rates.listing
	}
	// By what is asked for and how often, since calls that are made at the same
	// time have no order.
	what := call.Action + "/" + call.Params.Get("PageNo") + "/" + call.Params.Get("PageSize") + "/" + call.Params.Get("Iccid")
	c.numbers[what]++
	chance := c.chance(what, c.numbers[what])
	if c.calm || chance.Float64() >= rate {
		return aliyuntest.Fault{}
	}
	kinds := aliyuntest.Kinds(call.Action)
	kind := kinds[chance.IntN(len(kinds))]
	if kind == aliyuntest.Huge {
		return aliyuntest.Fault{} // it costs more than it teaches
	}
	c.say("%s, call %d: %s", what, c.numbers[what], kind)
	return aliyuntest.Fault{
		Kind: kind, Delay: time.Duration(chance.IntN(60)) * time.Second, RetryAfter: time.Duration(chance.IntN(3)) * time.Second,
		Percent: []int{5, 50, 100}[chance.IntN(3)],
	}
}

// slackFault draws what goes wrong with a call of Slack's.
func (c *chaos) slackFault(name string, s *slacktest.Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	number := c.numbers[name]
	chance := c.chance(name, number)
	if c.calm || chance.Float64() >= c.rates.slack {
		return
	}
	words := []string{
		"invalid_blocks", "no_text", "channel_not_found", "is_archived", "message_not_found", "thread_not_found", "cant_update_message",
		"internal_error", "fatal_error", "some_new_word", "missing_scope", "invalid_auth", "msg_too_long", "no_service",
	}
	refusals := []slacktest.Refusal{
		{Status: 200, Body: words[chance.IntN(len(words))]},
		{Status: 429, RetryAfter: time.Duration(chance.IntN(1200)) * time.Second},
		{Status: 500},
		{Status: 503, Raw: "<html>"},
		{Status: 200, Raw: `{"ok":tr`},
		{},
		{Applied: true},
		{Hang: true},
		{Hang: true, Applied: true},
		{Unreachable: true},
		{Status: 500, Applied: true},
	}
	r := refusals[chance.IntN(len(refusals))]
	c.say("%s call %d: %+v", name, number, r)
	s.Refuse(r)
}

// storeFault draws what goes wrong with the store.
func (c *chaos) storeFault(p *process, what string) error {
	if err := c.count(p, "store"); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbers[what]++
	if c.calm || c.chance(what, c.numbers[what]).Float64() >= c.rates.store {
		return nil
	}
	c.say("store, %s %d fails", what, c.numbers[what])
	return errors.New("the store fails")
}

// checkFenced finds no write of a run that does not ask for its lease.
func (c *chaos) checkFenced(t *testing.T, b store.Batch) {
	t.Helper()
	for _, r := range b.Put {
		if r.Collection == "leases" || r.Collection == "meta" {
			continue
		}
		for _, condition := range b.If {
			if condition.Collection == "leases" && strings.HasSuffix(condition.Key, "/holder") {
				return
			}
		}
		t.Errorf("a batch that writes %s is not fenced", r.Collection)
		return
	}
}

// run makes a run of a process and wants it to end in time.
func (c *chaos) run(t *testing.T, p *process, e event.Scheduled) (alerts.Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), chaosRun)
	defer cancel()
	c.mu.Lock()
	p.kill = cancel
	c.mu.Unlock()
	began := time.Now()
	result, err := p.Scheduled(ctx, e)
	if took := time.Since(began); took > chaosRun+10*time.Second {
		t.Errorf("a run took %v, its deadline was %v", took, chaosRun)
	}
	report, _ := result.(alerts.Report)
	c.mu.Lock()
	c.say("run: %+v, %v", report, err)
	c.mu.Unlock()
	return report, err
}

var shanghai = time.FixedZone("CST", 8*60*60)

// collections are those with records.
func (m *mapStore) collections() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for name, records := range m.records {
		if len(records) > 0 {
			names = append(names, name)
		}
	}
	return names
}
