package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"signalbox/functions/alerts"
)

// unknownTotal is the total of a bar where it is not known yet.
const unknownTotal = -1

// bar shows on a terminal how far a command is. On anything else, such as a log of
// cron's, it shows nothing.
type bar struct {
	*progressbar.ProgressBar

	w     io.Writer
	shown bool
}

func newBar(w io.Writer, total int64, unit string, options ...progressbar.Option) *bar {
	file, ok := w.(*os.File)
	shown := ok && term.IsTerminal(int(file.Fd()))
	options = append([]progressbar.Option{
		progressbar.OptionSetWriter(w), progressbar.OptionSetVisibility(shown),
		progressbar.OptionShowCount(), progressbar.OptionSetItsString(unit), progressbar.OptionSetWidth(30),
		progressbar.OptionSetSpinnerChangeInterval(0), // else a goroutine draws it for ever, with a race
	}, options...)
	return &bar{progressbar.NewOptions64(total, options...), w, shown}
}

// Write counts bytes. A file that grows while it is read is no error.
func (b *bar) Write(p []byte) (int, error) {
	_ = b.Add(len(p)) // it says that there is more than was expected
	return len(p), nil
}

// say prints a line, above the bar where there is one.
func (b *bar) say(format string, args ...any) {
	b.end()
	fmt.Fprintf(b.w, format+"\n", args...)
}

// end clears the bar for what is printed next.
func (b *bar) end() {
	if b.shown {
		_ = b.Clear() // a terminal that cannot be written to shows nothing
	}
}

// sweep shows how far a sweep is.
func (b *bar) sweep(r alerts.Report) {
	b.Describe(fmt.Sprintf("%d open", r.Open))
	if r.Cards > 0 {
		b.ChangeMax(r.Cards)
	}
	_ = b.Set(r.Checked + r.Failed) // it may be a little over the total while cards come and go
}
