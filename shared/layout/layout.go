// Package layout lays a [notify.Message] out as each kind of receiver takes it: Slack's
// blocks, the markdown of DingTalk, Feishu and WeCom, Alertmanager's alerts. It is pure, and
// knows nothing of what a message is about.
//
// However many rows there are, what it makes is within the receiver's limits: it names the
// first of them, leaves columns out before rows, and says how many it does not name. The
// rest is the writer's to keep short: a title to 150 characters, lines to [MaxLines].
package layout

import "signalbox/shared/notify"

// MaxNamed is how many rows a message names at most.
const MaxNamed = 20

// MaxLines is how many characters the lines of a message may have, each as [SlackLine] has
// it and with its end.
const MaxLines = 1000

// MaxSpare is the most that a column may be to spare.
const MaxSpare = 4

// FormPrefix begins the id of a link to a form, which is not where a message can be read.
const FormPrefix = "open-"

// unknown is a cell about which nothing is known.
const unknown = "–"

// unnamed says that not all rows are named, or "" where all are.
func unnamed(rows notify.Rows, named int) string {
	if rows.Count <= named {
		return ""
	}
	return rows.Unnamed(named)
}

// narrowed are rows without as many columns as it takes for them to fit, the least
// important first.
func narrowed(rows notify.Rows, fits func(notify.Rows) bool) notify.Rows {
	fewer := rows
	for spare := MaxSpare; spare >= 0; spare-- {
		if fewer = keeping(rows, spare); fits(fewer) {
			break
		}
	}
	return fewer
}

// keeping are rows without the columns that are more to spare than that.
func keeping(rows notify.Rows, spare int) notify.Rows {
	whole := rows.Table
	if whole == nil {
		return rows
	}
	rows.Table = func(n int) notify.Table { return whole(n).Keeping(spare) }
	return rows
}
