package page

import (
	"math"
	"strconv"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/htmlpage"
	"signalbox/shared/plaintext"
)

// cell is one value on a page.
type cell = htmlpage.Cell

func printable(text string) string { return plaintext.Printable(text) }

func (w *words) unknown() cell { return cell{Text: w.Card.Unknown, Unknown: true} }

// optional shows a vendor's text, or a number as the API writes it.
func (w *words) optional(text string) cell {
	if text == "" {
		return w.unknown()
	}
	return cell{Text: printable(text)}
}

// understood shows a value in its own text where it was understood. Else it says what
// the vendor says, if anything.
func (w *words) understood(text string, known bool) cell {
	if text == "" || known {
		return w.optional(text)
	}
	return cell{Text: w.Card.Unreadable(printable(text)), Unknown: true}
}

func (w *words) size(s card.DataSize) cell { return w.understood(s.Text(), s.Known()) }

func (w *words) number(n card.Number) cell {
	value, known := n.Value()
	if !known {
		return w.understood(n.Text(), false)
	}
	return cell{Text: strconv.FormatFloat(value, 'f', -1, 64)}
}

func (w *words) share(r card.Ratio) cell {
	value, known := r.Value()
	if !known {
		return w.understood(r.Text(), false)
	}
	return cell{Text: percent(value)}
}

// percent writes a share with at most two decimals, 0.925 as 92.5%.
func percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*10000)/100, 'f', -1, 64) + "%"
}

func (w *words) moment(t time.Time) cell {
	if t.IsZero() {
		return w.unknown()
	}
	return cell{Text: t.Format("2006-01-02 15:04 -07:00"), Time: t.Format(time.RFC3339)}
}

func (w *words) day(d card.Day) cell {
	if d == (card.Day{}) {
		return w.unknown()
	}
	return cell{Text: d.String(), Time: d.String()}
}
