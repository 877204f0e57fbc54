package cardflow_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/linkcard"
)

// sample is a card as the document prints it, with its stars filled in.
const sample = "89860321999999915668"

// canned is a Source that gives one answer.
type canned struct {
	answer linkcard.GetCardFlowInfoResponse
}

func (c canned) GetCardFlowInfo(context.Context, linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error) {
	return c.answer, nil
}

// TestLookup goes all the way to the fake. The client stamps its calls with
// the real clock, so the clock is a bubble's.
func TestLookup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until(time.Date(2021, 12, 3, 10, 0, 0, 0, shanghai))
		cloud := aliyuntest.New(aliyuntest.Options{Seed: 1})
		function := newFunction(t, newSource(t, cloud, 20))
		checkGolden(t, "lookup.golden.json", get(t, function, "/cards/"+cloud.ICCID(2)+"/flow?month=202112"))
	})
}

// TestVendorTexts reads answers that the fake never gives.
func TestVendorTexts(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, answer, golden string }{
		{"the document's sample", "get_card_flow_info.json", "document.golden.json"},
		{"nothing that is known", "unknown.json", "unknown.golden.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			function := newFunction(t, canned{decodeFile(t, tt.answer)})
			checkGolden(t, tt.golden, get(t, function, "/cards/"+sample+"/flow"))
		})
	}
}

func TestNoDataIsEmptyLists(t *testing.T) {
	t.Parallel()
	got := get(t, newFunction(t, canned{}), "/cards/"+sample+"/flow")
	var body map[string]json.RawMessage
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"vendors", "months", "packages"} {
		if string(body[list]) != "[]" {
			t.Errorf("%s = %s, want []", list, body[list])
		}
	}
}
