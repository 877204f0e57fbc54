// Package card is part of a fixture.
package card
