package cardflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/cardflow"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/cardlink"
)

// TestETag wants a 304 for as long as the card's data stays the same, though it was
// asked for anew.
func TestETag(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until(time.Date(2021, 12, 10, 10, 0, 0, 0, shanghai))
		w := newWorld(t, 20, nil)
		first := w.look(0)
		tag := first.Header().Get("Etag")
		if !strings.HasPrefix(tag, `W/"`) || first.Header().Get("Cache-Control") != "private" || first.Header().Get("Vary") != "Accept" {
			t.Errorf("header = %v, want a weak ETag, Cache-Control: private, Vary: Accept", first.Header())
		}
		w.check("the same", w.look(0, "If-None-Match", tag), 304, hit)
		time.Sleep(2 * time.Minute)
		again := w.look(0, "If-None-Match", `"other", `+tag)
		w.check("the same, asked for anew", again, 304, stored)
		if again.Body.Len() != 0 || again.Header().Get("Etag") != tag || again.Header().Get("Content-Type") != "" {
			t.Errorf("304 = %v, %s; want its ETag and no body", again.Header(), again.Body)
		}
		w.check("another", w.look(0, "If-None-Match", `"other"`), 200, hit)
		csv := w.look(0, "Accept", "text/csv", "If-None-Match", tag)
		w.check("the series, with the tag of the JSON form", csv, 200, hit)
		w.check("the series, with its own", w.look(0, "Accept", "text/csv", "If-None-Match", csv.Header().Get("Etag")), 304, hit)
		w.cloud.SetCard(w.cloud.ICCID(0), func(c *aliyuntest.Card) { c.UsedBytes += 1 << 20 })
		time.Sleep(2 * time.Minute)
		w.check("with more use", w.look(0, "If-None-Match", tag), 200, stored)
	})
}

func TestCSV(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until(time.Date(2021, 12, 3, 10, 0, 0, 0, shanghai))
		w := newWorld(t, 20, nil)
		id := w.cloud.ICCID(2)
		got := w.request(t.Context(), "GET", "/cards/"+id+"/flow?month=202112", "", "Accept", "text/csv, application/json;q=0.5")
		lines := strings.Split(got.Body.String(), "\r\n")
		if got.Code != 200 || got.Header().Get("Content-Type") != "text/csv; charset=utf-8" || len(lines) != 5 || lines[0] != "iccid,month,day,flowBytes,flow" ||
			!strings.HasPrefix(lines[1], id+",2021-12,2021-12-01,") {
			t.Errorf("answer = %d, %v, %s; want a header and three days", got.Code, got.Header(), got.Body)
		}
	})
}

// TestPageURL wants a link, and null without.
func TestPageURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20, nil)
	if got := w.look(0).Body.String(); !strings.Contains(got, `"pageUrl":null`) {
		t.Errorf("answer without pages = %s, want null", got)
	}
	w = newWorld(t, 20, func(c *cardflow.Config) {
		c.Links = cardlink.New("https://example.com", []string{linkSecret})
	})
	if got := w.look(0).Body.String(); !strings.Contains(got, `"pageUrl":"https://example.com/cards/`+w.cloud.ICCID(0)+`?expires=`) {
		t.Errorf("answer with pages = %s, want the card's", got)
	}
}

// TestLinkOfAKeptAnswer has a caller keep an answer for as long as its ETag lasts. The
// link in it opens the page all that time.
func TestLinkOfAKeptAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until(time.Date(2021, 12, 10, 10, 0, 0, 0, shanghai))
		links := cardlink.New("https://example.com", []string{linkSecret})
		w := newWorld(t, 20, func(c *cardflow.Config) { c.Links, c.Lister = links, nil })
		w.cloud.SetCard(w.cloud.ICCID(0), func(c *aliyuntest.Card) { c.Expires = time.Time{} }) // no days that are left
		kept := w.request(t.Context(), "GET", "/cards/"+w.cloud.ICCID(0)+"/flow?month=202101", "")
		time.Sleep(8 * 24 * time.Hour)
		got := w.request(t.Context(), "GET", "/cards/"+w.cloud.ICCID(0)+"/flow?month=202101", "", "If-None-Match", kept.Header().Get("ETag"))
		if got.Code != 200 {
			t.Errorf("answer to who has one with a link that is too old = %d, want 200 with another link", got.Code)
		}
	})
}

// TestVendorStrings has every text of Alibaba's hostile: JSON stays JSON, and no HTML is
// in it.
func TestVendorStrings(t *testing.T) {
	t.Parallel()
	const hostile = "</script><b>\"'=1+1\u202e\x00\r\n\x1b[2J\u2028"
	w := newWorld(t, 20, nil)
	w.cloud.SetCard(w.cloud.ICCID(0), func(c *aliyuntest.Card) {
		c.PackageName, c.Remark, c.Vendor, c.Tags, c.Pool, c.Status = hostile, hostile, hostile, []string{hostile}, "", "30"
	})
	got := w.look(0)
	body := got.Body.String()
	if got.Code != 200 || strings.ContainsAny(strings.TrimSuffix(body, "\n"), "<>\x00\r\n\x1b\u2028") || got.body.Tags[0] != hostile {
		t.Errorf("answer = %q, want every text escaped and whole", body)
	}
}
