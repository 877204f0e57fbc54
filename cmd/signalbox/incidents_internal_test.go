package main

import (
	"strings"
	"testing"
	"time"
)

// TestIncidentsLineUp has Chinese words take two columns, as a terminal shows them.
func TestIncidentsLineUp(t *testing.T) {
	t.Parallel()
	opened, details, remark, short := time.Date(2026, 11, 25, 4, 5, 6, 0, time.UTC), "已用 93 %", "a", "used 93 %"
	var out strings.Builder
	err := printIncidents(&out, []shownIncident{
		{State: "open", Subject: "1", Rule: "usage", Opened: &opened, Details: &details, Remark: &remark},
		{State: "open", Subject: "2", Rule: "usage", Opened: &opened, Details: &short, Remark: &remark},
	})
	const want = `state  severity  subject  rule   opened                details    remark
open   -         1        usage  2026-11-25T04:05:06Z  已用 93 %  a
open   -         2        usage  2026-11-25T04:05:06Z  used 93 %  a
`
	if err != nil || out.String() != want {
		t.Errorf("printIncidents prints, with %v:\n%swant\n%s", err, &out, want)
	}
}
