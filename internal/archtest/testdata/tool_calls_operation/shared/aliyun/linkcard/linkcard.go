// Package linkcard is part of a fixture.
package linkcard
