package alerts_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// TestCommandsTakeWhatTheyShow acts on each card as `open` shows it, soft hyphens included.
func TestCommandsTakeWhatTheyShow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, func(c *alerts.Config) { c.Buttons.Operators = []string{ann.ID} })
		shown := regexp.MustCompile(`8986[0-9]+(?:\x{00AD}?\*)+[0-9]+`).FindAllString(a.enter(t, ann, "open"), -1)
		if len(shown) != 3 {
			t.Fatalf("open shows %q, want three cards", shown)
		}
		checkWords(t, a.enter(t, ann, "help"), "its masked number will do", "until its data resets: reset")
		for _, masked := range shown {
			checkWords(t, a.enter(t, ann, "card "+masked), "1 open")
			checkWords(t, a.enter(t, ann, "acknowledge "+masked), "You have acknowledged 1 incident")
			checkWords(t, a.enter(t, ann, "undo "+wide(masked)), "is undone")
		}
		checkWords(t, a.enter(t, ann, "silence "+a.incident(t, 1).ID()+" 1h"), "is silenced until")
		for _, text := range []string{card.ICCID(a.cloud.ICCID(4)).Masked(), "******", "*", "8986*"} {
			checkWords(t, a.enter(t, ann, "acknowledge "+text), "Enter its whole number")
		}
	})
}

// TestCardsThatAreShownAlike has commands ask which of two cards with the same masked number
// is meant, and take the answer.
func TestCardsThatAreShownAlike(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, func(c *alerts.Config) { c.Buttons.Operators = []string{ann.ID} })
		masked, ids := "", []string(nil)
		for n, remark := range []string{"Gate 7", "<Gate 8>"} {
			number := "89860399" + strings.Repeat(string(rune('1'+n)), 6) + "949986"
			i := rule.Incident{
				Key: keyOf(number, rule.StoppedName), Phase: incident.PhaseOpen, Opened: time.Now(), Severity: incident.Warning,
				Details: rule.Details{Facts: rule.Facts{Remark: remark}},
			}
			masked, ids = card.ICCID(number).Masked(), append(ids, i.ID())
			a.store.put([]store.Record{{Collection: "incidents", Key: i.Key.String(), Value: asJSON(t, i)}})
		}
		for _, command := range []string{"card ", "acknowledge ", "silence "} {
			said := a.enter(t, ann, command+masked+" 24h")
			checkWords(t, said, "2 cards are shown as", ids[0], ids[1], "Gate 7", "&lt;Gate 8&gt;")
			if strings.Contains(said, "111111") {
				t.Errorf("%s is answered with a whole number: %s", command, said)
			}
		}
		if done := a.did(t); len(done) > 0 {
			t.Errorf("%v was done to nobody knows which card", done)
		}
		checkWords(t, a.enter(t, ann, "acknowledge "+ids[1]), "You have acknowledged 1 incident")
		standing, err := action.Load(t.Context(), a.store)
		if err != nil {
			t.Fatal(err)
		}
		for id, i := range a.store.incidents(t) {
			if want := i.ID() == ids[1]; want != (standing.Of(i, time.Now()).State == action.Acknowledged) {
				t.Errorf("%v is acknowledged: %v", id, !want)
			}
		}
	})
}
