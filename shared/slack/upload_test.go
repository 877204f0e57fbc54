package slack_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

func TestUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first := say(t, b, "first")
		content := strings.Repeat("89860321******15668,卡,92%\n", 5000)
		begin := time.Now()
		if err := b.Upload(t.Context(), first, "cards.csv", "All 5,000 cards", []byte(content)); err != nil {
			t.Fatalf("Upload = %v, want nil", err)
		}
		if took := time.Since(begin); took != time.Second {
			t.Errorf("Upload took %v, want the pace of a message", took)
		}
		want := []slacktest.File{{Name: "cards.csv", Title: "All 5,000 cards", Content: content}}
		if diff := cmp.Diff(want, server.Inbox()[0].Files); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
}

// TestUploadAnswers refuses each of the three requests.
func TestUploadAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method string
		status       int
		word         string
		kind         delivery.Kind
		reason       string
		attempts     int
		uncertain    bool
	}{
		{"no scope", "files.getUploadURLExternal", 200, "missing_scope", delivery.KindRejected, "missing_scope", 1, false},
		{"token", "files.getUploadURLExternal", 200, "invalid_auth", delivery.KindConfig, "invalid_auth", 1, false},
		{"new word", "files.getUploadURLExternal", 200, "a_new_word", delivery.KindUnknown, "a_new_word", 1, false},
		{"redirect", "files.getUploadURLExternal", 302, "", delivery.KindUnknown, "found", 1, false},
		{"forbidden", "upload", 403, "", delivery.KindUnknown, "forbidden", 1, false},
		{"no such file", "upload", 404, "no such file", delivery.KindUnknown, "not found", 1, false},
		{"too large", "upload", 413, "", delivery.KindRejected, "request entity too large", 1, false},
		{"new word at the end", "files.completeUploadExternal", 200, "a_new_word", delivery.KindUnknown, "a_new_word", 1, false},
		{"connection closed", "files.getUploadURLExternal", 0, "", delivery.KindUnavailable, "EOF", 4, false},
		{"storage fails", "upload", 502, "bad gateway", delivery.KindUnavailable, "bad gateway", 4, false},
		{"storage closes the connection", "upload", 0, "", delivery.KindUnavailable, "EOF", 4, false},
		{"not shared", "files.completeUploadExternal", 200, "not_in_channel", delivery.KindRejected, "not_in_channel", 1, false},
		{"thread is lost", "files.completeUploadExternal", 200, "thread_not_found", delivery.KindLost, "thread_not_found", 1, false},
		{"fault", "files.completeUploadExternal", 200, "internal_error", delivery.KindUnavailable, "internal_error", 1, true},
		{"connection closed at the end", "files.completeUploadExternal", 0, "", delivery.KindUnavailable, "EOF", 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, server := newBot(t)
				first := say(t, b, "first")
				server.Refuse(slacktest.Refusal{Method: tt.method, Count: -1, Status: tt.status, Body: tt.word})
				err := b.Upload(t.Context(), first, "a.csv", "a", []byte("a"))
				checkNoSecret(t, err)
				want := &delivery.Error{Kind: tt.kind, Status: tt.status, Reason: tt.reason, Attempts: tt.attempts, Uncertain: tt.uncertain}
				got, _ := errors.AsType[*delivery.Error](err)
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(delivery.Error{}, "Attempted", "Cause")); diff != "" {
					t.Errorf("Upload (-want +got):\n%s", diff)
				}

				say(t, b, "still posting")
				server.ClearRefusals()
				if err := b.Upload(t.Context(), first, "a.csv", "a", []byte("a")); err != nil {
					t.Errorf("Upload later = %v, want nil", err)
				}
				if got := len(server.Inbox()[0].Files); got != 1 {
					t.Errorf("message has %d files, want 1", got)
				}
			})
		})
	}
}

// TestUploadRefuses checks what is not sent at all.
func TestUploadRefuses(t *testing.T) {
	t.Parallel()
	b, server := newBot(t)
	server.Refuse(slacktest.Refusal{Count: -1})
	there := slack.Ref{Channel: "C00000001", TS: "1.0"}
	tests := []struct {
		name, filename, content string
		ref                     slack.Ref
	}{
		{"no name", "", "a", there},
		{"no content", "a.csv", "", there},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := b.Upload(t.Context(), tt.ref, tt.filename, "a", []byte(tt.content))
			if e, ok := errors.AsType[*delivery.Error](err); !ok || e.Kind != delivery.KindRejected || e.Attempts != 0 {
				t.Errorf("Upload = %v, want KindRejected before anything is sent", err)
			}
		})
	}
}
