package web_test

import (
	"net/http"
	"testing"

	"signalbox/shared/web"
)

func TestAccepted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		accept []string
		want   string
	}{
		{nil, "application/json"},
		{[]string{""}, "application/json"},
		{[]string{"*/*"}, "application/json"},
		{[]string{"text/csv"}, "text/csv"},
		{[]string{"TEXT/CSV ; charset=utf-8"}, "text/csv"},
		{[]string{"text/*"}, "text/csv"},
		{[]string{"text/csv;q=0.5, application/json;q=0.8"}, "application/json"},
		{[]string{"text/csv;q=0.9, application/json;q=0.8"}, "text/csv"},
		{[]string{"text/csv;q=0.5", "*/*;q=0.1"}, "text/csv"},
		{[]string{"application/json;q=0.1, text/csv;q=0"}, "application/json"},
		{[]string{"application/json;q=0, */*;q=0.1"}, "text/csv"},
		{[]string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, "application/json"},
		{[]string{"image/png"}, "application/json"},
		{[]string{"text/csv;q=2, application/json"}, "application/json"},
		{[]string{"text/csv;q=NaN"}, "application/json"},
		{[]string{"/;;,,text/csv"}, "text/csv"},
	}
	for _, tt := range tests {
		header := http.Header{"Accept": tt.accept}
		if got := web.Accepted(header, "application/json", "text/csv"); got != tt.want {
			t.Errorf("Accepted(%q) = %s, want %s", tt.accept, got, tt.want)
		}
	}
}

func TestHasMatch(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"": false, `W/"a"`: true, `"a"`: true, `"b"`: false, `"b", W/"a"`: true, "*": true, `a`: false, `W/"a`: false,
	} {
		header := http.Header{"If-None-Match": {value}}
		if got := web.HasMatch(header, `W/"a"`); got != want {
			t.Errorf("HasMatch(%s) = %v, want %v", value, got, want)
		}
	}
}

func TestPreferredWait(t *testing.T) {
	t.Parallel()
	tests := []struct {
		prefer  []string
		seconds int
		given   bool
	}{
		{nil, 0, false},
		{[]string{"wait=3"}, 3, true},
		{[]string{`respond-async, WAIT = "10" ; x=y`}, 10, true},
		{[]string{"respond-async", "wait=0"}, 0, true},
		{[]string{"wait=-1"}, 0, false},
		{[]string{"wait=soon"}, 0, false},
		{[]string{"wait"}, 0, false},
		{[]string{"waiting=3"}, 0, false},
	}
	for _, tt := range tests {
		seconds, given := web.PreferredWait(http.Header{"Prefer": tt.prefer})
		if seconds != tt.seconds && given || given != tt.given {
			t.Errorf("PreferredWait(%q) = %d, %v; want %d, %v", tt.prefer, seconds, given, tt.seconds, tt.given)
		}
	}
}

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for accepted, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip": true, "GZIP;q=0.5": true, "gzip; q=0": false, "gzip;q=x": false, "br": false, "xgzip": false,
	} {
		if got := web.AcceptsGzip(http.Header{"Accept-Encoding": {accepted}}); got != want {
			t.Errorf("AcceptsGzip(%q) = %v, want %v", accepted, got, want)
		}
	}
}
