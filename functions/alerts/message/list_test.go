package message_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// lines reads a list. The first line has the titles.
func lines(t *testing.T, list notify.File) [][]string {
	t.Helper()
	text, ok := strings.CutPrefix(string(list.Content), "\uFEFF")
	if !ok {
		t.Error("the list has no byte order mark")
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// cell returns a line's cell by its title.
func cell(t *testing.T, all [][]string, line int, title string) string {
	t.Helper()
	at := slices.Index(all[0], title)
	if at < 0 || line >= len(all) {
		t.Fatalf("no line %d with %q in %q", line, title, all)
	}
	return all[line][at]
}

func TestListOfOpen(t *testing.T) {
	t.Parallel()
	list := writer.List(ofAll(5000, usedUp), []rule.Change{resolved(highUsage(6000), incident.Clear), change(incident.Opened, usedUp(1))})
	if list.Name != "cards.csv" || list.Title != "5,000 open, 1 resolved" {
		t.Errorf("List = %q, %q, want cards.csv and its counts", list.Name, list.Title)
	}
	all := lines(t, list)
	if len(all) != 5002 {
		t.Fatalf("%d lines, want titles, 5,000 open and 1 resolved", len(all))
	}
	want := map[string]string{
		"state": "resolved", "what": "resolved after 2 days: Usage is below its threshold", "kind": "card",
		"subject": "89860321******16000", "rule": "usage",
	}
	for title, want := range want {
		if got := cell(t, all, 5001, title); got != want {
			t.Errorf("%s of the last line = %q, want %q", title, got, want)
		}
	}
	if !strings.Contains(string(list.Content), "中国联通30MB月套餐") {
		t.Error("the list has lost a Chinese name")
	}
	checkMasked(t, "list", string(list.Content))
}

// TestListOfChanges has a line for each change of a history, which shows no more
// than the worst.
func TestListOfChanges(t *testing.T) {
	t.Parallel()
	changes := append(opened(ofAll(25, usedUp)), resolved(expiring(30), incident.Off), flapping(usedUp(31), 4))
	list := writer.List(nil, changes)
	if want := "25 new, 1 flapping, 1 resolved"; list.Title != want {
		t.Errorf("title %q, want %q", list.Title, want)
	}
	all := lines(t, list)
	if len(all) != len(changes)+1 {
		t.Fatalf("%d lines, want titles and %d changes", len(all), len(changes))
	}
	if got, want := cell(t, all, 1, "what"), "new: Data is used up"; got != want {
		t.Errorf("first line says %q, want %q", got, want)
	}
	last := cell(t, all, len(changes), "what")
	if !strings.HasSuffix(last, ": Rule expiry is switched off, or does not apply") {
		t.Errorf("last line says %q, want that the rule is switched off", last)
	}
}

// TestNoList is where the messages name all.
func TestNoList(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		open    []rule.Incident
		changes []rule.Change
		want    bool
	}{
		{"nothing", nil, nil, false},
		{"as many as are named", ofAll(20, usedUp), opened(ofAll(20, usedUp)), false},
		{"one more is open", ofAll(21, usedUp), nil, true},
		{"one more has changed", nil, opened(ofAll(21, usedUp)), true},
		{"long causes", ofAll(20, func(n int) rule.Incident { return unreadable(n, strings.Repeat("long ", 60)) }), nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := len(writer.List(tt.open, tt.changes).Content) > 0; got != tt.want {
				t.Errorf("there is a list: %t, want %t", got, tt.want)
			}
		})
	}
}

func TestListHarmless(t *testing.T) {
	t.Parallel()
	tests := []struct{ cell, want string }{
		{"中国联通30MB月套餐", "中国联通30MB月套餐"},
		{"=1+1", "'=1+1"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{" =1", "' =1"},
		{"\ta", "'\ta"},
		{"\na", "'\na"},
		{"＝1", "'＝1"},
		{"a=1", "a=1"},
		{"100", "100"},
		{"1234567890123456", "'1234567890123456"},
		{"8986032E10", "'8986032E10"},
		{"", ""},
	}
	for _, tt := range tests {
		open := ofAll(21, usedUp)
		for i := range open {
			open[i].Details.Facts.Package = tt.cell
		}
		all := lines(t, message.Writer{Style: console, Coverage: coverage}.List(open, nil))
		if got := cell(t, all, 1, "package"); got != tt.want {
			t.Errorf("cell %q = %q, want %q", tt.cell, got, tt.want)
		}
		if got, want := cell(t, all, 1, "subject"), "'"+iccid(0); got != want {
			t.Errorf("whole ICCID = %q, want %q, for a number would lose its end", got, want)
		}
	}
}
