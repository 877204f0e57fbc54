package intake_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/intake"
)

// TestCloudEventProblems has envelopes that are wrong, each as the second of a batch.
func TestCloudEventProblems(t *testing.T) {
	t.Parallel()
	const good = `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{}}`
	tests := []struct{ name, body, want string }{
		{"no specversion", `{"id":"a","source":"/s","type":"t","data":{}}`, "invalid-member specversion"},
		{"an older specversion", `{"specversion":"0.3","id":"a","source":"/s","type":"t","data":{}}`, "invalid-member specversion"},
		{"specversion as a number", `{"specversion":1,"id":"a","source":"/s","type":"t","data":{}}`, "invalid-member specversion"},
		{"no id", `{"specversion":"1.0","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id null", `{"specversion":"1.0","id":null,"source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id empty", `{"specversion":"1.0","id":"","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id too long", `{"specversion":"1.0","id":"` + strings.Repeat("a", 1025) + `","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"id with a control character", `{"specversion":"1.0","id":"a\u0000","source":"/s","type":"t","data":{}}`, "invalid-member id"},
		{"no source", `{"specversion":"1.0","id":"a","type":"t","data":{}}`, "invalid-member source"},
		{"no type", `{"specversion":"1.0","id":"a","source":"/s","data":{}}`, "invalid-member type"},
		{"no time", `{"specversion":"1.0","id":"a","source":"/s","type":"t","time":"yesterday","data":{}}`, "invalid-member time"},
		{"time as a number", `{"specversion":"1.0","id":"a","source":"/s","type":"t","time":1764043899123,"data":{}}`, "invalid-member time"},
		{"data in XML", `{"specversion":"1.0","id":"a","source":"/s","type":"t","datacontenttype":"text/xml","data":"<x/>"}`, "invalid-member datacontenttype"},
		{"data in GBK", `{"specversion":"1.0","id":"a","source":"/s","type":"t","datacontenttype":"application/json; charset=gbk","data":{}}`, "invalid-member datacontenttype"},
		{"no data", `{"specversion":"1.0","id":"a","source":"/s","type":"t"}`, "invalid-member data"},
		{"nor an id", `{"specversion":"1.0","source":"/s","type":"t"}`, "invalid-member id"},
		{"two kinds of data", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{},"data_base64":"e30="}`, "invalid-member data_base64"},
		{"no base64", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data_base64":"{}"}`, "invalid-member data_base64"},
		{"half a document in base64", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data_base64":"ew=="}`, "invalid-member data_base64"},
		{"base64 as a number", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data_base64":1}`, "invalid-member data_base64"},
		{"a name in other letters", `{"specversion":"1.0","Id":"a","id":"a","source":"/s","type":"t","data":{}}`, "invalid-member Id"},
		{"an extension that is an object", `{"specversion":"1.0","id":"a","source":"/s","type":"t","x":{},"data":{}}`, "invalid-member x"},
		{"a name that is there twice", `{"specversion":"1.0","id":"a","id":"b","source":"/s","type":"t","data":{}}`, "invalid-json id"},
		{"within the data too", `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{"x":1,"x":2}}`, "invalid-json data.x"},
		{"no UTF-8", `{"specversion":"1.0","id":"` + "\xff" + `","source":"/s","type":"t","data":{}}`, "invalid-json"},
		{"no object", `"specversion"`, "invalid-json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := intake.Decode(header("Content-Type", batched), []byte(`[`+good+`,`+tt.body+`,`+good+`]`), bounds)
			if err != nil {
				t.Fatal(err)
			}
			whole := seen{Data: `{}`, Source: "/s", ID: "a"}
			if diff := cmp.Diff([]seen{whole, {Problem: tt.want}, whole}, see(b)); diff != "" {
				t.Errorf("Decode(%s) (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

func TestBinaryProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header http.Header
		want   string
	}{
		{"no id", header("Ce-Specversion", "1.0", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member id"},
		{"no specversion", header("Ce-Id", "a", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member specversion"},
		{"two ids", header("Ce-Specversion", "1.0", "Ce-Id", "a", "Ce-Id", "b", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member ce-id"},
		{"no UTF-8", header("Ce-Specversion", "1.0", "Ce-Id", "%ff", "Ce-Source", "/s", "Ce-Type", "t"), "invalid-member ce-id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.header.Set("Content-Type", plainJSON)
			b, err := intake.Decode(tt.header, []byte(`{}`), bounds)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]seen{{Problem: tt.want}}, see(b)); diff != "" {
				t.Errorf("Decode (-want +got):\n%s", diff)
			}
		})
	}
}
