package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// An export is lines of JSON: a header, one line for each record, and the checksum of all
// bytes before it.
const (
	exportFormat  = "signalbox-state"
	exportVersion = 1
	// maxLine is the longest line, in bytes. A batch in a table has no more.
	maxLine = 64 << 20
)

// MediaExport is the media type of an export.
const MediaExport = "application/x-ndjson"

type exportHeader struct {
	Format    string `json:"format"`
	Version   int    `json:"version"`
	Namespace string `json:"namespace"`
	Schema    int64  `json:"schema"`
	Records   int    `json:"records"`
}

// exportRecord is a line of one. What is nil is missing.
type exportRecord struct {
	Collection exact `json:"collection"`
	Key        exact `json:"key"`
	Value      exact `json:"value"`
}

type exportSum struct {
	SHA256 string `json:"sha256"`
}

// exact is any bytes in JSON: a string where that keeps each of them, else base64.
type exact []byte

type base64Bytes struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON returns what UnmarshalJSON takes.
func (e exact) MarshalJSON() ([]byte, error) {
	if utf8.Valid(e) {
		return plainJSON(string(e))
	}
	return plainJSON(base64Bytes{e})
}

// UnmarshalJSON never leaves e nil.
func (e *exact) UnmarshalJSON(data []byte) error {
	*e = exact{}
	if data[0] == '"' {
		var text string
		err := json.Unmarshal(data, &text)
		*e = append(*e, text...)
		return err
	}
	var inner base64Bytes
	if err := decodeStrictly(data, &inner); err != nil {
		return err
	}
	if inner.Base64 == nil {
		return errNotExport
	}
	*e = append(*e, inner.Base64...)
	return nil
}

// plainJSON is the line of v, without escapes that only pages need.
func plainJSON(v any) ([]byte, error) {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return line.Bytes(), err
}

// Encode writes x as an export, which [ReadSnapshot] reads.
func (x Snapshot) Encode(w io.Writer) error {
	buffered, sum := bufio.NewWriterSize(w, 64<<10), sha256.New()
	out := io.MultiWriter(buffered, sum)
	err := writeLine(out, exportHeader{exportFormat, exportVersion, x.Namespace, x.Schema, len(x.Records)})
	for _, r := range x.Records {
		if err != nil {
			break
		}
		if err = fitsLine(len(r.Key) + len(r.Value)); err == nil { // or it would take minutes to encode
			err = writeLine(out, exportRecord{exact(r.Collection), exact(r.Key), r.Value})
		}
	}
	if err == nil {
		err = writeLine(buffered, exportSum{hex.EncodeToString(sum.Sum(nil))})
	}
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}

func writeLine(w io.Writer, v any) error {
	line, err := plainJSON(v)
	if err != nil {
		return err
	}
	if err := fitsLine(len(line)); err != nil {
		return err
	}
	_, err = w.Write(line)
	return err
}

func fitsLine(size int) error {
	if size >= maxLine {
		return fmt.Errorf("a record takes %d bytes, less than %d in an export", size, maxLine)
	}
	return nil
}
