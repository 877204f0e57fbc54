package aliyun

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// decodeJSON reads an answer into the struct that into points to. Alibaba's types
// drift, and one value of an odd type must not cost the forty cards around it:
//
//   - A struct with a field Garbled []string catches what is odd in its fields.
//     Those stay zero, as far as they cannot be read, and Garbled names them.
//   - An element of a list that is no object at all stays zero too, and its
//     Garbled names the type.
//   - A whole number is also read from a text, and is 0 where it is neither.
//
// What no struct catches makes the answer unreadable: a list of cards that is
// no list, say.
func decodeJSON(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if err != nil && json.Valid(body) && salvage(body, reflect.ValueOf(into).Elem()) {
		return nil
	}
	return err
}

// salvage reads as much of data into v as it can. It reports whether that is all,
// or what is not is named in a Garbled.
func salvage(data []byte, v reflect.Value) bool {
	if json.Unmarshal(data, v.Addr().Interface()) == nil {
		return true
	}
	v.SetZero() // of what was read before the error
	switch v.Kind() {
	case reflect.Struct:
		return salvageObject(data, v)
	case reflect.Slice:
		return salvageList(data, v)
	case reflect.Int:
		n, _ := strconv.ParseInt(strings.Trim(string(data), `" `), 10, 32)
		v.SetInt(n)
		return true
	default:
		return false
	}
}

func salvageObject(data []byte, v reflect.Value) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return false
	}
	lower := make(map[string]json.RawMessage, len(members)) // as encoding/json has it, in any case
	for name, member := range members {
		lower[strings.ToLower(name)] = member
	}
	var garbled []string
	for field, value := range v.Fields() {
		member, given := lower[strings.ToLower(memberName(field))]
		if field.Anonymous { // its members stand among ours
			member, given = data, true
		}
		if given && field.IsExported() && !salvage(member, value) {
			garbled = append(garbled, field.Name)
		}
	}
	return garbled == nil || catch(v, garbled)
}

func memberName(field reflect.StructField) string {
	if name := field.Tag.Get("json"); name != "" {
		return name
	}
	return field.Name
}

func salvageList(data []byte, v reflect.Value) bool {
	var elements []json.RawMessage
	if json.Unmarshal(data, &elements) != nil {
		return false
	}
	whole := true
	v.Set(reflect.MakeSlice(v.Type(), len(elements), len(elements)))
	for i, element := range elements {
		to := v.Index(i)
		whole = (salvage(element, to) || catch(to, []string{to.Type().Name()})) && whole
	}
	return whole
}

// catch names what is garbled in v, where v has a field for it.
func catch(v reflect.Value, garbled []string) bool {
	if v.Kind() != reflect.Struct || !v.FieldByName("Garbled").IsValid() {
		return false
	}
	names, ok := reflect.TypeAssert[*[]string](v.FieldByName("Garbled").Addr())
	if ok {
		*names = garbled
	}
	return ok
}
