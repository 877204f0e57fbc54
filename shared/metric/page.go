package metric

import (
	"fmt"
	"io"
	"strings"

	"signalbox/shared/buildinfo"
)

// Source is what is counted of one function.
type Source struct {
	// Function is the value of the label function; "": there is none, since the process
	// serves no other.
	Function string
	Meter    *Meter
}

// WritePage writes what GET /metrics answers: the totals of all sources since the start,
// and which build counts them.
func WritePage(w io.Writer, sources ...Source) {
	all := newFamilies()
	for _, s := range sources {
		var text strings.Builder
		s.Meter.WritePrometheus(&text)
		all.add(text.String(), s.Function)
	}
	all.add(buildPage(buildinfo.Read()), "")
	_, _ = io.WriteString(w, all.text()) // The caller may not be there any more.
}

// buildPage is a metric that is always 1, for its labels.
func buildPage(b buildinfo.Info) string {
	return "# HELP signalbox_build_info The build that runs.\n# TYPE signalbox_build_info gauge\n" +
		fmt.Sprintf("signalbox_build_info{version=%q,revision=%q,goversion=%q} 1\n", b.Version, b.Revision, b.GoVersion)
}

// families are metrics by what Prometheus calls their family: all of one name stand
// together, under what is said of it once.
type families struct {
	order []string
	by    map[string]*family
}

type family struct {
	said    map[string]bool // the comments that it has, such as "# TYPE"
	head    strings.Builder
	samples strings.Builder
}

func newFamilies() *families { return &families{by: make(map[string]*family)} }

// add takes a page apart. Its samples get the label function, where that is not "".
func (f *families) add(page, function string) {
	current := ""
	for line := range strings.Lines(page) {
		if kind, name, ok := comment(line); ok {
			current = name
			f.of(name).say(kind, line)
			continue
		}
		name := sampleName(line)
		if !partOf(name, current) {
			current = name
		}
		f.of(current).samples.WriteString(labelled(line, function))
	}
}

func (f *families) of(name string) *family {
	found, ok := f.by[name]
	if !ok {
		found = &family{said: make(map[string]bool)}
		f.by[name] = found
		f.order = append(f.order, name)
	}
	return found
}

func (f *family) say(kind, line string) {
	if !f.said[kind] {
		f.said[kind] = true
		f.head.WriteString(line)
	}
}

func (f *families) text() string {
	var all strings.Builder
	for _, name := range f.order {
		all.WriteString(f.by[name].head.String() + f.by[name].samples.String())
	}
	return all.String()
}

// comment takes "# TYPE name counter" apart.
func comment(line string) (kind, name string, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 3 || fields[0] != "#" {
		return "", "", false
	}
	return fields[1], fields[2], true
}

// sampleName is what stands before a sample's labels or value.
func sampleName(line string) string {
	if end := strings.IndexAny(line, "{ "); end >= 0 {
		return line[:end]
	}
	return line
}

// partOf says whether a sample is of a family: a histogram's have its name and a suffix.
func partOf(name, family string) bool {
	for _, suffix := range []string{"", "_bucket", "_sum", "_count"} {
		if family != "" && name == family+suffix {
			return true
		}
	}
	return false
}

// labelled gives a sample the label function, in front of those that it has.
func labelled(line, function string) string {
	if function == "" {
		return line
	}
	name := sampleName(line)
	label, rest := fmt.Sprintf("{function=%q", function), line[len(name):]
	if labels, ok := strings.CutPrefix(rest, "{"); ok {
		return name + label + "," + labels
	}
	return name + label + "}" + rest
}
