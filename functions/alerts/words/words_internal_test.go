package words

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
		case func(string, string) string:
			found[path] = f("x", "y")
			if both := f("42", "43"); !strings.Contains(both, "42") || !strings.Contains(both, "43") {
				t.Errorf("%s says %q of 42 and 43", path, both)
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
	foreign := map[string]bool{"words.Tag": true}
	for _, same := range []string{"Frame.Tag", "Frame.Switch", "Frame.SwitchTag", "Of", "Share", "Percent"} {
		foreign["words.Page."+same] = true
	}
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
