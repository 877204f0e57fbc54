package lookup

import (
	"testing"
	"time"

	"signalbox/shared/card"
)

// RecordAt is the record of a card without data that was retrieved at that time.
func RecordAt(t *testing.T, id card.ICCID, at time.Time) string {
	t.Helper()
	r := &record{Version: version, ICCID: string(id), At: at, Series: []series{{At: at}}}
	return string(r.pack().data)
}
