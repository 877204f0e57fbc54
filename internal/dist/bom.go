package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// bomName is the SBOM.
const bomName = "signalbox.cdx.json"

// executable is one that is shipped, with what Go has written into it.
type executable struct {
	archive, name string
	sum           string
	goVersion     string
	modules       []debug.Module
}

// read takes from an executable which modules are in it: those that ship, and no others.
func read(t target, binary string) (executable, error) {
	content, err := os.ReadFile(binary) //nolint:gosec // It has just been built.
	if err != nil {
		return executable{}, err
	}
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return executable{}, fmt.Errorf("read what %s is made of: %w", t.archive(), err)
	}
	e := executable{
		archive: t.archive(), name: t.executable(), sum: fmt.Sprintf("%x", sha256.Sum256(content)), goVersion: strings.TrimPrefix(info.GoVersion, "go"),
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		e.modules = append(e.modules, *m)
	}
	return e, nil
}

// The bom types are the part of CycloneDX 1.6 that is used. There is no serial number and
// no time, which would differ with each build.
//
// https://cyclonedx.org/docs/1.6/json/
type (
	bom struct {
		Format       string          `json:"bomFormat"`
		SpecVersion  string          `json:"specVersion"`
		Version      int             `json:"version"`
		Metadata     bomMetadata     `json:"metadata"`
		Components   []bomComponent  `json:"components"`
		Dependencies []bomDependency `json:"dependencies"`
	}
	bomMetadata struct {
		Component bomComponent `json:"component"`
	}
	bomComponent struct {
		Type       string        `json:"type"`
		Ref        string        `json:"bom-ref"`
		Name       string        `json:"name"`
		Version    string        `json:"version,omitempty"`
		PURL       string        `json:"purl,omitempty"`
		Hashes     []bomHash     `json:"hashes,omitempty"`
		Properties []bomProperty `json:"properties,omitempty"`
	}
	bomHash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	bomProperty struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	bomDependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	}
)

// newBOM lists the executables, and the modules that are in any of them.
func newBOM(version string, shipped []executable) bom {
	root := bomComponent{Type: "application", Ref: "signalbox", Name: "signalbox", Version: version}
	b := bom{Format: "CycloneDX", SpecVersion: "1.6", Version: 1, Metadata: bomMetadata{root}}
	libraries, all := make(map[string]bomComponent), bomDependency{Ref: root.Ref}
	for _, e := range shipped {
		ref := e.archive + "/" + e.name
		b.Components = append(b.Components, bomComponent{
			Type: "application", Ref: ref, Name: ref, Version: version, Hashes: []bomHash{{"SHA-256", e.sum}},
		})
		needs := bomDependency{Ref: ref}
		for _, m := range append(e.modules, debug.Module{Path: "std", Version: e.goVersion}) {
			library := libraryOf(m)
			libraries[library.Ref] = library
			needs.DependsOn = append(needs.DependsOn, library.Ref)
		}
		slices.Sort(needs.DependsOn)
		b.Dependencies = append(b.Dependencies, needs)
		all.DependsOn = append(all.DependsOn, ref)
	}
	for _, ref := range slices.Sorted(maps.Keys(libraries)) {
		b.Components = append(b.Components, libraries[ref])
	}
	b.Dependencies = append(b.Dependencies, all)
	slices.SortFunc(b.Dependencies, func(a, b bomDependency) int { return cmp.Compare(a.Ref, b.Ref) })
	return b
}

// libraryOf is a module. The hash in go.sum is of a list of hashes, and none of those that
// CycloneDX knows.
func libraryOf(m debug.Module) bomComponent {
	purl := "pkg:golang/" + m.Path + "@" + strings.ReplaceAll(m.Version, "+", "%2B")
	c := bomComponent{Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl}
	if m.Sum != "" {
		c.Properties = []bomProperty{{"go:sum", m.Sum}}
	}
	return c
}

func writeBOM(folder, version string, shipped []executable) error {
	text, err := json.MarshalIndent(newBOM(version, shipped), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, bomName), append(text, '\n'), 0o644) //nolint:gosec // Others may read a release.
}
