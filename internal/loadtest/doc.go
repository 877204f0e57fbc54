// Package loadtest holds the built cardflow, under many lookups a second, against the
// least that a server in Go can do. It is tests alone.
package loadtest
