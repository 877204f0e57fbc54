package message

import (
	"strconv"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

func used(_ Style, _ time.Time, i rule.Incident) string { return Usage(i.Details.Facts) }

// Usage says "1.80 / 2.00 GB (90%)", as far as it is known, in one unit.
func Usage(f rule.Facts) string {
	text, total := f.Used.Text(), totalOf(f)
	if bytes, known := f.Used.Bytes(); known {
		all, totalKnown := total.Bytes()
		if !totalKnown {
			all = bytes
		}
		unit := unitOf(all)
		text = unit.amount(bytes)
		if totalKnown {
			text += " / " + unit.amount(all)
		}
		text += " " + unit.name
	}
	if ratio := f.Ratio.Text(); ratio != "" {
		text = strings.TrimSpace(text + " (" + ratio + ")")
	}
	return text
}

// totalOf is the volume of the plan. Where something is left although that much was
// used, or more is left than the plan has, there is more than the plan.
func totalOf(f rule.Facts) card.DataSize {
	there := f.Used.Plus(f.Rest)
	volume, known := f.Volume.Bytes()
	sum, sumKnown := there.Bytes()
	const rounding = 0.01 // of Alibaba's texts
	if rest, _ := f.Rest.Bytes(); !known || volume == 0 || sumKnown && rest > 0 && float64(sum) > float64(volume)*(1+rounding) {
		return there
	}
	return f.Volume
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
