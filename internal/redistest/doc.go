// Package redistest runs what is shared over Redis against a real one, with
// real processes. It has only tests, which need redis-server:
//
//	go test -tags redis ./internal/redistest
package redistest
