package serveweek_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// begin starts a process that lives as planned, waits for its end, and returns whether
// it was killed.
func (p plan) begin(t *testing.T) (killed bool) {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, "-plan", string(text))
	output, err := command.CombinedOutput()
	switch {
	case err == nil:
		return false
	case p.KillAt > 0 && command.ProcessState.ExitCode() == -1:
		return true
	default:
		t.Fatalf("the process from %s on: %v\n%s", p.From, err, output)
		return false
	}
}

// TestKilledWeek kills the process that serves all functions again and again, at moments
// of its own and a little after them, and starts it again some time later. What was
// notified of cards is what an undisturbed process notifies, and what is repeated has
// the same id; every report that was accepted has arrived; each day has one summary.
func TestKilledWeek(t *testing.T) {
	t.Parallel()
	calm := plan{Folder: t.TempDir(), Until: days * 24 * time.Hour}
	calm.begin(t)
	usual := int64(len(lines[moment](t, calm.Folder, "moments"))) / kills // between two kills, at most

	random := rand.New(rand.NewPCG(5, 6))
	p := plan{Folder: t.TempDir(), Until: calm.Until}
	for n := range kills {
		p.KillAt, p.KillOn, p.Later = usual/4+random.Int64N(usual/2), "", 0
		if n%8 == 2 { // the receiver has a message, and the process does not know
			p.KillOn = taken
		}
		if n%2 == 1 {
			p.Later = time.Duration(1 + random.Int64N(int64(4*time.Millisecond)))
		}
		if !p.begin(t) {
			t.Fatalf("the process was killed %d times, want %d", n, kills)
		}
		moments := lines[moment](t, p.Folder, "moments")
		p.From = moments[len(moments)-1].At + 10*time.Second + time.Duration(random.Int64N(int64(3*time.Minute)))
	}
	p.KillAt, p.KillOn = 0, ""
	p.begin(t)

	want, got := lines[posted](t, calm.Folder, "messages"), lines[posted](t, p.Folder, "messages")
	if diff := cmp.Diff(said(want), said(got)); diff != "" || len(want) == 0 {
		t.Errorf("notified by the undisturbed (-) and the killed process (+):\n%s", diff)
	}
	wantDays, gotDays := summaries(want), summaries(got)
	if diff := cmp.Diff(wantDays, gotDays); diff != "" || len(wantDays) != days {
		t.Errorf("summaries by day of the undisturbed (-) and the killed process (+):\n%s", diff)
	}
	repeated := len(got) - len(ids(got))
	if repeated == 0 {
		t.Error("no message came again, want some: the kills missed their moments")
	}
	arrived := lines[int64](t, p.Folder, "arrived")
	accepted := lines[int64](t, p.Folder, "accepted")
	for _, report := range accepted {
		if !slices.Contains(arrived, report) {
			t.Errorf("the report of %s was accepted and never arrived", time.UnixMilli(report).UTC())
		}
	}
	if least := days * 24 * 3 * 3 / 4; len(accepted) < least {
		t.Errorf("%d reports were accepted, want at least %d", len(accepted), least)
	}
	t.Logf("%d kills, %d messages of which %d came again, %d reports", kills, len(got), repeated, len(accepted))
}

// taken is the moment at which a receiver has a message.
const taken = "message taken"

// said is what was said of cards. A change that two messages of different ids say is there
// twice.
func said(messages []posted) []string {
	byID := make(map[string][]string)
	for _, m := range messages {
		byID[m.ID] = m.Alerts
	}
	return slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Values(byID))...)))
}

func ids(messages []posted) map[string]bool {
	all := make(map[string]bool)
	for _, m := range messages {
		all[m.ID] = true
	}
	return all
}

// summaries counts the daily summaries, each id once, by the day on which they first
// arrived.
func summaries(messages []posted) map[int]int {
	seen, days := make(map[string]bool), make(map[int]int)
	for _, m := range messages {
		if strings.HasPrefix(m.ID, "daily-") && !seen[m.ID] {
			seen[m.ID] = true
			days[int(m.At/(24*time.Hour))]++
		}
	}
	return days
}
