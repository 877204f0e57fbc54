package linkcard_test

import (
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/linkcard"
)

// TestListFilters wants the filters on the wire as Alibaba writes them, and only
// those that are set.
func TestListFilters(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 18, 4, 0, 0, 0, time.UTC)
	shanghai := time.FixedZone("CST", 8*60*60)
	tests := []struct {
		name             string
		give             linkcard.ListCardInfoRequest
		start, end, rest string
	}{
		{name: "none"},
		{
			"expiry",
			linkcard.ListCardInfoRequest{ExpireStart: noon, ExpireEnd: noon.AddDate(0, 0, 30), Zone: shanghai},
			"2026-11-18 12:00:00", "2026-12-18 12:00:00", "",
		},
		{"expiry in UTC", linkcard.ListCardInfoRequest{ExpireEnd: noon}, "", "2026-11-18 04:00:00", ""},
		{"rest 10", linkcard.ListCardInfoRequest{MaxRestPercent: 10}, "", "", "0.1"},
		{"rest 20", linkcard.ListCardInfoRequest{MaxRestPercent: 20}, "", "", "0.2"},
		{"rest 30", linkcard.ListCardInfoRequest{MaxRestPercent: 30}, "", "", "0.3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cloud := aliyuntest.New(aliyuntest.Options{})
			test.give.PageNo = 1
			if _, err := newClient(t, cloud.Transport()).ListCardInfo(t.Context(), test.give); err != nil {
				t.Fatal(err)
			}
			sent := cloud.Calls("ListCardInfo")[0].Params
			for name, want := range map[string]string{
				"ExpireTimeStart": test.start, "ExpireTimeEnd": test.end, "MaxRestFlowPercentage": test.rest, "PageSize": "40",
			} {
				if got := sent.Get(name); got != want || sent.Has(name) != (want != "") {
					t.Errorf("%s = %q, sent: %t; want %q", name, got, sent.Has(name), want)
				}
			}
		})
	}
}
