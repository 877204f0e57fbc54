// Package serveweek has tests of a process that serves all functions with their timers,
// lives through simulated days, and is killed again and again meanwhile.
package serveweek
