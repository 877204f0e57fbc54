package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/renameio/v2"
)

// schema is the version of the file's form.
const schema = 1

// File keeps entries in one JSON file, which every Put replaces as a whole: a
// crash leaves the old file or the new one. It is safe for concurrent use in
// one process; give each function a file of its own.
type File struct {
	path string
	mu   sync.Mutex
}

var _ Store = (*File)(nil)

// document is the form of the file.
type document struct {
	Schema  int              `json:"schema"`
	Entries map[string]Entry `json:"entries"`
}

// OpenFile returns the store in the file at path, which is made by the first
// Put. Its folder must exist.
func OpenFile(path string) (*File, error) {
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("state file: %s is not a folder", filepath.Dir(path))
	}
	return &File{path: path}, nil
}

// Get returns the entry of key, see [Store].
func (f *File) Get(_ context.Context, key string) (Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	doc, err := f.read()
	return doc.Entries[key], err
}

// Put writes e as the entry of key, see [Store].
func (f *File) Put(_ context.Context, key string, e Entry) (Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	doc, err := f.read()
	if err != nil {
		return Entry{}, err
	}
	next, err := e.next(key, doc.Entries[key])
	if err != nil {
		return Entry{}, err
	}
	doc.Entries[key] = next
	return next, f.write(doc)
}

func (f *File) read() (document, error) {
	doc := document{Schema: schema, Entries: make(map[string]Entry)}
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return doc, nil
	}
	if err != nil {
		return doc, fmt.Errorf("read state: %w", err)
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return doc, fmt.Errorf("read state %s: %w", f.path, err)
	}
	if doc.Schema != schema {
		return doc, fmt.Errorf("read state %s: schema %d is not known to this version, which writes %d", f.path, doc.Schema, schema)
	}
	return doc, nil
}

func (f *File) write(doc document) error {
	data, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if err := renameio.WriteFile(f.path, data, 0o600); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}
