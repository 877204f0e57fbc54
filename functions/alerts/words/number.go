package words

import "signalbox/shared/language"

// Number writes n with its thousands apart.
func Number(n int) string { return language.Number(int64(n)) }

// The catalogue's short names for what both languages are put together by.
var (
	count    = language.Count
	counts   = language.Counts
	around   = language.Around
	numbered = language.Numbered
)
