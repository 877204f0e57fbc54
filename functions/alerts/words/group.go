package words

// Group is what is said of cards that have one cause.
type Group struct {
	Stopped, Stale Rule // titles

	Cards Column // of what is said
	First Column // of those that are named
	// More follows them.
	More func(cards string, more int) string

	Tag, Pool, Carrier func(name string) string // what the cards have in common

	// So many of the cards of a group, since when; and where most are well again.
	StoppedSince, StaleSince func(cards, total int, group, since string) string
	StillStopped, StillStale func(cards, total int, group string) string
}
