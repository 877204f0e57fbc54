// Package outside stands in for a module of others.
package outside
