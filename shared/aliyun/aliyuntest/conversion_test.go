package aliyuntest_test

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// conversion is ConversionData's answer as the owner's document lists it.
type conversion struct {
	ResponseCode, ResponseDescription string

	RequestID string `json:"RequestId" xml:"RequestId"`
}

func TestConversionData(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, rate, reportTime, want string }{
		{"the document's example", "0.53", "1349055900000", "OK"},
		{"no time", "0.53", "", "OK"},
		{"none", "0", "", "OK"},
		{"all", "1.00", "", "OK"},
		{"above 1", "1.01", "", "INVALID_PARAMETERS"},
		{"negative", "-0.1", "", "INVALID_PARAMETERS"},
		{"signed", "+0.1", "", "INVALID_PARAMETERS"},
		{"exponent", "5e-1", "", "INVALID_PARAMETERS"},
		{"not a number", "NaN", "", "INVALID_PARAMETERS"},
		{"percent", "53%", "", "INVALID_PARAMETERS"},
		{"no leading zero", ".5", "", "INVALID_PARAMETERS"},
		{"line end", "0.5\n", "", "INVALID_PARAMETERS"},
		{"seconds", "0.5", "1349055900", "INVALID_PARAMETERS"},
		{"the first time", "0.5", "946684800000", "OK"},
		{"before the first time", "0.5", "946684799999", "INVALID_PARAMETERS"},
		{"a day ahead", "0.5", strconv.FormatInt(noon.Add(24*time.Hour).UnixMilli(), 10), "OK"},
		{"more than a day ahead", "0.5", strconv.FormatInt(noon.Add(24*time.Hour).UnixMilli()+1, 10), "INVALID_PARAMETERS"},
		{"fraction of a millisecond", "0.5", "1349055900000.5", "INVALID_PARAMETERS"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, c := setup(t, aliyuntest.Options{})
			p := c.params("ConversionData", "ConversionRate", test.rate)
			if test.reportTime != "" {
				p.Set("ReportTime", test.reportTime)
			}
			answer := c.send(t, c.request(t, http.MethodPost, "", signed(http.MethodPost, p).Encode()))
			got := strictly[conversion](t, answer.body)
			if answer.status != 200 || got.ResponseCode != test.want || got.ResponseDescription == "" {
				t.Errorf("ConversionData(%q, %q) = %d %+v, want %s", test.rate, test.reportTime, answer.status, got, test.want)
			}
			if accepted := len(s.Conversions()) == 1; accepted != (test.want == "OK") {
				t.Errorf("accepted = %v with %s", accepted, test.want)
			}
		})
	}
}

func TestConversions(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	first := decode[conversion](t, c.get(t, "ConversionData", "ConversionRate", "0.53", "ReportTime", "1349055900000").body)
	var second struct {
		XMLName xml.Name
		conversion
	}
	answer := c.get(t, "ConversionData", "ConversionRate", "0.6", "Format", "XML")
	if err := xml.Unmarshal([]byte(answer.body), &second); err != nil || second.XMLName.Local != "ConversionDataResponse" || second.ResponseCode != "OK" {
		t.Errorf("XML = %+v, %v", second, err)
	}
	want := []aliyuntest.Conversion{
		{Rate: "0.53", ReportTime: 1349055900000, RequestID: first.RequestID, At: noon},
		{Rate: "0.6", ReportTime: noon.UnixMilli(), RequestID: second.RequestID, At: noon},
	}
	if diff := cmp.Diff(want, s.Conversions()); diff != "" {
		t.Errorf("Conversions (-want +got):\n%s", diff)
	}
	if got := c.get(t, "ConversionData"); got.status != 400 || got.code(t) != "MissingConversionRate" {
		t.Errorf("without a rate = %d %s", got.status, got.code(t))
	}
}
