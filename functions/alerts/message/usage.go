package message

import (
	"strconv"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

func used(_ Style, _ time.Time, i rule.Incident) string { return Usage(i.Details.Facts) }

// Usage says "1.80 / 2.00 GB (90%)", as far as it is known, in one unit
// where that shows both.
func Usage(f rule.Facts) string {
	text := f.Used.Text()
	if used, known := f.Used.Bytes(); known {
		text = amounts(used, f.Total())
	}
	if ratio := f.Ratio.Text(); ratio != "" {
		text = strings.TrimSpace(text + " (" + ratio + ")")
	}
	return text
}

// amounts says what is used of a total, if that is known, in the unit of the larger: more
// may be used than there is. A total that is nothing in that unit has its own.
func amounts(used int64, total card.DataSize) string {
	all, known := total.Bytes()
	unit := unitOf(max(used, all))
	own := unitOf(all)
	switch {
	case !known:
		return unit.amount(used) + " " + unit.name
	case all > 0 && unit.amount(all) == unit.amount(0):
		return unit.amount(used) + " " + unit.name + " / " + own.amount(all) + " " + own.name
	default:
		return unit.amount(used) + " / " + unit.amount(all) + " " + unit.name
	}
}

// unit is one of amounts of data.
type unit struct {
	name string
	size float64
}

// unitOf is the one in which so many bytes are shown.
func unitOf(bytes int64) unit {
	switch {
	case bytes >= 1<<40:
		return unit{"TB", 1 << 40}
	case bytes >= 1<<30:
		return unit{"GB", 1 << 30}
	case bytes >= 1<<20:
		return unit{"MB", 1 << 20}
	default:
		return unit{"KB", 1 << 10}
	}
}

func (u unit) amount(bytes int64) string {
	return strconv.FormatFloat(float64(bytes)/u.size, 'f', 2, 64)
}
