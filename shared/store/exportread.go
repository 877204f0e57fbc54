package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
)

var (
	errNotExport = errors.New("it is not what signalbox state export writes")
	errCutOff    = errors.New("it is cut off: export the state again, or copy the whole export")
	errAltered   = errors.New("its bytes are not those that were written: export the state again, or copy the export again")
)

// ReadSnapshot reads an export, and refuses one that is not whole, was altered, or is of a
// newer form.
func ReadSnapshot(r io.Reader) (Snapshot, error) {
	d := exportReader{lines: bufio.NewScanner(r), sum: sha256.New()}
	d.lines.Buffer(nil, maxLine)
	d.lines.Split(wholeLines)
	x, err := d.snapshot()
	if err != nil && d.number > 0 {
		err = fmt.Errorf("line %d: %w", d.number, err)
	}
	if err != nil {
		return Snapshot{}, fmt.Errorf("read the export: %w", err)
	}
	return x, nil
}

// exportReader reads the lines of an export.
type exportReader struct {
	lines  *bufio.Scanner
	sum    hash.Hash // of all lines before the last one that was read
	last   []byte
	number int
}

// wholeLines splits where lines end, and keeps their ends.
func wholeLines(data []byte, atEOF bool) (advance int, line []byte, err error) {
	at := bytes.IndexByte(data, '\n')
	switch {
	case at >= 0:
		return at + 1, data[:at+1], nil
	case atEOF && len(data) > 0:
		return 0, nil, errCutOff
	default:
		return 0, nil, nil
	}
}

// next returns the next line, or errCutOff where there is none.
func (d *exportReader) next() ([]byte, error) {
	_, _ = d.sum.Write(d.last) // a hash takes everything
	d.last = nil
	if d.lines.Scan() {
		d.number++
		d.last = d.lines.Bytes()
		return d.last, nil
	}
	switch err := d.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("the next line is longer than %d bytes: %w", maxLine, errNotExport)
	case err != nil:
		return nil, err
	default:
		return nil, errCutOff
	}
}

func (d *exportReader) snapshot() (Snapshot, error) {
	h, err := d.header()
	x := Snapshot{Namespace: h.Namespace, Schema: h.Schema}
	seen := make(map[recordKey]bool)
	for n := 0; err == nil && n < h.Records; n++ {
		var r Record
		if r, err = d.record(); err == nil && seen[keyOf(r)] {
			err = fmt.Errorf("a key comes twice in %q: %w", r.Collection, errNotExport)
		}
		seen[keyOf(r)] = true
		x.Records = append(x.Records, r)
	}
	if err == nil {
		err = d.end()
	}
	return x, err
}

func (d *exportReader) header() (h exportHeader, err error) {
	line, err := d.next()
	if err != nil {
		return h, err
	}
	err = json.Unmarshal(line, &h) // a newer form may have other members
	switch {
	case err != nil || h.Format != exportFormat:
		return h, errNotExport
	case h.Version > exportVersion:
		return h, fmt.Errorf("it has version %d, and this version of Signalbox knows those up to %d: import it with the one that wrote it, or a newer one", h.Version, exportVersion)
	case h.Version < 1 || h.Schema < 1 || h.Records < 0:
		return h, errNotExport
	}
	return h, nil
}

func (d *exportReader) record() (Record, error) {
	line, err := d.next()
	if err != nil {
		return Record{}, err
	}
	var e exportRecord
	if err := decodeStrictly(line, &e); err != nil {
		return Record{}, errAltered
	}
	r := Record{Collection: string(e.Collection), Key: string(e.Key), Value: e.Value}
	if e.Value == nil || isSchema(r) || r.Collection == leaseCollection || (Batch{Put: []Record{r}}).validate() != nil {
		return Record{}, errNotExport
	}
	return r, nil
}

// end reads the checksum, after which there is nothing.
func (d *exportReader) end() error {
	line, err := d.next()
	if err != nil {
		return err
	}
	var last exportSum
	if err := decodeStrictly(line, &last); err != nil || last.SHA256 != hex.EncodeToString(d.sum.Sum(nil)) {
		return errAltered
	}
	switch _, err := d.next(); {
	case err == nil, errors.Is(d.lines.Err(), errCutOff):
		return fmt.Errorf("there is more after the checksum: %w", errAltered)
	case !errors.Is(err, errCutOff):
		return err
	}
	return nil
}

// decodeStrictly reads one value, without members that are not known.
func decodeStrictly(data []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errNotExport
	}
	return nil
}
