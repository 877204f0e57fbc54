package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// packed is the time of every file: the first that a zip can have, so that the time of the
// build is in none.
var packed = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// readsRules reports whether t is a function that has a rules file.
func (t target) readsRules() bool { return t.name == "alerts" || t.name == "conversion" }

// rulesName is the rules file's name beside the bootstrap, whatever it was before.
const rulesName = "rules.yaml"

// entry is one file of an archive.
type entry struct {
	name, from string
	mode       fs.FileMode
}

// pack writes the archive of t.
func (r release) pack(t target, binary, archive string) error {
	entries := []entry{{t.executable(), binary, 0o755}}
	if t.readsRules() && r.rules != "" {
		entries = append(entries, entry{rulesName, r.rules, 0o644})
	}
	if !t.function {
		entries = append(entries, entry{"LICENSE", "LICENSE", 0o644})
	}
	var text bytes.Buffer
	if err := writeZip(&text, entries); err != nil {
		return fmt.Errorf("pack %s: %w", filepath.Base(archive), err)
	}
	return os.WriteFile(archive, text.Bytes(), 0o644) //nolint:gosec // Others may read a release.
}

// writeZip writes entries by their names, with nothing of this machine but the content.
func writeZip(w io.Writer, entries []entry) error {
	entries = slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, e := range entries {
		content, err := os.ReadFile(e.from)
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: packed}
		header.SetMode(e.mode)
		file, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}

// sumsName is the file of checksums, as sha256sum --check reads it.
const sumsName = "SHA256SUMS"

// writeSums writes the checksums of all files in folder.
func writeSums(folder string) error {
	files, err := os.ReadDir(folder) // by their names
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(folder, f.Name())) //nolint:gosec // Of the release itself.
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%x  %s\n", sha256.Sum256(content), f.Name())
	}
	return os.WriteFile(filepath.Join(folder, sumsName), []byte(text.String()), 0o644) //nolint:gosec // Others may read a release.
}
