package words_test

import (
	"testing"
	"time"

	"signalbox/functions/alerts/words"
	"signalbox/shared/language"
)

func TestAge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		d                time.Duration
		english, chinese string
	}{
		{-time.Hour, "less than a minute", "不到 1 分钟"},
		{59 * time.Second, "less than a minute", "不到 1 分钟"},
		{time.Minute, "1 min", "1 分钟"},
		{2*time.Hour - 1, "119 min", "119 分钟"},
		{2 * time.Hour, "2 h", "2 小时"},
		{48*time.Hour - 1, "47 h", "47 小时"},
		{48 * time.Hour, "2 days", "2 天"},
		{24_000 * time.Hour, "1,000 days", "1,000 天"},
	}
	for _, tt := range tests {
		for l, want := range map[language.Language]string{language.English: tt.english, language.Chinese: tt.chinese} {
			if got := words.In(l).Time.Age(tt.d); got != want {
				t.Errorf("Age(%v) in %s = %q, want %q", tt.d, l.Code(), got, want)
			}
		}
	}
}
