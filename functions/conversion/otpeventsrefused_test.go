package conversion_test

import (
	"bytes"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRefusedOTPEvents has each event between two good ones, which are counted.
func TestRefusedOTPEvents(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).UnixMilli(), 10) }
	tests := []struct{ name, event, field, detail string }{
		{"no type", `{"id":"a"}`, "type", `"requested" or "verified"`},
		{"another type", `{"type":"sent","id":"a"}`, "type", `"requested" or "verified"`},
		{"a type in other letters", `{"type":"Requested","id":"a"}`, "type", `"requested" or "verified"`},
		{"a type as a number", `{"type":1,"id":"a"}`, "type", "cannot be"},
		{"no id", `{"type":"requested"}`, "id", "Give the id"},
		{"an id that is null", `{"type":"requested","id":null}`, "id", "Give the id"},
		{"an empty id", `{"type":"requested","id":""}`, "id", "Give the id"},
		{"an id of 257 bytes", `{"type":"requested","id":"` + strings.Repeat("a", 257) + `"}`, "id", "256 bytes"},
		{"an id of 129 letters in 258 bytes", `{"type":"requested","id":"` + strings.Repeat("é", 129) + `"}`, "id", "256 bytes"},
		{"a control character", `{"type":"requested","id":"a\u0007"}`, "id", "control characters"},
		{"another control character", `{"type":"requested","id":"a\u0085"}`, "id", "control characters"},
		{"an id as a number", `{"type":"requested","id":1}`, "id", "cannot be"},
		{"no UTF-8", `{"type":"requested","id":"` + "\xff" + `"}`, "", "byte"},
		{"half a surrogate pair", `{"type":"requested","id":"\ud800"}`, "", "byte"},
		{"an id with the number", `{"type":"requested","id":"6591234567-1","to":"+6591234567"}`, "id", "must not hold the number"},
		{"an id that is a number", `{"type":"verified","id":"+6591234567"}`, "id", "must not hold the number"},
		{"a time in seconds", `{"type":"requested","id":"a","time":` + strconv.FormatInt(now.Unix(), 10) + `}`, "time", "24 hours ago; as a number"},
		{"1970", `{"type":"requested","id":"a","time":0}`, "time", "24 hours ago"},
		{"before 1970", `{"type":"requested","id":"a","time":-1}`, "time", "milliseconds since 1970"},
		{"a time with a fraction", `{"type":"requested","id":"a","time":1764043899123.5}`, "time", "whole milliseconds"},
		{"a time with an exponent", `{"type":"requested","id":"a","time":1e12}`, "time", "whole milliseconds"},
		{"a time beyond all", `{"type":"requested","id":"a","time":9223372036854775807}`, "time", "whole milliseconds"},
		{"more than 5 minutes ahead", `{"type":"requested","id":"a","time":` + at(6*time.Minute) + `}`, "time", "5 minutes ahead"},
		{"a day ahead", `{"type":"verified","id":"a","time":` + at(24*time.Hour) + `}`, "time", "5 minutes ahead"},
		{"more than a day ago", `{"type":"requested","id":"a","time":` + at(-25*time.Hour) + `}`, "time", "24 hours ago"},
		{"a time as another text", `{"type":"requested","id":"a","time":"1764043899123"}`, "time", "RFC 3339"},
		{"a time without a zone", `{"type":"requested","id":"a","time":"2026-11-25T04:05:06"}`, "time", "RFC 3339"},
		{"a time as a boolean", `{"type":"requested","id":"a","time":true}`, "time", "RFC 3339"},
		{"small letters", `{"type":"requested","id":"a","country":"sg"}`, "country", "ISO 3166-1"},
		{"no country", `{"type":"requested","id":"a","country":"UK"}`, "country", "ISO 3166-1"},
		{"three letters", `{"type":"requested","id":"a","country":"SGP"}`, "country", "ISO 3166-1"},
		{"a number without +", `{"type":"requested","id":"a","to":"6591234567"}`, "to", "+ and 7 to 15 digits"},
		{"a number with spaces", `{"type":"requested","id":"a","to":"+65 9123 4567"}`, "to", "+ and 7 to 15 digits"},
		{"a number too long", `{"type":"requested","id":"a","to":"+6591234567890123"}`, "to", "+ and 7 to 15 digits"},
		{"a number as a number", `{"type":"requested","id":"a","to":6591234567}`, "to", "cannot be"},
		{"an unknown member", `{"type":"requested","id":"a","carrier":"x"}`, "carrier", "not known"},
		{"a number as a member", `{"type":"requested","id":"a","+6591234567":1}`, "+**********", "not known"},
		{"a name that is there twice", `{"type":"requested","id":"a","id":"b"}`, "id", "more than once"},
		{"a name in other letters", `{"type":"requested","ID":"a"}`, "ID", "capital and small letters"},
		{"in both kinds of letters", `{"type":"requested","id":"a","ID":"b"}`, "ID", "capital and small letters"},
		{"a report", `{"conversionRate":0.5}`, "conversionRate", "not known"},
		{"a list", `[{"type":"requested","id":"a"}]`, "", "not a JSON object"},
		{"a text", `"requested"`, "", "not a JSON object"},
		{"null", `null`, "type", `"requested" or "verified"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r recorder
			function, _ := withLedger(&r)
			got := send(t, function, "application/json",
				`[{"type":"requested","id":"first"},`+tt.event+`,{"type":"requested","id":"last"}]`)
			a := readAnswer(t, got)
			if got.Code != http.StatusOK || a.Accepted != 2 || a.Refused != 1 || len(a.Problems) != 1 {
				t.Fatalf("POST %s = %d, %s; want two accepted and one refused", tt.event, got.Code, got.Body)
			}
			if p := a.Problems[0]; p.Index != 1 || p.Field != tt.field || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("problem of %s = %+v; want index 1, field %q, %q", tt.event, p, tt.field, tt.detail)
			}
			if alone := send(t, function, "application/json", tt.event); tt.event[0] == '{' && alone.Code != http.StatusUnprocessableEntity {
				t.Errorf("POST %s alone = %d, %s; want 422", tt.event, alone.Code, alone.Body)
			}
		})
	}
}

func TestRefusedOTPRequests(t *testing.T) {
	t.Parallel()
	const one = `{"type":"requested","id":"a"}`
	tests := []struct {
		name, media, body string
		status            int
		slug              string
	}{
		{"a form", "application/x-www-form-urlencoded", `type=requested`, 415, "not-json"},
		{"another charset", "application/json; charset=gb18030", one, 415, "wrong-charset"},
		{"half a document", "application/json", one[:10], 400, "invalid-json"},
		{"half a list", "application/json", `[` + one + `,` + one, 400, "invalid-json"},
		{"an empty list", "application/json", `[]`, 400, "invalid-json"},
		{"5,001 events", "application/json", `[` + strings.Repeat(one+",", 5000) + one + `]`, 413, "too-many-items"},
		{"100,000 events", "application/x-ndjson", strings.Repeat(one+"\n", 100_000), 413, "body-too-large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r recorder
			function, _ := withLedger(&r)
			got := send(t, function, tt.media, tt.body)
			if p := readProblem(t, got); got.Code != tt.status || !strings.HasSuffix(p.Type, ":"+tt.slug) || r.calls != 0 {
				t.Errorf("POST = %d, %+v, %d calls; want %d %s", got.Code, p, r.calls, tt.status, tt.slug)
			}
		})
	}
}

// TestNoWholeNumberIsKept looks for it where it must not be.
func TestNoWholeNumberIsKept(t *testing.T) {
	t.Parallel()
	l, path := openLedger(t)
	function, logs := withLedger(l)
	const number = "6591234567"
	var answers strings.Builder
	for _, body := range []string{
		`{"type":"requested","id":"a","to":"+` + number + `"}`,
		`{"type":"verified","id":"a","to":"+` + number + `"}`,
		`{"type":"verified","id":"b","to":"` + number + `"}`,
		`{"type":"verified","id":"b","to":` + number + `}`,
		`{"type":"verified","id":"` + number + `","to":"+` + number + `"}`,
		`{"type":"verified","id":"b","` + number + `":""}`,
		`{"type":"` + number + `","id":"b"}`,
		`{"type":"verified","id":"b","country":"` + number + `"}`,
		`{"type":"verified","id":"b","time":"` + number + `"}`,
		`{"type":"verified","id":"b","to":"+` + number,
	} {
		answers.WriteString(send(t, function, "application/json", body).Body.String())
		answers.WriteString(send(t, function, "application/x-ndjson", body+"\n"+body).Body.String())
		function.Batch(t.Context(), messagesOf(body))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file, []byte("+659123")) {
		t.Error("the file lacks the number without its last four digits")
	}
	for where, text := range map[string]string{"the file": string(file), "the log": logs.String(), "an answer": answers.String()} {
		if strings.Contains(text, number) || strings.Contains(text, "91234567") {
			t.Errorf("%s has the whole number", where)
		}
	}
}
