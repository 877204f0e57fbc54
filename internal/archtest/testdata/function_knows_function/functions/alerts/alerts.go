// Package alerts is part of a fixture.
package alerts
