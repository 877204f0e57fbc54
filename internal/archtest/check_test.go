package archtest_test

import (
	"path"
	"slices"
	"strings"
)

// std tells whether an import path is the standard library's: only others have
// a dot in their first element, and ours are ours.
func std(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return first != "signalbox" && !strings.Contains(first, ".")
}

// matches reads patterns from left to right, and the last that fits decides: a
// plain one takes the path in, one after "!" takes it out. "..." fits all,
// "std" the standard library, "a/..." a and all below it, and "*" one element.
func matches(patterns []string, importPath string) bool {
	in := false
	for _, pattern := range patterns {
		pattern, out := strings.CutPrefix(pattern, "!")
		if fits(pattern, importPath) {
			in = !out
		}
	}
	return in
}

func fits(pattern, importPath string) bool {
	if pattern == "..." || pattern == "std" {
		return pattern == "..." || std(importPath)
	}
	if root, below := strings.CutSuffix(pattern, "/..."); below {
		return importPath == root || strings.HasPrefix(importPath, root+"/")
	}
	ok, err := path.Match(pattern, importPath)
	return err == nil && ok
}

// broken lists the imports that the rules forbid, each with its reason.
func broken(rules []rule, packages []listed) []string {
	var complaints []string
	for _, r := range rules {
		for _, p := range packages {
			if !matches(r.binds, p.ImportPath) {
				continue
			}
			complaints = append(complaints, forbidden(r, p)...)
		}
	}
	return complaints
}

func forbidden(r rule, p listed) []string {
	imports, verb := p.Imports, " imports "
	if r.deep {
		imports, verb = p.Deps, " reaches "
	}
	var complaints []string
	for _, i := range imports {
		if !matches(r.may, i) {
			complaints = append(complaints, p.ImportPath+verb+i+": "+r.reason)
		}
	}
	return complaints
}

// unplaced lists the packages that stand in no layer, or in two.
func unplaced(order []layer, packages []listed) []string {
	var complaints []string
	for _, p := range packages {
		var in []string
		for _, l := range order {
			if matches(l.packages, p.ImportPath) {
				in = append(in, l.name)
			}
		}
		switch len(in) {
		case 0:
			complaints = append(complaints, p.ImportPath+" stands in no layer: add it to one of order's")
		case 1:
		default:
			complaints = append(complaints, p.ImportPath+" stands in more than one layer: "+strings.Join(in, ", "))
		}
	}
	return complaints
}

// idle lists the patterns of ours that fit no package: a rule with a misspelt
// or outdated name guards nothing.
func idle(rules []rule, packages []listed) []string {
	var complaints []string
	for _, r := range rules {
		for _, pattern := range slices.Concat(r.binds, r.may) {
			pattern = strings.TrimPrefix(pattern, "!")
			ours := strings.HasPrefix(pattern, "signalbox/")
			fitting := func(p listed) bool { return fits(pattern, p.ImportPath) }
			if ours && !slices.ContainsFunc(packages, fitting) {
				complaints = append(complaints, pattern+" fits no package: its rule guards nothing")
			}
		}
	}
	slices.Sort(complaints)
	return slices.Compact(complaints)
}

// undocumented lists the packages without exactly one package comment.
func undocumented(packages []listed) []string {
	var complaints []string
	for _, p := range packages {
		switch len(p.commented) {
		case 0:
			complaints = append(complaints, p.ImportPath+" has no package comment")
		case 1:
		default:
			complaints = append(complaints, p.ImportPath+" has package comments in "+strings.Join(p.commented, " and "))
		}
	}
	return complaints
}
