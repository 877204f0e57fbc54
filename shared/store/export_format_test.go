package store_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/store"
)

// small is a snapshot with what JSON cannot hold as text.
func small() store.Snapshot {
	return store.Snapshot{Namespace: "test", Schema: 1, Records: []store.Record{
		{Collection: "c", Key: "a", Value: []byte("<1>")}, {Collection: "c", Key: "\xff", Value: []byte{0, 0xfe}}, {Collection: "d", Key: "e", Value: []byte{}},
	}}
}

func encode(t *testing.T, x store.Snapshot) string {
	t.Helper()
	var text strings.Builder
	if err := x.Encode(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// summed returns lines with their checksum.
func summed(lines ...string) string {
	text := strings.Join(lines, "\n") + "\n"
	return text + fmt.Sprintf(`{"sha256":"%x"}`, sha256.Sum256([]byte(text))) + "\n"
}

// TestExportFormat pins the bytes, which older and newer versions read.
func TestExportFormat(t *testing.T) {
	t.Parallel()
	want := summed(
		`{"format":"signalbox-state","version":1,"namespace":"test","schema":1,"records":3}`,
		`{"collection":"c","key":"a","value":"<1>"}`,
		`{"collection":"c","key":{"base64":"/w=="},"value":{"base64":"AP4="}}`,
		`{"collection":"d","key":"e","value":""}`,
	)
	got := encode(t, small())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Encode (-want +got):\n%s", diff)
	}
	read, err := store.ReadSnapshot(strings.NewReader(got))
	if diff := cmp.Diff(small(), read); err != nil || diff != "" {
		t.Errorf("ReadSnapshot = %v (-want +got):\n%s", err, diff)
	}
}

// TestExportRefused has each mistake said.
func TestExportRefused(t *testing.T) {
	t.Parallel()
	head := func(records int) string {
		return fmt.Sprintf(`{"format":"signalbox-state","version":1,"namespace":"test","schema":1,"records":%d}`, records)
	}
	line := `{"collection":"c","key":"a","value":"1"}`
	whole := summed(head(1), line)
	tests := []struct{ name, text, want string }{
		{"nothing", "", "cut off"},
		{"another file", "PK\x03\x04", "cut off"},
		{"another text", "hello\n", "not what signalbox state export writes"},
		{"another JSON", "{}\n", "not what signalbox state export writes"},
		{"no end of the last line", strings.TrimSuffix(whole, "\n"), "cut off"},
		{"no checksum", head(1) + "\n" + line + "\n", "cut off"},
		{"fewer records", summed(head(2), line), "line 3: its bytes are not"},
		{"more records", summed(head(0), line), "its bytes are not"},
		{"another byte", strings.Replace(whole, `"1"}`, `"2"}`, 1), "its bytes are not"},
		{"lines of Windows", strings.ReplaceAll(whole, "\n", "\r\n"), "its bytes are not"},
		{"more behind", whole + "x", "more after the checksum"},
		{"more lines behind", whole + line + "\n", "more after the checksum"},
		{"an export after another", whole + whole, "more after the checksum"},
		{"a newer form", summed(`{"format":"signalbox-state","version":2,"more":1}`), "with the one that wrote it, or a newer one"},
		{"a key twice", summed(head(2), line, line), "a key comes twice"},
		{"a lease", summed(head(1), `{"collection":"leases","key":"run/end","value":"1"}`), "line 2: it is not what"},
		{"a schema", summed(head(1), `{"collection":"meta","key":"schema","value":"1"}`), "line 2: it is not what"},
		{"no key", summed(head(1), `{"collection":"c","key":"","value":"1"}`), "line 2: it is not what"},
		{"no value", summed(head(1), `{"collection":"c","key":"a"}`), "line 2: it is not what"},
		{"null", summed(head(1), `{"collection":"c","key":"a","value":null}`), "its bytes are not"},
		{"a number", summed(head(1), `{"collection":"c","key":"a","value":1}`), "its bytes are not"},
		{"two values in a line", summed(head(1), line+line), "its bytes are not"},
		{"another member", summed(head(1), `{"collection":"c","key":"a","value":"1","ttl":1}`), "its bytes are not"},
		{"a negative count", summed(head(-1)), "not what signalbox state export writes"},
		{"a line without end", head(1) + "\n" + strings.Repeat(" ", 64<<20+1), "longer than"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			x, err := store.ReadSnapshot(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) || x.Records != nil {
				t.Errorf("ReadSnapshot = %v, %v; want an error with %q", x, err, test.want)
			}
		})
	}
	if x, err := store.ReadSnapshot(strings.NewReader(whole)); err != nil || len(x.Records) != 1 {
		t.Errorf("ReadSnapshot = %v, %v; want one record", x, err)
	}
}

// failing takes some bytes, and then fails.
type failing int

var errFull = errors.New("no room")

func (f *failing) Write(p []byte) (int, error) {
	if *f -= failing(len(p)); *f < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestEncodeFails(t *testing.T) {
	t.Parallel()
	x := small()
	x.Records = append(x.Records, store.Record{Collection: "f", Key: "k", Value: make([]byte, 200_000)})
	for _, room := range []failing{0, 1000, 250_000} {
		if err := x.Encode(&room); !errors.Is(err, errFull) {
			t.Errorf("Encode = %v, want what the writer says", err)
		}
	}
	x.Records[0].Value = make([]byte, 64<<20)
	if err := x.Encode(new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "a record takes") {
		t.Errorf("Encode of a record that is too large = %v, want an error", err)
	}
}

// FuzzImport imports any bytes: what is refused has written nothing, and what is not is
// exported as what was read.
func FuzzImport(f *testing.F) {
	x := small()
	var text bytes.Buffer
	if err := x.Encode(&text); err != nil {
		f.Fatal(err)
	}
	f.Add(text.Bytes())
	f.Add(text.Bytes()[:text.Len()-1])
	f.Add(bytes.ReplaceAll(text.Bytes(), []byte("base64"), []byte("base65")))
	f.Add([]byte(summed(`{"format":"signalbox-state","version":1,"namespace":"test","schema":1,"records":0}`)))
	f.Add([]byte(summed(`{"format":"signalbox-state","version":1,"namespace":"test","schema":9,"records":0}`)))
	f.Add([]byte("{\"format\":\"signalbox-state\"}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "state.db")
		s := openStore(t, store.Config{File: path, Namespace: "test", Shared: true})
		x, err := store.ReadSnapshot(bytes.NewReader(data))
		if err == nil {
			err = store.Import(t.Context(), s, x, false)
		}
		got, taken := store.Take(t.Context(), s)
		switch {
		case err != nil && taken == nil:
			t.Errorf("what was refused with %v has written %v", err, got)
		case err != nil:
		case taken != nil:
			t.Errorf("Take after an import = %v", taken)
		case len(got.Records) != len(x.Records):
			t.Errorf("Take after an import of %d records = %d", len(x.Records), len(got.Records))
		default:
			again, err := store.ReadSnapshot(strings.NewReader(encode(t, got)))
			if err != nil || !slices.EqualFunc(again.Records, got.Records, sameRecord) || !slices.EqualFunc(got.Records, sortedRecords(x.Records), sameRecord) {
				t.Errorf("an export of what was imported is %v, %v; want %v", again, err, x)
			}
		}
	})
}
