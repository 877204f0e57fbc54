package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Document returns the one value that data holds. The error has its line. least is what
// a document has at least, such as version: 1.
func Document(data []byte, least string) (*yaml.Node, error) {
	if at := badByte(data); at >= 0 {
		return nil, mistakeError{Mistake{1 + bytes.Count(data[:at], []byte("\n")), "is not UTF-8 text"}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	if err := decoder.Decode(&first); err != nil && !errors.Is(err, io.EOF) {
		return nil, syntaxMistake(data, err)
	}
	if len(first.Content) == 0 || first.Content[0].ShortTag() == "!!null" {
		return nil, mistakeError{Mistake{1, "the file is empty; it needs at least " + least}}
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, mistakeError{Mistake{second.Line, "a second document begins; one file is one document"}}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxMistake(data, err)
	}
	return first.Content[0], nil
}

// badByte returns where data stops being text, or -1.
func badByte(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		control := r < ' ' && r != '\t' && r != '\n' && r != '\r'
		if control || r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

var (
	yamlLine      = regexp.MustCompile(`^yaml: line (\d+): `)
	unknownAnchor = regexp.MustCompile(`^yaml: unknown anchor '(.*)' referenced$`)
)

// syntaxMistake says what YAML's own reader found. It names no line for the
// first, and none where a pattern that starts with a star passes for an alias; a
// mistake at the end it places on the line after.
func syntaxMistake(data []byte, err error) error {
	text := err.Error()
	if found := unknownAnchor.FindStringSubmatch(text); found != nil {
		before, _, _ := bytes.Cut(data, []byte("*"+found[1]))
		return mistakeError{Mistake{1 + bytes.Count(before, []byte("\n")), "a pattern that starts with * needs quotes"}}
	}
	line := 1
	if found := yamlLine.FindStringSubmatch(text); found != nil {
		line, _ = strconv.Atoi(found[1])
		line = min(line, 1+bytes.Count(data, []byte("\n")))
		text = strings.TrimPrefix(text, found[0])
	}
	if indentedByTab(data, line) {
		return mistakeError{Mistake{line, "is not YAML: indent with spaces, not with tabs"}}
	}
	return mistakeError{Mistake{line, "is not YAML: " + strings.TrimPrefix(text, "yaml: ")}}
}

// indentedByTab reports whether a line, the first being 1, has a tab before its text.
func indentedByTab(data []byte, line int) bool {
	lines := bytes.Split(data, []byte("\n"))
	return line <= len(lines) && bytes.HasPrefix(bytes.TrimLeft(lines[line-1], " "), []byte("\t"))
}
