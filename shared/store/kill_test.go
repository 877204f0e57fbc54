package store_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"signalbox/shared/store"
)

var (
	writeTo     = flag.String("write-to", "", "write batches to this state file, and nothing else")
	importInto  = flag.String("import-into", "", "import the export on standard input into this state file, and nothing else")
	compactFile = flag.String("compact", "", "compact this state file again and again, and nothing else")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *writeTo != "" {
		fmt.Fprintln(os.Stderr, writeForEver(*writeTo))
		os.Exit(1)
	}
	if *importInto != "" {
		os.Exit(importForOnce(*importInto))
	}
	if *compactFile != "" {
		fmt.Fprintln(os.Stderr, compactForEver(*compactFile))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// perBatch is how many records of one value a batch has.
const perBatch = 50

// writeForEver puts batches, and prints the number of each when it was written.
func writeForEver(path string) error {
	s, err := store.Open(store.Config{File: path})
	if err != nil {
		return err
	}
	last, err := s.Get(context.Background(), "c", "0")
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(string(last)) // 0 in a new state
	for {
		n++
		var b store.Batch
		for i := range perBatch {
			b.Put = append(b.Put, store.Record{Collection: "c", Key: strconv.Itoa(i), Value: []byte(strconv.Itoa(n))},
				store.Record{Collection: "history", Key: fmt.Sprintf("%d-%d", i, n), Value: make([]byte, 100)})
		}
		if err := s.Apply(context.Background(), b); err != nil {
			return err
		}
		fmt.Println(n) //nolint:forbidigo // to the test that has started this process
	}
}

// TestKilledWriter kills a process 20 times while it commits: what it had said to
// be written is there, and each batch is whole or not there.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	for kill := range 20 {
		said := killed(t, path, 1+kill%7)
		s := openStore(t, store.Config{File: path})
		records, err := s.List(t.Context(), "c")
		if err != nil || len(records) != perBatch {
			t.Fatalf("List after kill %d = %d records, %v; want %d", kill, len(records), err, perBatch)
		}
		n, err := strconv.Atoi(string(records[0].Value))
		if err != nil || n < said || n > said+1 {
			t.Errorf("after kill %d the last batch is %s, want %d or the next", kill, records[0].Value, said)
		}
		for _, r := range records {
			if string(r.Value) != strconv.Itoa(n) {
				t.Fatalf("after kill %d a record is of batch %s, and another of batch %d", kill, r.Value, n)
			}
		}
		if history, err := s.List(t.Context(), "history"); err != nil || len(history) != n*perBatch {
			t.Errorf("after kill %d: %d records of %d batches, %v", kill, len(history), n, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killed starts a writer, kills it after some batches and returns the number of
// the last one that it said to be written.
func killed(t *testing.T, path string, batches int) (said int) {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0], "-write-to", path)
	writer.Stderr = os.Stderr
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); batches-- {
		if said, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if batches == 1 {
			if err := writer.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = writer.Wait() // it says that it was killed
	return said
}
