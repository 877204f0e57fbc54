package alerts_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/channel"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/incident"
	"signalbox/shared/logging"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

const (
	yearCards    = 1000
	yearFlapping = 10
)

var (
	yearUsage    = []int{80, 90, 100}
	yearExpiry   = []int{30, 14, 7, 3, 1}
	yearSettings = rule.NewSettings(yearUsage, yearExpiry)
)

// world is the function with a fleet that lives through a year.
type world struct {
	*alerts.Function
	cards   []*simCard
	byID    map[string]*simCard
	listed  []*simCard // those that are in the account
	truth   *truth
	witness *witness
	told    *listener
	slack   *slacktest.Server
	store   memory
	sweeps  int
	newsy   int // sweeps with news
}

func newWorld(t *testing.T, zone *time.Location, start time.Time) *world {
	t.Helper()
	w := &world{
		byID: make(map[string]*simCard), store: make(memory), truth: newTruth(), slack: slacktest.New(slacktest.Options{}),
		witness: &witness{Policy: rule.Policy{Default: yearSettings}, zone: zone, seen: make(map[string]outlook)},
	}
	for i := range yearCards {
		c := newSimCard(i, start)
		w.cards, w.byID[string(c.id)] = append(w.cards, c), c
	}
	webhook, err := slack.NewWebhook(slack.WebhookConfig{
		URL:    "https://hooks.slack.com" + w.slack.WebhookPath(),
		Client: &http.Client{Transport: w.slack.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	style := message.Style{Zone: zone}
	w.told = &listener{Channel: channel.NewWebhook(webhook, style)}
	w.Function = alerts.New(alerts.Config{
		Cards: w, Rules: w.witness, Channel: w.told, Store: w.store,
		Zone: zone, Style: style, Logger: logging.Discard(), Every: 24 * time.Hour,
	})
	return w
}

// ListCardInfo answers for the cards that are in the account.
func (w *world) ListCardInfo(_ context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error) {
	const size = linkcard.MaxPageSize
	page := linkcard.CardPage{PageNo: r.PageNo, PageSize: size, PageCount: (len(w.listed) + size - 1) / size, Total: len(w.listed)}
	for _, c := range w.listed[(r.PageNo-1)*size : min(r.PageNo*size, len(w.listed))] {
		page.List = append(page.List, c.info(time.Now()))
	}
	return linkcard.ListCardInfoResponse{Data: page}, nil
}

// GetCardFlowInfo answers for one of them.
func (w *world) GetCardFlowInfo(_ context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error) {
	c := w.byID[string(r.ICCID)]
	if c == nil || c.left(time.Now()) {
		return linkcard.GetCardFlowInfoResponse{}, &aliyun.Error{Action: "GetCardFlowInfo", Kind: aliyun.NotFound}
	}
	return linkcard.GetCardFlowInfoResponse{Data: c.flow()}, nil
}

// midnight brings every card to the day that begins at now.
func (w *world) midnight(now time.Time) {
	w.listed = w.listed[:0]
	for _, c := range w.cards {
		c.midnight(now)
		if !c.left(now) {
			w.listed = append(w.listed, c)
		}
	}
}

// sweep lets the carrier recount, sweeps, and holds what is open and what was
// told against the truth.
func (w *world) sweep(t *testing.T) {
	t.Helper()
	for _, c := range w.cards {
		c.recount()
	}
	now := time.Now().In(w.witness.zone)
	changed := w.truth.see(w.cards, now)
	toldBefore, digestsBefore := len(w.told.notices), w.told.digests
	report, err := w.Sweep(t.Context())
	if err != nil || !report.Done || report.Checked != len(w.listed) {
		t.Fatalf("sweep at %v = %+v, %v; want all %d cards checked", now, report, err, len(w.listed))
	}
	news := w.told.notices[toldBefore:]
	w.sweeps++
	if len(news) > 0 {
		w.newsy++
	}
	if got, most := w.told.digests-digestsBefore, min(1, len(news)); got > most {
		t.Errorf("%v: %d digests of %d notices, want at most %d", now, got, len(news), most)
	}
	w.checkOpen(t, now)
	w.checkNews(t, now, news, changed)
}

// summary lets the function tell its day.
func (w *world) summary(t *testing.T) {
	t.Helper()
	digests, summaries := w.told.digests, w.told.summaries
	if _, err := w.Tick(t.Context(), event.Tick{Payload: alerts.SummaryPayload}); err != nil {
		t.Fatalf("summary at %v = %v", time.Now(), err)
	}
	if w.told.digests != digests || w.told.summaries != summaries+1 {
		t.Errorf("summary at %v told %d digests and %d summaries, want a summary alone",
			time.Now(), w.told.digests-digests, w.told.summaries-summaries)
	}
}

// open are the incidents in the function's state.
func (w *world) open(t *testing.T) map[string]incident.Incident {
	t.Helper()
	entry, err := w.store.Get(t.Context(), "alerts")
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Incidents incident.State `json:"incidents"`
	}
	if err := json.Unmarshal(entry.Value, &state); err != nil {
		t.Fatal(err)
	}
	return state.Incidents.Open
}
