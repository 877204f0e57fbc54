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
		default:
			found[path] = ofSeveral(t, path, v)
		}
	default:
		t.Fatalf("%s is of the kind %v, which this test does not know", path, v.Type())
	}
}

// ofSeveral is what a function of several numbers and texts says. It has all of them.
func ofSeveral(t *testing.T, path string, f reflect.Value) string {
	t.Helper()
	var in []reflect.Value
	for i := range f.Type().NumIn() {
		switch value := 1234 + i; f.Type().In(i).Kind() {
		case reflect.Int:
			in = append(in, reflect.ValueOf(value))
		case reflect.String:
			in = append(in, reflect.ValueOf(Number(value)))
		default:
			t.Fatalf("%s is of the kind %v, which this test does not know", path, f.Type())
		}
	}
	if out := f.Type(); out.NumOut() != 1 || out.Out(0).Kind() != reflect.String {
		t.Fatalf("%s is of the kind %v, which this test does not know", path, f.Type())
	}
	said := f.Call(in)[0].String()
	for i := range in {
		if !strings.Contains(said, Number(1234+i)) {
			t.Errorf("%s says %q, without %s", path, said, Number(1234+i))
		}
	}
	return said
}

// TestEveryTextInBothLanguages wants each text in both, none empty, and Chinese where
// Chinese is meant.
func TestEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	en, zh := make(map[string]string), make(map[string]string)
	texts(t, "words", reflect.ValueOf(english), en)
	texts(t, "words", reflect.ValueOf(chinese), zh)
	foreign := map[string]bool{
		"words.Tag":            true,
		"words.Page.Frame.Tag": true, "words.Page.Frame.Switch": true, "words.Page.Frame.SwitchTag": true,
		"words.Punctuation.Comma": true, "words.Punctuation.Semicolon": true, "words.Punctuation.Colon": true, "words.Punctuation.Sentences": true,
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
