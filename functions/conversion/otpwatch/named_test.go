package otpwatch_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/route"
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
			s.names(tt.parts)
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

// names has the rate be low in these parts, window by window.
func (s *sender) names(parts [][]watch.Part) {
	s.t.Helper()
	at := -1
	s.evaluate = func(p *watch.Profile, windows []window.Window, settings watch.Settings) []watch.Evaluation {
		p.Step(windows, settings)
		if at++; at >= len(parts) {
			return nil
		}
		e := watch.Evaluation{
			Key:    incident.Key{Subject: incident.Subject{Kind: watch.OTP, ID: watch.All}, Rule: watch.RateName},
			Status: incident.Breached, Severity: incident.Warning, For: 2, Seen: windows[len(windows)-1].End.Format(time.RFC3339),
		}
		e.Details.Value = watch.RateDetails{Parts: parts[at]}
		return []watch.Evaluation{e}
	}
	for s.add(usual); at+1 < len(parts); s.add(usual) {
		s.must()
	}
}

// TestRoutesOfCountries has a low rate come to a second country: who is notified of that
// country is, and whoever was notified of the first.
func TestRoutesOfCountries(t *testing.T) {
	t.Parallel()
	s := newSender(t).train()
	got := make(map[string]int)
	s.to.Receivers = nil
	for _, name := range []string{"sg", "my", "id"} {
		s.to.Receivers = append(s.to.Receivers, notify.Receiver{Name: name, Poster: notify.PosterFunc(func(context.Context, notify.Message) error {
			got[name]++
			return nil
		})})
	}
	s.to.Routes = route.Routes{
		{Country: "SG", Receivers: []string{"sg"}}, {Country: "MY", Receivers: []string{"my"}}, {Country: "ID", Receivers: []string{"id"}}, {Receivers: []string{"sg"}},
	}
	one, both := []watch.Part{{Country: "SG"}}, []watch.Part{{Country: "SG"}, {Country: "MY"}}
	s.names([][]watch.Part{one, one, both, both, both})
	if diff := cmp.Diff(map[string]int{"sg": 2, "my": 1}, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
