// Package config is part of a fixture.
package config
