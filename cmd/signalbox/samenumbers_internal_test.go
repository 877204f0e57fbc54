package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestThreeShowTheSameNumbers counts OTPs of some countries: GET /otp-windows, the table of
// signalbox windows and the page of the rates, once all windows have closed, add up to them.
func TestThreeShowTheSameNumbers(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	want := make(map[string][2]int)
	var events strings.Builder
	for i := range 900 {
		country := []string{"SG", "SG", "MY", "PK", "ID"}[i%5]
		counts := want[country]
		counts[0]++
		fmt.Fprintf(&events, `{"type":"requested","id":"%d","country":"%s"}`+"\n", i, country)
		if i%3 > 0 {
			counts[1]++
			fmt.Fprintf(&events, `{"type":"verified","id":"%d"}`+"\n", i)
		}
		want[country] = counts
	}
	if got := start(t, environ, events.String(), "report", "--events", "-", "--url", e.base); got.code != exitOK {
		t.Fatalf("report = %+v", got)
	}
	var page string
	for deadline := time.After(20 * time.Second); strings.Count(page, "country=") < 4 || strings.Contains(page, "still counting"); {
		select {
		case <-deadline:
			t.Fatalf("the windows do not close:\n%s", page)
		case <-time.After(100 * time.Millisecond):
		}
		page = string(readAddress(t, e.ratesLink()+"&hours=1"))
	}
	if diff := cmp.Diff(want, sumsOf(t, page, `(?m)country=(\w+)&amp;.*?<td class="amount">([0-9,]+)<.*?<td class="amount">([0-9,]+)<`)); diff != "" {
		t.Errorf("the page (-want +got):\n%s", diff)
	}
	table := start(t, environ, "", "windows", "--by", "country", "--url", e.base).stdout
	if diff := cmp.Diff(want, sumsOf(t, table, `(?m)Z +([A-Z]{2}) +(\d+) +(\d+) `)); diff != "" {
		t.Errorf("signalbox windows (-want +got):\n%s", diff)
	}
	answer := start(t, environ, "", "windows", "--by", "country", "--json", "--url", e.base).stdout
	if diff := cmp.Diff(want, sumsOf(t, answer, `"country":"(\w+)","requested":(\d+),"verified":(\d+)`)); diff != "" {
		t.Errorf("GET /otp-windows (-want +got):\n%s", diff)
	}
}

// sumsOf adds up what a pattern finds: names with their requests and verifications.
func sumsOf(t *testing.T, text, pattern string) map[string][2]int {
	t.Helper()
	sums := make(map[string][2]int)
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		requested, err := strconv.Atoi(found[2])
		verified, other := strconv.Atoi(found[3])
		if err != nil || other != nil {
			t.Fatalf("%q has no counts", found[0])
		}
		sum := sums[found[1]]
		sums[found[1]] = [2]int{sum[0] + requested, sum[1] + verified}
	}
	return sums
}

// readAddress returns what an address answers.
func readAddress(t *testing.T, address string) []byte {
	t.Helper()
	status, body, err := step{method: http.MethodGet, url: address}.take(t.Context())
	if err != nil || status != http.StatusOK {
		t.Fatalf("GET %s = %d, %v: %s", address, status, err, body)
	}
	return body
}
