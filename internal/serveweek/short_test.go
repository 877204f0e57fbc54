//go:build !long

package serveweek_test

import "time"

// How long the process lives, how often it is killed, and how often it works.
const (
	days  = 1
	kills = 8

	sweepEvery   = 30 * time.Minute
	reportsEvery = 10 * time.Minute
)
