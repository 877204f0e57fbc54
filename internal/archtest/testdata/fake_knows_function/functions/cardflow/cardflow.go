// Package cardflow is part of a fixture.
package cardflow
