//go:build browser

package browsertest_test

import (
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/otplink"
	"signalbox/shared/serve"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// counted are simulated windows of a sender.
type counted struct {
	windows []window.Window
	chance  *rand.Rand
	now     time.Time
}

func (c *counted) Windows(_ context.Context, from, to time.Time) (found []window.Window, err error) {
	for _, w := range c.windows {
		if !w.Start.Before(from) && w.Start.Before(to) {
			found = append(found, w)
		}
	}
	return found, nil
}

func (*counted) CloseDue(context.Context) (int, error) { return 0, nil }
func (*counted) Oldest(context.Context, window.Status, int) ([]window.Window, error) {
	return nil, nil
}
func (*counted) Waiting(context.Context) (int, error)      { return 0, nil }
func (*counted) Mark(context.Context, window.Window) error { return nil }
func (*counted) Warning(context.Context) (string, error)   { return "", nil }

// ConversionData is not asked: no window waits.
func (*counted) ConversionData(context.Context, dysms.ConversionDataRequest) (dysms.ConversionDataResponse, error) {
	return dysms.ConversionDataResponse{}, nil
}

// senderKeys are where the sender's OTPs go to, most to the first.
var senderKeys = []window.Key{
	{Country: "SG", Prefix: "+658123"},
	{Country: "SG", Prefix: "+659123"},
	{Country: "SG", Prefix: "+659876"},
	{Country: "MY", Prefix: "+6012345"},
	{Country: "MY", Prefix: "+6019876"},
	{Country: "ID", Prefix: "+6281234"},
	{Country: "ID", Prefix: "+6285211"},
	{Country: "TH", Prefix: "+6681234"},
	{Country: "VN", Prefix: "+8490123"},
	{Country: "PH", Prefix: "+6391712"},
	{Country: "PK", Prefix: "+9230012"},
	{Country: "LK", Prefix: "+9477123"},
}

// pass has windows close. In the last ones a prefix of Singapore falls, and one of Pakistan
// is pumped.
func (c *counted) pass(n int, bad bool) {
	for range n {
		w := window.Window{Start: c.now, End: c.now.Add(5 * time.Minute), Status: window.Reported}
		busy := 1 + 0.6*math.Sin(float64(c.now.Hour())/12*math.Pi)
		for i, key := range senderKeys {
			g := window.Group{Key: key, Counts: window.Counts{Requested: int64((90-7*float64(i))*busy + 3*c.chance.NormFloat64())}}
			rate := 0.75 - 0.02*float64(i)
			if bad && i == 0 {
				rate = 0.03
			}
			for range g.Requested {
				if c.chance.Float64() < rate {
					g.Verified++
				}
			}
			if bad && key.Country == "PK" {
				g.Requested += 260
			}
			w.By = append(w.By, g)
		}
		c.windows = append(c.windows, w)
		c.now = w.End
	}
}

// newRates returns where conversion is, with a past of eight days.
func newRates(t *testing.T) *httptest.Server {
	t.Helper()
	opened, err := store.Open(store.Config{File: filepath.Join(t.TempDir(), "conversion.db"), Namespace: "conversion"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	sender := &counted{chance: rand.New(rand.NewPCG(1, 2)), now: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return sender.now }
	logger := logging.New(t.Output(), slog.LevelError)
	watch, err := otpwatch.New(otpwatch.Config{Store: opened, Windows: sender, Logger: logger, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	tokens := config.Tokens{{Name: "support", Secret: password}}
	own := httptest.NewUnstartedServer(nil)
	function := conversion.New(conversion.Config{
		Sink: sender, Guard: web.Bearer(tokens), PageGuard: web.Browser(tokens), Logger: logger, Store: opened, Windows: sender, Watch: watch,
		Links: otplink.New("http://"+own.Listener.Addr().String(), []string{listSecret}), Zone: time.FixedZone("", 8*60*60), Now: clock,
	})
	sender.pass(8*24*12+60, false)
	for range 9 {
		if _, err := function.Scheduled(t.Context(), event.Scheduled{}); err != nil {
			t.Fatal(err)
		}
		sender.pass(1, true)
	}
	if own.Config.Handler, err = serve.Handler(serve.Function{Name: "conversion", Handler: function}); err != nil {
		t.Fatal(err)
	}
	own.Start()
	t.Cleanup(own.Close)
	return own
}

// rateLooks are the ways in which the page of the rates is looked at. Those with a picture
// have it in doc.
var rateLooks = []struct {
	name, query string
	picture     bool
	view
}{
	{"otp-en-1280", "", true, view{1280, 900, false, "en-GB,en;q=0.9", basic}},
	{"otp-zh-1280-dark", "?hours=6&country=SG", false, view{1280, 900, true, "zh-CN,zh;q=0.9,en;q=0.8", basic}},
	{"otp-en-360-dark", "?hours=168", false, view{360, 740, true, "en", basic}},
	{"otp-zh-360", "?hours=6", true, view{360, 740, false, "zh-TW", basic}},
}

// TestRatesPage has a browser look at the rates in each way, and by a link.
func TestRatesPage(t *testing.T) { //nolint:tparallel // its parts share the browser
	t.Parallel()
	own, b := newRates(t), startBrowser(t)
	//nolint:paralleltest // one after the other: the browser is one
	for _, look := range rateLooks {
		t.Run(look.name, func(t *testing.T) {
			p := b.open(t, own.URL+"/otp"+look.query, look.view)
			checkSilent(t, p, own.URL)
			checkLayout(t, p, look.view)
			checkAccessible(t, p)
			var shown struct {
				Language       string
				Rows, Charts   int
				Cut, Incidents int
				Broken         int
			}
			p.eval(t, `({Language: document.documentElement.lang, Rows: document.querySelectorAll("section:last-of-type tbody tr").length,
				Charts: document.querySelectorAll("svg[role=img] path.line").length, Incidents: document.querySelectorAll("h3.is-critical, h3.is-warning").length,
				Broken: [...document.querySelectorAll("td.amount")].filter(e => e.offsetParent && (r => { r.selectNode(e.firstChild); return r.getClientRects().length > 1; })(document.createRange())).length,
				Cut: [...document.querySelectorAll("svg text")].filter(e => { const r = e.getBoundingClientRect(); return r.left < 0 || r.right > innerWidth; }).length})`, &shown)
			if want := map[bool]string{true: "zh-Hans", false: "en"}[strings.HasPrefix(look.language, "zh")]; shown.Language != want {
				t.Errorf("the page's language is %s, want %s", shown.Language, want)
			}
			if shown.Rows < 3 || shown.Charts != 2 || shown.Cut > 0 || shown.Broken > 0 || shown.Incidents < 1 {
				t.Errorf("the page has %+v, want rows, two charts, incidents and no text cut off or broken", shown)
			}
			if picture := p.shot(t); look.picture {
				keep(t, look.name+".png", picture)
			}
		})
	}
	t.Run("link", func(t *testing.T) { testRatesLink(t, own, b) })
}

// testRatesLink follows a link without a token, and the page's own links from there.
func testRatesLink(t *testing.T, own *httptest.Server, b *browser) {
	t.Helper()
	stranger := rateLooks[0].view
	stranger.authorization = ""
	// The function's clock is not that of the test.
	link := otplink.New(own.URL, []string{listSecret}).Page(time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC))
	p := b.open(t, link, stranger)
	checkSilent(t, p, own.URL)
	for _, step := range []struct{ selector, heading string }{
		{`section:last-of-type tbody a`, "OTP rates: "},
		{".filters a:nth-child(2)", "OTP rates: "},
		{"header nav a", "验证码转化率："},
		{".filters a:last-child", "验证码转化率"},
	} {
		p.eval(t, "document.querySelector(`"+step.selector+"`).click()", nil)
		p.wait(t)
		var heading string
		if p.eval(t, `document.querySelector("h1").textContent`, &heading); !strings.HasPrefix(heading, step.heading) {
			t.Errorf("after %s the page is %q, want %s", step.selector, heading, step.heading)
		}
	}
	refused := b.open(t, link+"0", stranger)
	var heading string
	if refused.eval(t, `document.querySelector("h1").textContent`, &heading); heading != "This link is wrong" {
		t.Errorf("an altered link shows %q", heading)
	}
}
