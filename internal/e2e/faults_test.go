package e2e_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/slack/slacktest"
)

// TestFaults has a case for each fault that the first alerts function had, by the
// number in doc/decisions/0006. The cases look at the outside alone: at the calls
// that arrive at Alibaba, the messages in Slack, bytes written and exit codes, so
// that they can be seen to fail on an executable of that time: -bootstrap.
func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("01 lookups denied", lookupsDenied)
	t.Run("02 one page of many", onePageOfMany)
	t.Run("02 fleet shrinks", fleetShrinks)
	t.Run("02 whole fleet not found", wholeFleetNotFound)
	t.Run("03 unreadable page", unreadablePage)
	t.Run("03 field of an odd type", oddField)
	t.Run("04 unreadable cards", unreadableCards)
	t.Run("05 refused upload", refusedUpload)
	t.Run("06 moved in Slack", movedInSlack)
	t.Run("07 receiver down", receiverDown)
	t.Run("08 retry after an hour", retryAfterAnHour)
	t.Run("08 run timeout", runTimeout)
	t.Run("09 newly critical", newlyCritical)
	t.Run("10 lost answer", lostAnswer)
	t.Run("11 same by value", sameByValue)
	t.Run("11 worse by value", worseByValue)
	t.Run("11 rule switched off", ruleSwitchedOff)
	t.Run("12 flapping card", flappingCard)
	t.Run("13 one answer without packages", oneAnswerWithoutPackages)
	t.Run("13 silenced change of instance", silencedInstance)
	t.Run("14 topped up card", toppedUpCard)
	t.Run("15 list of cards", listOfCards)
	t.Run("16 one summary", oneSummary)
	t.Run("16 silent day", silentDay)
	t.Run("16 summary between failing sweeps", summaryBetweenFailures)
	t.Run("17 standing incidents", standingIncidents)
	t.Run("17 bytes written", bytesOfAnUnchangedSweep)
	t.Run("17 quotas overlap", quotasOverlap)
	t.Run("18 stock cards", stockCards)
	t.Run("19 heartbeat", heartbeat)
	t.Run("19 lease far ahead", leaseFarAhead)
	t.Run("20 runs that get further", runsThatGetFurther)
	t.Run("20 cause of failing sweeps", causeOfFailingSweeps)
	t.Run("21 package that begins later", packageThatBeginsLater)
	t.Run("21 base plan", basePlan)
	t.Run("22 condition of forecasts", conditionOfForecasts)
	t.Run("23 SIGTERM on Function Compute", sigtermOnFC)
	t.Run("23 damaged state", damagedState)
}

// sweeps asks for n runs, whatever comes of them, and returns the messages.
func (f *function) sweeps(o *outside, n int) string {
	f.t.Helper()
	for range n {
		_ = f.send(f.t.Context(), timer("")) // a case looks at the outside
	}
	return said(o.arrived())
}

// lookedUp returns how often cards were looked up, and which.
func (o *outside) lookedUp() (n int, cards map[string]int) {
	cards = make(map[string]int)
	for _, c := range o.cloud.Calls("GetCardFlowInfo") {
		n++
		cards[c.Params.Get("Iccid")]++
	}
	return n, cards
}

// pages returns how often each page of the listing was asked for.
func (o *outside) pages() map[string]int {
	pages := make(map[string]int)
	for _, c := range o.cloud.Calls("ListCardInfo") {
		pages[c.Params.Get("PageNo")]++
	}
	return pages
}

func lookupsDenied(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 160)
	o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.NoPermission, Count: -1})
	// What expires and what is used up follow from the listing.
	wants(t, o.start(t).sweeps(o, 1), "GetCardFlowInfo", o.cloud.ICCID(1), o.cloud.ICCID(2))
}

func onePageOfMany(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 200)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.OnePage, Count: -1})
	o.start(t).sweeps(o, 1)
	if got := o.pages(); len(got) != 5 {
		t.Errorf("pages %v were asked for, want all five", got)
	}
}

func fleetShrinks(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 200)
	f := o.start(t)
	f.sweeps(o, 1)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.FewerCards, Percent: 60, Count: -1})
	if text := f.sweeps(o, 1); text == "" {
		t.Error("no message, want one that says that most of the fleet is missing")
	}
}

func wholeFleetNotFound(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 200)
	f := o.start(t)
	f.sweeps(o, 1)
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.FewerCards, Percent: 100, Count: -1})
	o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.UnknownCard, Count: -1})
	lacks(t, f.sweeps(o, 3), o.cloud.ICCID(1), o.cloud.ICCID(2))
}

func unreadablePage(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 200)
	o.cloud.PoisonCard(o.cloud.ICCID(57), aliyuntest.Huge)
	wants(t, o.start(t).sweeps(o, 3), o.cloud.ICCID(1), o.cloud.ICCID(2))
}

func oddField(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	o.cloud.GarbleCard(o.cloud.ICCID(2), aliyuntest.OddTags)
	wants(t, o.start(t).sweeps(o, 3), o.cloud.ICCID(1), o.cloud.ICCID(2))
}

func unreadableCards(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	o.cloud.GarbleCard(o.cloud.ICCID(40), aliyuntest.BadExpiry)
	o.cloud.GarbleCard(o.cloud.ICCID(41), aliyuntest.BadICCID)
	o.cloud.SetCard(o.cloud.ICCID(2), func(c *aliyuntest.Card) { c.Unknown = true })
	f := o.start(t)
	text := f.sweeps(o, 1)
	wants(t, text, o.cloud.ICCID(40), "8986-03?", o.cloud.ICCID(2))
	if text = f.sweeps(o, 2); text != "" {
		t.Errorf("sweeps two and three say\n%s\nwant nothing", text)
	}
}

func refusedUpload(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 160).bot()
	cards := o.healthy(41)
	o.use(critical, cards[:40]...)
	o.slack.Refuse(slacktest.Refusal{Method: "files.getUploadURLExternal", Count: -1, Status: http.StatusOK, Body: "a_word_of_next_year"})
	f := o.start(t)
	f.sweeps(o, 3)
	o.cloud.SetCard(o.cloud.ICCID(cards[40]), func(c *aliyuntest.Card) { c.Expires = time.Now().AddDate(0, 0, 2) })
	f.sweeps(o, 1)
	wants(t, said(o.slack.Inbox()), o.cloud.ICCID(cards[40]))
}

func receiverDown(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	f := o.start(t)
	f.sweeps(o, 1)
	cards := o.healthy(2)
	o.slack.Refuse(slacktest.Refusal{Count: -1, Status: http.StatusForbidden, Body: "account_inactive"})
	o.use(critical, cards...)
	f.sweeps(o, 1)
	o.use(20, cards[1])
	f.sweeps(o, 1)
	o.slack.ClearRefusals()
	text := f.sweeps(o, 1)
	wants(t, text, o.cloud.ICCID(cards[0]))
	lacks(t, text, o.cloud.ICCID(cards[1])) // was over before anybody could know
}

func retryAfterAnHour(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	o.slack.Refuse(slacktest.Refusal{Method: "webhook", Status: http.StatusTooManyRequests, RetryAfter: time.Hour})
	o.start(t).endsWithin(t, 10*time.Second)
}

func runTimeout(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120, "SIGNALBOX_RUN_TIMEOUT=5s")
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.Slow, Delay: time.Minute, Count: -1})
	o.start(t).endsWithin(t, 10*time.Second)
}

// endsWithin wants a run to be over in time, whatever comes of it.
func (f *function) endsWithin(t *testing.T, limit time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	_ = f.send(ctx, timer("")) // a run that leaves something undone has an error
	if ctx.Err() != nil {
		t.Errorf("a run that began %v ago has not ended", limit)
	}
}

func lostAnswer(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120).bot()
	o.slack.Refuse(slacktest.Refusal{Method: "chat.postMessage", Applied: true})
	o.start(t).sweeps(o, 2)
	copies := make(map[string]int)
	for _, m := range o.slack.Inbox() {
		if copies[m.MetadataID()]++; copies[m.MetadataID()] > 1 {
			t.Errorf("message %s was posted more than once", m.MetadataID())
		}
	}
}
