// Package browsertest looks at pages in a real browser. It has only tests, which
// need chromium:
//
//	go test -tags browser ./internal/browsertest
//
// With -update they renew the picture in doc.
package browsertest
