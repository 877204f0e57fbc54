//go:build long

package alerts_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/incident"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack/slacktest"
)

const (
	yearCards    = 1000
	yearFlapping = 10
)

var yearForecast = rule.Of[rule.Forecast](rule.Defaults())

// world is the function with a fleet that lives through a year.
type world struct {
	*alerts.Function
	zone     *time.Location
	cards    []*simCard
	byID     map[string]*simCard
	listed   []*simCard // those that are in the account
	truth    *truth
	witness  *witness
	notified *listener
	slack    *slacktest.Server
	store    *mapStore
	sweeps   int
	eventful int // sweeps that notified of something
}

// newWorld has groups, of which none is true.
func newWorld(t *testing.T, zone *time.Location, start time.Time) *world {
	t.Helper()
	return newWorldOf(t, yearCards, zone, start, rule.DefaultGroups())
}

func newWorldOf(t *testing.T, cards int, zone *time.Location, start time.Time, groups rule.Groups) *world {
	t.Helper()
	w := &world{
		zone: zone, byID: make(map[string]*simCard), truth: newTruth(), slack: slacktest.New(slacktest.Options{}), store: newMapStore(),
		witness: &witness{Policy: standard(), seen: make(map[incident.Subject]outlook)},
	}
	w.witness.Groups = groups
	for i := range cards {
		c := newSimCard(i, start)
		w.cards, w.byID[string(c.id)] = append(w.cards, c), c
	}
	w.notified = &listener{Poster: newWebhook(t, w.slack), t: t, store: w.store}
	var err error
	w.Function, err = alerts.New(alerts.Config{
		Cards: w, Rules: w.witness, Store: w.store, Receivers: []notify.Receiver{{Name: alerts.SlackReceiver, Poster: w.notified}},
		Zone: zone, Style: message.Style{Zone: zone}, Logger: logging.Discard(), Every: 24 * time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ListCardInfo answers for the cards that are in the account.
func (w *world) ListCardInfo(_ context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error) {
	listed := w.listed
	if r.ICCID != "" {
		listed = slices.DeleteFunc(slices.Clone(listed), func(c *simCard) bool { return c.id != r.ICCID })
	}
	pages := slices.Collect(slices.Chunk(listed, r.PageSize))
	page := linkcard.CardPage{PageNo: r.PageNo, PageSize: r.PageSize, PageCount: len(pages), Total: len(listed)}
	if r.PageNo <= len(pages) {
		for _, c := range pages[r.PageNo-1] {
			page.List = append(page.List, c.info(time.Now()))
		}
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
// notified against the truth.
func (w *world) sweep(t *testing.T) {
	t.Helper()
	for _, c := range w.cards {
		c.recount()
	}
	now := time.Now().In(w.zone)
	changed := w.truth.see(w.cards, now)
	before, digests := len(w.notified.changes), w.notified.digests
	report, err := w.Sweep(t.Context())
	if err != nil || !report.Done || report.Checked != len(w.listed) || report.Failed != 0 {
		t.Fatalf("sweep at %v = %+v, %v; want all %d cards checked", now, report, err, len(w.listed))
	}
	changes := w.notified.changes[before:]
	w.sweeps++
	if len(changes) > 0 {
		w.eventful++
	}
	if got, most := w.notified.digests-digests, min(1, len(changes)); got > most {
		t.Errorf("%v: %d digests of %d changes, want at most %d", now, got, len(changes), most)
	}
	w.checkOpen(t, now)
	w.checkChanges(t, now, changes, changed)
}

// summary has the function notify of its day.
func (w *world) summary(t *testing.T) {
	t.Helper()
	digests, summaries := w.notified.digests, w.notified.announcements
	if _, err := w.Scheduled(t.Context(), event.Scheduled{Payload: alerts.SummaryPayload}); err != nil {
		t.Fatalf("summary at %v = %v", time.Now(), err)
	}
	if w.notified.digests != digests || w.notified.announcements != summaries+1 {
		t.Errorf("summary at %v sent %d digests and %d summaries, want a summary alone",
			time.Now(), w.notified.digests-digests, w.notified.announcements-summaries)
	}
}
