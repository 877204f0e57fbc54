// Command dist writes what is released: a zip of each function for both clouds, the
// command line, an SBOM and checksums. The same tree gives the same bytes, wherever it
// lies and whenever it is built.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var r release
	flag.StringVar(&r.out, "out", "dist", "`folder` to write to; what is in it is replaced")
	flag.StringVar(&r.version, "version", "", "`version` of the release")
	flag.StringVar(&r.revision, "revision", "", "`revision` that it is built from")
	flag.StringVar(&r.rules, "rules", "", "rules `file` to package beside the bootstraps of alerts and conversion")
	flag.StringVar(&r.only, "only", "", "regular `expression` of the names of archives, to write these alone; none: all")
	flag.Parse()
	return r.write(ctx)
}

// release is what is written.
type release struct {
	out, version, revision, rules, only string
}

// target is an executable for one kind of machine.
type target struct {
	name, pkg, os, arch string
	function            bool   // its executable is named as the clouds want it
	cloud               string // the one that it is for alone; none: both, or it is no function
	tags                string // that leave out what the cloud has no use for
}

// targets are all, in the order of their archives' names. Of alerts each cloud has an
// executable of its own, which leaves the other one's database out; Function Compute's go1
// knows no arm64.
func targets() []target {
	all := []target{
		{"alerts", "./functions/alerts/bootstrap", "linux", "amd64", true, "function-compute", "nodynamodb"},
	}
	for _, arch := range []string{"amd64", "arm64"} {
		all = append(all, target{"alerts", "./functions/alerts/bootstrap", "linux", arch, true, "lambda", "notablestore"})
		for _, function := range []string{"cardflow", "conversion"} {
			all = append(all, target{name: function, pkg: "./functions/" + function + "/bootstrap", os: "linux", arch: arch, function: true})
		}
		for _, system := range []string{"darwin", "linux", "windows"} {
			all = append(all, target{name: "signalbox", pkg: "./cmd/signalbox", os: system, arch: arch})
		}
	}
	slices.SortFunc(all, func(a, b target) int { return cmp.Compare(a.archive(), b.archive()) })
	return all
}

// chosen are the targets to build.
func (r release) chosen() ([]target, error) {
	wanted, err := regexp.Compile(r.only)
	if err != nil {
		return nil, fmt.Errorf("read -only: %w", err)
	}
	chosen := slices.DeleteFunc(targets(), func(t target) bool { return !wanted.MatchString(t.archive()) })
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no archive has a name like %q", r.only)
	}
	return chosen, nil
}

// archive is the name of its zip. A function is for one system alone.
func (t target) archive() string {
	parts := []string{t.name, t.cloud, t.os, t.arch}
	if t.function {
		parts[2] = ""
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return strings.Join(parts, "-") + ".zip"
}

// executable is the name of the file in the archive.
func (t target) executable() string {
	switch {
	case t.function:
		return "bootstrap"
	case t.os == "windows":
		return t.name + ".exe"
	default:
		return t.name
	}
}

// write makes everything anew in a folder beside out, which then takes its place: whoever
// looks finds a whole release.
func (r release) write(ctx context.Context) (err error) {
	chosen, err := r.chosen()
	if err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(filepath.Clean(r.out)), ".dist-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	built, err := os.MkdirTemp("", "dist-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(built)) }()
	var shipped []executable
	for _, t := range chosen {
		binary, err := r.build(ctx, t, built)
		if err != nil {
			return err
		}
		if err := unplaced(binary); err != nil {
			return err
		}
		e, err := read(t, binary)
		if err != nil {
			return err
		}
		shipped = append(shipped, e)
		if err := r.pack(t, binary, filepath.Join(fresh, t.archive())); err != nil {
			return err
		}
	}
	if err := errors.Join(writeBOM(fresh, r.version, shipped), writeSums(fresh), os.Chmod(fresh, 0o755)); err != nil { //nolint:gosec // Others may read a release.
		return err
	}
	return errors.Join(os.RemoveAll(r.out), os.Rename(fresh, r.out))
}
