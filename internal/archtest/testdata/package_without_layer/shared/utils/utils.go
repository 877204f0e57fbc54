// Package utils is part of a fixture.
package utils
