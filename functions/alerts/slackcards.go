package alerts

import (
	"context"
	"strings"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// cardMeant returns the card that somebody means. A card is named by its number, or
// where something is open about it by what messages and answers show: its masked number,
// or the id of an incident. Where id is empty, reply says why, in Slack's markup.
func (f *Function) cardMeant(ctx context.Context, entered string, style message.Style) (id card.ICCID, reply string, err error) {
	said := &words.In(style.Language).Act
	isMasked := strings.Contains(entered, "*")
	var meant []rule.Incident
	var standing action.Standing
	if isMasked || action.IsID(entered) {
		var open []rule.Incident
		if open, standing, err = f.known(ctx); err != nil {
			return "", "", err
		}
		meant = cardsShownAs(open, entered)
	}
	switch id, err := card.ParseICCID(entered); {
	case len(meant) == 1:
		return card.ICCID(meant[0].Key.Subject.ID), "", nil
	case len(meant) == 0 && err == nil:
		return id, "", nil
	case len(meant) == 0 && isMasked:
		return "", slack.Escape(said.NoOpenCard(shorter(entered))), nil
	case len(meant) == 0:
		return "", slack.Escape(said.NoCard(shorter(entered))), nil
	default:
		return "", slack.Escape(said.SeveralCards(shorter(entered), len(meant))) + "\n" + f.distinguish(meant, standing, style), nil
	}
}

// cardsShownAs are the cards that messages and answers show as what somebody entered,
// each by the first of its incidents.
func cardsShownAs(open []rule.Incident, entered string) []rule.Incident {
	var cards []rule.Incident
	listed := make(map[incident.Subject]bool)
	for _, i := range open {
		subject := i.Key.Subject
		shown := i.ID() == entered || card.ICCID(subject.ID).Masked() == entered
		if subject.Kind == incident.Card && shown && !listed[subject] {
			listed[subject], cards = true, append(cards, i)
		}
	}
	return cards
}

// distinguish lists cards that have the same masked number. Each line begins with the id
// of an incident, which may be entered instead, and has what tells that card from the
// others.
func (f *Function) distinguish(cards []rule.Incident, standing action.Standing, style message.Style) string {
	var lines []string
	for _, i := range cards[:min(len(cards), maxAnswered)] {
		line := slack.Escape(i.ID() + ": " + message.Distinct(i, standing, style, f.config.Now()))
		lines = append(lines, "• "+line)
	}
	if more := len(cards) - len(lines); more > 0 {
		lines = append(lines, words.In(style.Language).Act.More(more))
	}
	return strings.Join(lines, "\n")
}
