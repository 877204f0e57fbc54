package serveweek_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// book is what outlives a process that is killed: files of lines, in which the last one
// may be broken off.
type book struct {
	mu     sync.Mutex
	folder string
}

// write adds a line of JSON.
func (b *book) write(name string, value any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(b.folder, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}

// lines reads what was written, but for a line that is broken off.
func lines[T any](t *testing.T, folder, name string) (all []T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var value T
		if json.Unmarshal(scanner.Bytes(), &value) == nil {
			all = append(all, value)
		}
	}
	return all
}
