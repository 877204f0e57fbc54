//go:build long

package serveweek_test

import "time"

// How long the process lives, how often it is killed, and how often it works.
const (
	days  = 7
	kills = 50

	sweepEvery   = 10 * time.Minute
	reportsEvery = 5 * time.Minute
)
