package message

import (
	"time"

	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// page is a link to the page of the card that a row is about, or "".
func (s Style) page(r row, now time.Time) string {
	id, err := card.ParseICCID(r.Key.Subject.ID)
	if err != nil || r.Key.Subject.Kind != incident.Card {
		return ""
	}
	return s.Pages.To(id, now)
}
