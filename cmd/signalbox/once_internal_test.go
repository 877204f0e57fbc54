package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
)

func TestDevOnce(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	if code := run(t.Context(), []string{"dev", "--once", "--cards", "60"}, console{stdout: &stdout, stderr: t.Output()}); code != exitOK {
		t.Fatalf("signalbox dev --once = %d, want 0:\n%s", code, &stdout)
	}
	printed := stdout.String()
	cards := aliyuntest.New(aliyuntest.Options{Cards: 60})
	for what, pattern := range map[string]string{
		"the card":       `"iccid": "` + cards.ICCID(shownCard) + `"`,
		"used bytes":     `"usedBytes": [1-9][0-9]+`,
		"used ratio":     `"ratio": 0\.92`,
		"package expiry": `"expireTime": "20[0-9-]{8}T23:59:59\+08:00"`,
		"forwarded rate": `"conversionRate": 0\.53`,
		"forward's OK":   `"responseCode": "OK"`,
		"counted events": `"accepted": 3, "duplicate": 0, "late": 0, "refused": 0`,
		"closed window":  `"closed": 1,\s+"windows": 1`,
		"its rate":       `"rate": 0\.5,\s+"status": "reported"`,
		"at Alibaba":     `\nrate 0\.5 of 20[0-9T:-]+Z, request [0-9A-F]`,
		"sweep":          `"cards": 60`,
		"five messages":  `"messages": 5`,
	} {
		if !regexp.MustCompile(pattern).MatchString(printed) {
			t.Errorf("output has no %s (%s):\n%s", what, pattern, printed)
		}
	}
	if n := strings.Count(printed, "HTTP 200\n"); n != 6 {
		t.Errorf("output shows %d answers with status 200, want 6", n)
	}
	_, slack, _ := strings.Cut(printed, "== Slack\n")
	checkNamed(t, slack, "Package ends soon", cards.ICCID(1), "in 5 days")
	checkNamed(t, slack, "Usage is over its threshold", cards.ICCID(2), "92%")
}

// TestDevInChinese takes the language of the environment around it.
func TestDevInChinese(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	c := console{environ: []string{"SIGNALBOX_LANGUAGE=zh"}, stdout: &stdout, stderr: t.Output()}
	if code := run(t.Context(), []string{"dev", "--once", "--cards", "60"}, c); code != exitOK || !strings.Contains(stdout.String(), "套餐即将到期") {
		t.Errorf("signalbox dev --once = %d, want 0 and messages in Chinese:\n%s", code, &stdout)
	}
}

// checkNamed wants a group with that title, and a card, masked, in a line with
// words about it.
func checkNamed(t *testing.T, message, title, iccid, words string) {
	t.Helper()
	if !strings.Contains(message, title) {
		t.Errorf("Slack message has no title %q:\n%s", title, message)
	}
	for line := range strings.Lines(message) {
		if strings.Contains(line, card.ICCID(iccid).Masked()) && strings.Contains(line, words) {
			return
		}
	}
	t.Errorf("Slack message names no card %v with %q:\n%s", card.ICCID(iccid), words, message)
}
