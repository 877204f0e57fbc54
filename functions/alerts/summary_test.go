package alerts_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/config"
	"signalbox/shared/web"
)

// TestSummaryCountsAsTheListDoes has incidents that somebody acknowledged, that somebody
// silenced, and that the rules file held back before anybody was notified of them.
func TestSummaryCountsAsTheListDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		for card := 3; card < 6; card++ {
			a.set(card, func(c *aliyuntest.Card) { c.Expires = time.Now().AddDate(0, 0, card) })
		}
		held := rule.Silence{Rule: rule.ExpiryName, Until: time.Now().AddDate(0, 0, 3), Comment: "is renewed by hand"}
		a.restart(t, func(c *alerts.Config) {
			c.Rules = rule.Policy{
				Default:  rule.Settings{rule.Usage{Percent: []int{80, 90, 100}}, rule.Expiry{Days: []int{7}}},
				Silences: []rule.Silence{held},
			}
			c.Guard = web.Browser(config.Tokens{{Name: "support", Secret: listToken}})
		})
		a.sweep(t)
		high := a.status(t, highUsage...)
		a.mustPress(t, press(ann, high, "acknowledge", "", map[string]string{"silence-which": a.incident(t, 1).ID()}))
		a.mustPress(t, press(bob, high, "silence", "24h", map[string]string{"silence-which": a.incident(t, 2).ID()}))

		var list struct {
			Counts struct{ Open, Acknowledged, Silenced int }
		}
		got := ask(t, a.Function, "/incidents", bearer)
		if err := json.Unmarshal(got.Body.Bytes(), &list); err != nil || got.Code != http.StatusOK {
			t.Fatalf("GET /incidents = %d %s", got.Code, got.Body)
		}
		if c := list.Counts; c.Open != 1 || c.Acknowledged != 1 || c.Silenced != 4 {
			t.Errorf("the list counts %+v", c)
		}
		if _, err := a.Summary(t.Context()); err != nil {
			t.Fatal(err)
		}
		c := list.Counts
		checkWords(t, a.last(t), fmt.Sprintf("%d open, %d acknowledged, %d silenced", c.Open, c.Acknowledged, c.Silenced),
			"0 with a package that ends within a week, 3 more silenced")
	})
}

// TestSummaryIsNoRun wants the log to say what was done: a daily summary counts as no sweep.
func TestSummaryIsNoRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		before := strings.Count(a.logs.String(), `"run done"`)
		if _, err := a.Summary(t.Context()); err != nil {
			t.Fatal(err)
		}
		logged := a.logs.String()
		if runs, summaries := strings.Count(logged, `"run done"`), strings.Count(logged, `"summary done"`); before == 0 || runs != before || summaries != 1 {
			t.Errorf("after a summary the log has %d runs, and before it %d, and %d summaries; want as many runs and one summary:\n%s", runs, before, summaries, logged)
		}
	})
}
