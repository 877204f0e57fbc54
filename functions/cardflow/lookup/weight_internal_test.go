package lookup

import (
	"strings"
	"testing"

	"signalbox/functions/cardflow/flow"
)

// TestWeightOfLongTexts has an answer weigh what its texts do, in the flow and in JSON:
// the cache is bounded by weight, whatever Alibaba sends.
func TestWeightOfLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000)
	texts := map[string]flow.Flow{
		"remark": {Listing: flow.Listing{Known: true, Remark: long}},
		"tag":    {Listing: flow.Listing{Known: true, Tags: []string{long}}},
	}
	for name, f := range texts {
		a := &answer{flow: f, forms: newForms(f)}
		form, err := a.forms.fresh()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := int(a.weight()), len(form.Body); got < want {
			t.Errorf("answer with a long %s weighs %d, want at least the %d bytes of its JSON", name, got, want)
		}
	}
}
