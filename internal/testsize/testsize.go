// Package testsize says how much a test does: little in go test ./..., which is run after
// each change, and more with the build tag long, as in make long.
package testsize

// Of returns few, or with the build tag long many.
func Of[T any](few, many T) T {
	if long {
		return many
	}
	return few
}
