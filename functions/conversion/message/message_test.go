package message_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/message"
	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/otplink"
)

var (
	opened = time.Date(2026, 11, 29, 6, 0, 0, 0, time.UTC)
	at     = opened.Add(42 * time.Minute)
	hk     = time.FixedZone("", 8*60*60)
)

func writer(l language.Language) message.Writer {
	return message.Writer{Style: message.Style{Language: l, Zone: hk, Links: otplink.New("https://otp.example.com", []string{"0123456789abcdef0123456789abcdef"})}, At: at}
}

func open(rule, subject string, s incident.Severity, d watch.Typed) watch.Incident {
	return watch.Incident{
		Key:   incident.Key{Subject: incident.Subject{Kind: watch.OTP, ID: subject}, Rule: rule},
		Phase: incident.PhaseOpen, Opened: opened, Severity: s, Details: watch.Details{Value: d},
		Notified: incident.Notified{Count: 1, Open: true, Severity: s},
	}
}

func change(kind incident.Kind, i watch.Incident) watch.Change {
	if kind == incident.Resolved {
		i.Phase, i.Resolved, i.Status = incident.PhaseResolved, at, incident.Clear
	}
	return watch.Change{ID: "c1", Kind: kind, At: at, Damped: 3, Incident: i}
}

var (
	prefix = watch.Part{Country: "SG", Prefix: "+658123", Requested: 412, Verified: 12, UsualRate: 0.714, Missing: 282}
	all    = watch.Part{All: true, Requested: 4120, Verified: 2678, UsualRate: 0.71}
	low    = open(watch.RateName, watch.All, incident.Warning, watch.RateDetails{Part: all, Minutes: 10, Parts: []watch.Part{prefix}})
	floor  = open(watch.RateName, watch.All, incident.Critical, watch.RateDetails{Part: all, Minutes: 5, Floor: 0.7, Parts: []watch.Part{prefix, {Country: "MY", Requested: 90, UsualRate: 0.5}}, More: 2})
	pumped = open(watch.PumpingName, "BD", incident.Critical, watch.PumpingDetails{
		Part: watch.Part{Country: "BD", Requested: 950, Verified: 20, UsualRate: 0.5}, Minutes: 15,
		Parts: []watch.Part{{Country: "BD", Prefix: "+880171", Requested: 912, Verified: 4, UsualRate: 0.5, UsualRequested: new(int64(40)), TooMany: 850}},
	})
	fresh  = open(watch.PumpingName, watch.Unknown, incident.Warning, watch.PumpingDetails{Part: watch.Part{Requested: 300}, Minutes: 5, New: true})
	silent = open(watch.SilenceName, watch.All, incident.Critical, watch.SilenceDetails{Since: at.Add(-3 * time.Hour), UsualRequested: 1234})
	behind = open(watch.ReportsName, watch.Reports, incident.Warning, watch.ReportsDetails{Waiting: 12, Oldest: at.Add(-90 * time.Minute), Why: "the circuit breaker is open", DeadLetters: 1, Reason: "it waited for too long"})
	given  = open(watch.ReportsName, watch.Reports, incident.Warning, watch.ReportsDetails{DeadLetters: 1, Reason: "refused"})
)

func TestDigest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		changes []watch.Change
		want    map[language.Language]string
	}{
		{"a prefix", []watch.Change{change(incident.Opened, low)}, map[language.Language]string{
			language.English: `🟠 OTP rate low: SG +65 8123, 3% verified (usually 71%)
SG +65 8123: 412 requested, 3% verified (usually 71%). Everything else is normal. Numbers of the last 10 min.
To do: see with your carrier whether the sender ID, the template or the route to there was changed or blocked; and whether a release of yours changed the form.
As of 2026-11-29 14:42 +08:00 · id m1`,
			language.Chinese: `🟠 验证码转化率偏低：SG +65 8123，已验证 3%（通常 71%）
SG +65 8123：请求 412 次，已验证 3%（通常 71%）。其余均正常。以上为最近 10 分钟的数据。
处理建议：向运营商确认发往该地的签名、模板或通道是否被更改或拦截；并检查近期发布是否改动了表单。
截至 2026-11-29 14:42 +08:00 · 编号 m1`,
		}},
		{"the floor", []watch.Change{change(incident.Worsened, floor)}, map[language.Language]string{
			language.English: `🔴 OTP rate under the floor: all countries, 65% verified (floor 70%)
all countries: 4,120 requested, 65% verified (usually 71%).
SG +65 8123: 412 requested, 3% verified (usually 71%).
MY: 90 requested, 0% verified (usually 50%).
2 other parts are low beside these. Numbers of the last 5 min.
To do: see with your carrier whether the sender ID, the template or the route to there was changed or blocked; and whether a release of yours changed the form.
As of 2026-11-29 14:42 +08:00 · id m1`,
		}},
		{"pumping, and a rate that is over", []watch.Change{change(incident.Resolved, low), change(incident.Opened, pumped)}, map[language.Language]string{
			language.English: `🔴 OTPs are pumped: BD +880 171, 912 requested (usually 40), 1 more
🔴 OTPs are pumped: BD +880 171, 912 requested (usually 40) · new
BD +880 171: 912 requested, 0.4% verified (usually 50%). Usually 40 are requested in this time. Numbers of the last 15 min.
✅ Resolved: OTP rate · resolved after 42 min
all countries: 4,120 requested, 65% verified (usually 71%).
To do: block or limit these prefixes at your sign-up form, demand a captcha there, and switch countries that you do not serve off in the country settings of Alibaba's text message service.
As of 2026-11-29 14:42 +08:00 · id m1`,
		}},
		{"a country without a past", []watch.Change{change(incident.Opened, fresh)}, map[language.Language]string{
			language.English: `🟠 OTPs are pumped: unknown country, 300 requested (never before)
unknown country: 300 requested, 0% verified (usually 0%). Nothing was sent there before. Numbers of the last 5 min.
To do: block or limit these prefixes at your sign-up form, demand a captcha there, and switch countries that you do not serve off in the country settings of Alibaba's text message service.
As of 2026-11-29 14:42 +08:00 · id m1`,
		}},
		{"silence", []watch.Change{change(incident.Opened, silent)}, map[language.Language]string{
			language.English: `🔴 No OTP was requested for 3 h
Usually 1,234 are requested in this time; the last one was before 2026-11-29 11:42 +08:00.
To do: see whether your application sends its events to POST /otp-events or the queue, and whether people can sign in at all.
As of 2026-11-29 14:42 +08:00 · id m1`,
		}},
		{"reports", []watch.Change{change(incident.Opened, behind)}, map[language.Language]string{
			language.English: `🟠 12 reports of rates wait, for up to 90 min
12 reports of rates wait, for up to 90 min
1 report of rates became a dead letter within a day
Why: the circuit breaker is open. The newest dead letter: it waited for too long.
To do: see GET /readyz and the cause above; GET /dead-letters lists what was given up, POST /dead-letters/{id}/retry sends it again.
As of 2026-11-29 14:42 +08:00 · id m1`,
		}},
		{"a dead letter", []watch.Change{change(incident.Flapping, given)}, map[language.Language]string{
			language.English: `🟠 Flapping: 1 report of rates became a dead letter within a day
The newest dead letter: refused.
To do: see GET /readyz and the cause above; GET /dead-letters lists what was given up, POST /dead-letters/{id}/retry sends it again.
As of 2026-11-29 14:42 +08:00 · id m1`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for l, want := range tt.want {
				m := writer(l).Digest("m1", tt.changes)
				if diff := cmp.Diff(want, m.Text()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if len(m.Links) != 1 || !strings.HasPrefix(m.Links[0].URL, "https://otp.example.com/otp?expires=") {
					t.Errorf("links %+v, want one to the page", m.Links)
				}
			}
		})
	}
}

// TestEveryKind words each kind of change of each rule, also where there are no details any
// more, in both languages.
func TestEveryKind(t *testing.T) {
	t.Parallel()
	for _, l := range []language.Language{language.English, language.Chinese} {
		for _, i := range []watch.Incident{low, floor, pumped, fresh, silent, behind, given} {
			for _, kind := range []incident.Kind{incident.Opened, incident.Worsened, incident.Reminded, incident.Flapping, incident.Resolved} {
				for _, bare := range []bool{false, true} {
					if bare {
						i.Details = watch.Details{}
					}
					c := change(kind, i)
					w := writer(l)
					m := w.Digest("m1", []watch.Change{c})
					title, _, _ := strings.Cut(w.History([]watch.Change{c}).Text, "\n")
					if m.Title != title || len(title) < 10 || (m.Severity == "") != c.IsOver() {
						t.Errorf("%s of %s: title %q, in the thread %q, severity %q", kind, i.Key, m.Title, title, m.Severity)
					}
				}
			}
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	w := writer(language.English)
	want := `🔴 OTPs are pumped: BD +880 171, 912 requested (usually 40), 1 more
🔴 OTPs are pumped: BD +880 171, 912 requested (usually 40)
BD +880 171: 912 requested, 0.4% verified (usually 50%). Usually 40 are requested in this time. Numbers of the last 15 min.
Open for 42 min.
🟠 OTP rate low: SG +65 8123, 3% verified (usually 71%)
SG +65 8123: 412 requested, 3% verified (usually 71%). Everything else is normal. Numbers of the last 10 min.
Open for 42 min.
To do: block or limit these prefixes at your sign-up form, demand a captcha there, and switch countries that you do not serve off in the country settings of Alibaba's text message service.
To do: see with your carrier whether the sender ID, the template or the route to there was changed or blocked; and whether a release of yours changed the form.
1 more, of another severity, is in another status message.
As of 2026-11-29 14:42 +08:00`
	if diff := cmp.Diff(want, w.Status(nil, []watch.Incident{low, pumped}, 1, nil).Text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := w.Status([]notify.Group{{Rule: watch.RateName}}, nil, 0, nil).Text; got != "✅ OTP rate: nothing is open\nAs of 2026-11-29 14:42 +08:00" {
		t.Errorf("nothing open: %q", got)
	}
	for _, m := range []string{w.Replaced().Text, w.ListMissing().Text} {
		if !strings.Contains(m, "\n") {
			t.Errorf("a message of one line: %q", m)
		}
	}
}

// TestMany has hundreds of countries be pumped: messages stay short, in both languages, and
// the list has them all.
func TestMany(t *testing.T) {
	t.Parallel()
	var changes []watch.Change
	var opened []watch.Incident
	for n := range 300 {
		i := pumped
		i.Key.Subject.ID = string([]byte{'A' + byte(n/26), 'A' + byte(n%26)})
		changes, opened = append(changes, change(incident.Opened, i)), append(opened, i)
	}
	for _, l := range []language.Language{language.English, language.Chinese} {
		w := writer(l)
		for _, text := range []string{w.Digest("m1", changes).Text(), w.Status(nil, opened, 0, nil).Text} {
			if len(text) > 3500 || !strings.Contains(text, "299") {
				t.Errorf("a message of %d bytes: %.300s", len(text), text)
			}
		}
		file := w.List(opened, nil)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(file.Content), "\uFEFF"))).ReadAll()
		if err != nil || len(rows) != 1+2*300 || file.Title == "" || file.Name == "" {
			t.Errorf("a list of %d rows, %v", len(rows), err)
		}
		if prefixes := rows[2][5]; prefixes != "'+880171" {
			t.Errorf("a prefix is %q: a spreadsheet takes it for a formula", prefixes)
		}
		n := 0
		for range w.Digest("m1", changes).Alerts {
			n++
		}
		if n != len(changes) {
			t.Errorf("%d alerts, want %d", n, len(changes))
		}
	}
	if file := writer(language.English).List([]watch.Incident{low}, []watch.Change{change(incident.Opened, low)}); file.Content != nil {
		t.Error("a list of what is said already")
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	got := slices.Collect(writer(language.English).Digest("m1", []watch.Change{change(incident.Opened, pumped), change(incident.Resolved, low)}).Alerts)
	want := []notify.Alert{
		{
			Fingerprint: pumped.ID(), StartsAt: opened,
			Labels: map[string]string{"alertname": "otp-pumping", "kind": "otp", "subject": "BD", "severity": "critical"},
			Annotations: map[string]string{
				"summary":     "OTPs are pumped: BD +880 171, 912 requested (usually 40)",
				"description": "BD +880 171: 912 requested, 0.4% verified (usually 50%). Usually 40 are requested in this time. Numbers of the last 15 min.",
			},
		},
		{
			Fingerprint: low.ID(), StartsAt: opened, EndsAt: at,
			Labels: map[string]string{"alertname": "otp-rate", "kind": "otp", "subject": "all", "severity": "warning"},
			Annotations: map[string]string{
				"summary":     "Resolved: OTP rate",
				"description": "all countries: 4,120 requested, 65% verified (usually 71%).",
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTrue has messages say nothing that is not so.
func TestTrue(t *testing.T) {
	t.Parallel()
	w := writer(language.English)
	t.Run("a rate that rounds to the floor is under it", func(t *testing.T) {
		t.Parallel()
		for _, tt := range []struct {
			verified int64
			floor    float64
			want     string
		}{{4993, 0.5, "49.9% verified (floor 50%)"}, {9985, 0.999, "99% verified (floor 99.9%)"}, {9999, 1, "99% verified (floor 100%)"}, {3000, 0.55, "30% verified (floor 55%)"}} {
			d := watch.RateDetails{Part: watch.Part{All: true, Requested: 10_000, Verified: tt.verified}, Minutes: 5, Floor: tt.floor}
			if got := w.Describe(open(watch.RateName, watch.All, incident.Critical, d)).Title; !strings.HasSuffix(got, tt.want) {
				t.Errorf("title %q, want %q", got, tt.want)
			}
		}
	})
	t.Run("what is not known to be normal is not called so", func(t *testing.T) {
		t.Parallel()
		d := watch.RateDetails{Part: all, Minutes: 10, Parts: []watch.Part{prefix}, Unsure: true}
		if got := w.Digest("m1", []watch.Change{change(incident.Opened, open(watch.RateName, watch.All, incident.Warning, d))}).Text(); strings.Contains(got, "normal") {
			t.Errorf("message:\n%s", got)
		}
	})
	t.Run("windows of seconds are not 0 min", func(t *testing.T) {
		t.Parallel()
		for _, d := range []watch.Typed{watch.RateDetails{Part: all}, watch.PumpingDetails{}} {
			if got := w.Describe(open(d.Rule(), watch.All, incident.Warning, d)).Rest; slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, " 0 min") }) {
				t.Errorf("%s: %q", d.Rule(), got)
			}
		}
	})
	t.Run("a status message that others have left is not all clear", func(t *testing.T) {
		t.Parallel()
		groups := []notify.Group{{Rule: watch.PumpingName, Severity: incident.Warning}}
		for elsewhere, want := range []string{"✅ Pumped requests: nothing is open\n", "☑️ Pumped requests: moved\n"} {
			if got := w.Status(groups, nil, elsewhere, nil).Text; !strings.HasPrefix(got, want) {
				t.Errorf("status:\n%s", got)
			}
		}
	})
	t.Run("an alert that is resolved says nothing of before", func(t *testing.T) {
		t.Parallel()
		for _, i := range []watch.Incident{low, floor, pumped, silent, behind} {
			for a := range w.Digest("m1", []watch.Change{change(incident.Resolved, i)}).Alerts {
				if text := a.Annotations["description"]; strings.Contains(text, "+65 8123") || strings.Contains(text, "normal") ||
					strings.Contains(text, "To do") || i.Key.Rule != watch.RateName && text != "" {
					t.Errorf("%s: %q", i.Key.Rule, text)
				}
			}
		}
	})
}
