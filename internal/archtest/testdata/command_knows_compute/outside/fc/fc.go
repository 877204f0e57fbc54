// Package fc stands in for a module of others.
package fc
