package otpwatch_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/incident"
)

// TestNamed has an open low rate come to other countries and prefixes: what receivers were
// not notified of is said once, after two windows.
func TestNamed(t *testing.T) {
	t.Parallel()
	sg, part, my := watch.Part{Country: "SG"}, watch.Part{Country: "SG", Prefix: "+658123"}, watch.Part{Country: "MY"}
	tests := []struct {
		name  string
		parts [][]watch.Part // of each window
		want  int            // worsened
	}{
		{"the same", [][]watch.Part{{sg}, {sg}, {sg}}, 0},
		{"another country", [][]watch.Part{{sg}, {sg}, {my}, {my}, {my}}, 1},
		{"another country for one window", [][]watch.Part{{sg}, {sg}, {my}, {sg}, {my}}, 0},
		{"a part of it", [][]watch.Part{{sg}, {sg}, {part}, {part}}, 0},
		{"the whole of it", [][]watch.Part{{part}, {part}, {sg}, {sg}}, 1},
		{"both in turns", [][]watch.Part{{sg}, {sg}, {my}, {my}, {sg}, {sg}, {my}, {my}}, 1},
		{"nothing but the floor", [][]watch.Part{{sg}, {sg}, nil, nil, nil}, 0},
		{"everything, and then a part", [][]watch.Part{{{All: true}}, {{All: true}}, {sg}, {sg}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSender(t).train()
			at := -1
			s.evaluate = func(p *watch.Profile, windows []window.Window, settings watch.Settings) []watch.Evaluation {
				p.Step(windows, settings)
				if at++; at < 0 || at >= len(tt.parts) {
					return nil
				}
				e := watch.Evaluation{
					Key:    incident.Key{Subject: incident.Subject{Kind: watch.OTP, ID: watch.All}, Rule: watch.RateName},
					Status: incident.Breached, Severity: incident.Warning, For: 2, Seen: windows[len(windows)-1].End.Format(time.RFC3339),
				}
				e.Details.Value = watch.RateDetails{Parts: tt.parts[at]}
				return []watch.Evaluation{e}
			}
			for s.add(usual); at+1 < len(tt.parts); s.add(usual) {
				s.must()
			}
			worsened := 0
			for _, kind := range s.kinds()[1:] {
				if kind == "worsened otp/all/rate" {
					worsened++
				}
			}
			if diff := cmp.Diff(tt.want, worsened); diff != "" {
				t.Errorf("%q (-want +got):\n%s", s.kinds(), diff)
			}
		})
	}
}
