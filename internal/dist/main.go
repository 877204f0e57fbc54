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
	"slices"
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
	flag.Parse()
	return r.write(ctx)
}

// release is what is written.
type release struct {
	out, version, revision, rules string
}

// target is an executable for one kind of machine.
type target struct {
	name, pkg, os, arch string
	function            bool // its executable is named as the clouds want it
}

// targets are all, in the order of their archives' names.
func targets() []target {
	var all []target
	for _, arch := range []string{"amd64", "arm64"} {
		for _, function := range []string{"alerts", "cardflow", "conversion"} {
			all = append(all, target{function, "./functions/" + function + "/bootstrap", "linux", arch, true})
		}
		for _, system := range []string{"darwin", "linux", "windows"} {
			all = append(all, target{"signalbox", "./cmd/signalbox", system, arch, false})
		}
	}
	slices.SortFunc(all, func(a, b target) int { return cmp.Compare(a.archive(), b.archive()) })
	return all
}

// archive is the name of its zip. A function is for one system alone.
func (t target) archive() string {
	if t.function {
		return t.name + "-" + t.arch + ".zip"
	}
	return t.name + "-" + t.os + "-" + t.arch + ".zip"
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
	for _, t := range targets() {
		binary, err := r.build(ctx, t, built)
		if err != nil {
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
