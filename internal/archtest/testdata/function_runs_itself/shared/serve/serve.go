// Package serve is part of a fixture.
package serve
