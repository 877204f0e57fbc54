// Package wordstest holds the texts that people read to be complete in both languages.
package wordstest

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Both wants each text of english, a struct, in chinese, too: none empty, and Chinese
// where Chinese is meant. Functions are asked what they say, of one and of several. The
// paths of foreign, such as "Find.Label", may be in another language.
func Both[T any](t *testing.T, english, chinese T, foreign ...string) {
	t.Helper()
	en, zh := Texts(t, english), Texts(t, chinese)
	for path, text := range en {
		if text == "" || zh[path] == "" {
			t.Errorf("%s is %q in English and %q in Chinese, want both", path, text, zh[path])
		}
		if slices.Contains(foreign, path) {
			continue
		}
		if !hasChinese(zh[path]) {
			t.Errorf("%s is %q in Chinese", path, zh[path])
		}
		if hasChinese(text) {
			t.Errorf("%s is %q in English", path, text)
		}
	}
	for path := range zh {
		if _, ok := en[path]; !ok {
			t.Errorf("%s is there in Chinese only", path)
		}
	}
	for _, path := range foreign {
		if _, ok := en[path]; !ok {
			t.Errorf("%s is no text", path)
		}
	}
}

func hasChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// Texts returns all texts of a struct by their paths, such as "Find.Label". Functions are
// asked what they say.
func Texts(t *testing.T, words any) map[string]string {
	t.Helper()
	found := make(map[string]string)
	collect(t, "", reflect.ValueOf(words), found)
	texts := make(map[string]string, len(found))
	for path, text := range found {
		texts[strings.TrimPrefix(path, ".")] = text
	}
	return texts
}

func collect(t *testing.T, path string, v reflect.Value, found map[string]string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		found[path] = v.String()
	case reflect.Struct:
		for field, value := range v.Fields() {
			collect(t, path+"."+field.Name, value, found)
		}
	case reflect.Array:
		for i := range v.Len() {
			collect(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i), found)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			collect(t, fmt.Sprintf("%s[%v]", path, key), v.MapIndex(key), found)
		}
	case reflect.Func:
		found[path] = said(t, path, v)
	default:
		unknown(t, path, v)
	}
}

// said is what a function says. All that it is given is in that; of one, it may be
// another text.
func said(t *testing.T, path string, f reflect.Value) string {
	t.Helper()
	if f.IsNil() {
		return ""
	}
	if count, ok := reflect.TypeAssert[func(int) string](f); ok {
		one, two := count(1), count(2)
		if !strings.Contains(one, "1") && !strings.Contains(one, "2") || one == two {
			t.Errorf("%s says %q of one and %q of two", path, one, two)
		}
	}
	kind := f.Type()
	if kind.NumOut() != 1 || kind.Out(0).Kind() != reflect.String || kind.NumIn() == 0 {
		unknown(t, path, f)
	}
	var given []reflect.Value
	for i := range kind.NumIn() {
		switch n := 234 + i; kind.In(i).Kind() {
		case reflect.Int:
			given = append(given, reflect.ValueOf(n))
		case reflect.String:
			given = append(given, reflect.ValueOf(strconv.Itoa(n)))
		default:
			unknown(t, path, f)
		}
	}
	text := f.Call(given)[0].String()
	for i := range given {
		if want := strconv.Itoa(234 + i); !strings.Contains(text, want) {
			t.Errorf("%s says %q, without %s", path, text, want)
		}
	}
	return text
}

func unknown(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	t.Fatalf("%s is a %v, which this test does not know", path, v.Type())
}
