package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// event is one value of a file. Its line is where it begins, from 1.
type event struct {
	line int
	text []byte // on one line
	// problem says why it is not worth sending; empty: it is.
	problem string
}

// source yields the events of a file in their order, and then io.EOF.
type source func() (event, error)

// maxEvent bounds one event. A server takes 2 MiB in one request.
const maxEvent = 64 << 10

// newSource reads a JSON array where the first character says so, and a line for each
// event otherwise.
func newSource(r io.Reader) source {
	l := &lines{r: bufio.NewReaderSize(r, 64<<10)}
	var next source
	return func() (event, error) {
		if next == nil {
			begin, err := l.skipSpace()
			if err != nil {
				return event{}, err
			}
			next = l.next
			if begin == '[' {
				next = newArray(l).next
			}
		}
		return next()
	}
}

// lines reads an event of each line that is not blank.
type lines struct {
	r      *bufio.Reader
	before int // lines that are read
}

// skipSpace passes over a byte order mark and blank space, and returns what follows.
func (l *lines) skipSpace() (byte, error) {
	if mark, err := l.r.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = l.r.Discard(len(mark)) // it has just been seen
	}
	for {
		c, err := l.r.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case c == '\n':
			l.before++
		case c != ' ' && c != '\t' && c != '\r':
			return c, l.r.UnreadByte()
		}
	}
}

func (l *lines) next() (event, error) {
	for {
		text, err := l.line()
		if err != nil {
			return event{}, err
		}
		l.before++
		if len(text) > maxEvent {
			return event{line: l.before, problem: tooLong}, nil
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return event{line: l.before, text: text}, nil
		}
	}
}

var tooLong = fmt.Sprintf("An event has at most %d KiB.", maxEvent>>10)

// line reads one line without its end, of one that is too long a little more than is
// allowed.
func (l *lines) line() ([]byte, error) {
	var text []byte
	for {
		part, err := l.r.ReadSlice('\n')
		part = bytes.TrimSuffix(part, []byte("\n"))
		text = append(text, part[:min(len(part), maxEvent+1-min(len(text), maxEvent+1))]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(text) > 0:
			return text, nil
		default:
			return text, err
		}
	}
}

// array reads the elements of a JSON array.
type array struct {
	decoder *json.Decoder
	read    *newlines
	begun   bool
}

func newArray(l *lines) *array {
	read := &newlines{r: l.r, before: l.before}
	return &array{decoder: json.NewDecoder(read), read: read}
}

func (a *array) next() (event, error) {
	if !a.begun {
		a.begun = true
		if _, err := a.decoder.Token(); err != nil {
			return event{}, a.broken(err)
		}
	}
	if !a.decoder.More() {
		return event{}, a.end()
	}
	var value json.RawMessage
	if err := a.decoder.Decode(&value); err != nil {
		return event{}, a.broken(err)
	}
	var text bytes.Buffer
	if err := json.Compact(&text, value); err != nil {
		return event{}, a.broken(err)
	}
	e := event{line: a.read.line(a.decoder.InputOffset() - int64(len(value))), text: text.Bytes()}
	if len(e.text) > maxEvent {
		e.text, e.problem = nil, tooLong
	}
	return e, nil
}

// end returns io.EOF where the array is closed and nothing follows.
func (a *array) end() error {
	if _, err := a.decoder.Token(); err != nil {
		return a.broken(err)
	}
	switch _, err := a.decoder.Token(); {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err == nil:
		return fmt.Errorf("line %d: something follows the array", a.read.line(a.decoder.InputOffset()))
	default:
		return a.broken(err)
	}
}

// broken says where. Everything behind it is lost, too: no more can be told apart.
func (a *array) broken(err error) error {
	at := a.decoder.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		at, err = a.read.offset, io.ErrUnexpectedEOF
	}
	return fmt.Errorf("line %d: the array breaks off: %w", a.read.line(at), err)
}

// newlines remembers where lines end in what was read through it.
type newlines struct {
	r      io.Reader
	offset int64
	before int     // lines that ended before any of ends
	ends   []int64 // offsets of newlines, those that a line was asked for left out
}

// Read reads, and finds the ends of lines.
func (n *newlines) Read(p []byte) (int, error) {
	got, err := n.r.Read(p)
	for i, c := range p[:got] {
		if c == '\n' {
			n.ends = append(n.ends, n.offset+int64(i))
		}
	}
	n.offset += int64(got)
	return got, err
}

// line returns the number of the line that an offset is in. The next offset is no
// smaller.
func (n *newlines) line(offset int64) int {
	for len(n.ends) > 0 && n.ends[0] < offset {
		n.ends, n.before = n.ends[1:], n.before+1
	}
	return n.before + 1
}
