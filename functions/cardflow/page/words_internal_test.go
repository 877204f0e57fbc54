package page

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// texts are all texts below v by their path. A function's is what it says of two.
func texts(t *testing.T, path string, v reflect.Value, found map[string]string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		found[path] = v.String()
	case reflect.Struct:
		for field, value := range v.Fields() {
			texts(t, path+"."+field.Name, value, found)
		}
	case reflect.Array:
		for i := range v.Len() {
			texts(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i), found)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts(t, fmt.Sprintf("%s[%v]", path, key), v.MapIndex(key), found)
		}
	case reflect.Func:
		switch f := v.Interface().(type) {
		case func(int) string:
			found[path] = f(2)
			if one := f(1); !strings.Contains(one, "1") && !strings.Contains(one, "2") || one == f(2) {
				t.Errorf("%s says %q of one and %q of two", path, one, f(2))
			}
		case func(string) string:
			found[path] = f("x")
			if !strings.Contains(f("42"), "42") {
				t.Errorf("%s says %q of 42", path, f("42"))
			}
		default:
			t.Fatalf("%s is of the kind %v, which this test does not know", path, v.Type())
		}
	default:
		t.Fatalf("%s is of the kind %v, which this test does not know", path, v.Type())
	}
}

// TestEveryTextInBothLanguages wants each text in both, none empty, and Chinese where
// Chinese is meant.
func TestEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	en, zh := make(map[string]string), make(map[string]string)
	texts(t, "words", reflect.ValueOf(english), en)
	texts(t, "words", reflect.ValueOf(chinese), zh)
	if len(en) < 100 {
		t.Errorf("%d texts in English, want all of them", len(en))
	}
	foreign := map[string]bool{"words.Words.Switch": true, "words.Find.Label": true, "words.Words.Tag": true, "words.Words.SwitchTag": true}
	for path, text := range en {
		if text == "" || zh[path] == "" {
			t.Errorf("%s is %q in English and %q in Chinese, want both", path, text, zh[path])
		}
		if hasChinese := strings.ContainsFunc(zh[path], func(r rune) bool { return unicode.Is(unicode.Han, r) }); !hasChinese && !foreign[path] {
			t.Errorf("%s is %q in Chinese", path, zh[path])
		}
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && !foreign[path] {
			t.Errorf("%s is %q in English", path, text)
		}
	}
	for path := range zh {
		if _, ok := en[path]; !ok {
			t.Errorf("%s is there in Chinese only", path)
		}
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	tests := []struct {
		most int64
		want string // the labels, from the lowest
	}{
		{0, "0.5 B, 1 B"},
		{1, "0.5 B, 1 B"},
		{900, "500 B, 1000 B"},
		{1 << 10, "0.5 KB, 1 KB"},
		{47 << 20, "20 MB, 40 MB, 60 MB"},
		{40 << 20, "10 MB, 20 MB, 30 MB, 40 MB"},
		{1 << 30, "0.5 GB, 1 GB"},
		{3<<30 + 1<<20, "1 GB, 2 GB, 3 GB, 4 GB"},
		{1 << 62, "2e+06 TB, 4e+06 TB, 6e+06 TB"},
	}
	for _, tt := range tests {
		s := newScale(tt.most)
		var labels []string
		for _, line := range s.lines() {
			labels = append(labels, line.Label)
		}
		if got := strings.Join(labels, ", "); got != tt.want {
			t.Errorf("the scale of %d bytes has %s, want %s", tt.most, got, tt.want)
		}
		if h := s.height(tt.most); h < 0 || h > chartHeight+0.01 {
			t.Errorf("the bar of %d bytes is %v px high, want at most %d", tt.most, h, chartHeight)
		}
	}
}
